// What the helper program answers: one JSON document on its standard output, either a snapshot's
// record or an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "tools/repo/repo.h"

namespace lightfast::repo {

// What in the repository was refused. An empty rule: the error was something else.
struct Refusal {
  std::string rule;  // e.g. `git-name`, `path-depth`
  std::string path;  // where, escaped for display
};

struct SyncDone {
  SnapshotRecord record;  // of the snapshot that `current` names now
  bool changed = false;   // `current` named another one before
};

std::string done_text(const SyncDone& done);
std::string error_text(const Error& error, const Refusal& refusal);

// An error as done by error_text(), if `answer` is one.
std::optional<Error> error_in(const Json& answer);

// The server's side: the helper's answer as a value, its error as an Error. Corrupt when it is not
// such a document.
Result<SyncDone> parse_response(std::string_view text);

}  // namespace lightfast::repo

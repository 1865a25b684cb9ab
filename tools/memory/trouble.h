// Why the Memory service gave no answer that is of use, and what follows from it. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "tools/web/http_client.h"

namespace lightfast::memory {

struct Trouble {
  enum class Kind {
    Failed,      // it is at fault, or the way to it
    Late,        // the call's time was over
    Cancelled,   // nobody waits for the answer any more
    KeyRefused,  // it does not know the API key, or does not let it do this
    Absent,      // it has no such route
    Misused,     // otherwise not what it takes: a redirect, a bad request
    Open,        // it was not asked, because it failed so often
    Busy,        // it was not asked, because of too many calls that are under way
  };
  Kind kind = Kind::Failed;
  std::string why;  // one line, with what to do
  // Asking once more may help after so long, at the least. Nothing: it does not.
  std::optional<std::chrono::milliseconds> retry_after = {};
};

// Who was asked.
struct AskedService {
  std::string url;  // the base URL, for messages
  std::string route;
  bool with_key = true;
};

// Of an answer with another status than 200, which holds no key any more (web::without_key()).
// Asking again may help after 429, 502 and 503, unless Retry-After is no number of seconds.
Trouble trouble_of(const web::Answer& answer, const AskedService& asked);

// Of no answer. Asking again may help when there was no connection.
Trouble trouble_of(const web::Failure& failure, const AskedService& asked);

// Of a body that is no answer.
Trouble trouble_of(const Error& corrupt, const AskedService& asked);

// Whether it says something about the service: others do not count against it. Being late does,
// when the time it had was enough to tell: a second, less what is lost on the way to it.
bool counts_as_failure(const Trouble& trouble, std::chrono::milliseconds had);
inline constexpr std::chrono::milliseconds kTellingTime{950};

}  // namespace lightfast::memory

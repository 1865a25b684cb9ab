// Identities as types, so that an organisation never lands where a request is meant.
#pragma once

#include <compare>
#include <string>

namespace lightfast {

// An organisation's name: [A-Za-z0-9._-]{1,64}, not beginning with a dot. `default` when none is
// configured.
struct OrgId {
  std::string value = "default";
  auto operator<=>(const OrgId&) const = default;
};

// A git commit as 40 lower-case hexadecimal digits.
struct CommitId {
  std::string value;
  auto operator<=>(const CommitId&) const = default;
};

// One call of one procedure: a lower-case UUID.
struct RequestId {
  std::string value;
  auto operator<=>(const RequestId&) const = default;
};

// A fresh random id (UUID version 4). Safe on any thread.
[[nodiscard]] RequestId make_request_id();

}  // namespace lightfast

// Errors as callers see them: the closed list of codes of the REST API, and the words for a model.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"

namespace lightfast::contract {

// One code of the closed list.
struct ErrorCode {
  std::string_view name;     // "BAD_REQUEST"
  int status;                // of HTTP
  std::string_view meaning;  // for people
};

// All codes, in the order of their statuses. Those that only a transport can find (no key, wrong
// method, wrong media type) are among them.
std::span<const ErrorCode> error_codes();

// The code that goes with `status`, one of the list's.
const ErrorCode& error_code(int status);

// The error that `code` names, for what a transport finds by itself; in the form of error_body().
Json error_body(const ErrorCode& code, std::string_view message);

// `{"defined": bool, "code": string, "status": int, "message": string, "data"?: object}`; `defined`
// is false for an Internal error alone, which the contract does not foresee. A bad request carries
// `data.reason` and, where it is one field, `data.field`; a limit reached carries
// `data.retryAfterSeconds` where that is known. An Internal error keeps its detail out of
// the answer and carries the request's id instead, under which the log has it.
Json error_body(const Error& error, const RequestId& request);

// What another server answered as error_body(), so that error_text() says here what it says there;
// nothing when `body` is no such object. A code that is not in the list is taken by its status.
std::optional<Error> error_from(const Json& body);

// One line for a model or a terminal: what could not be done, why, and what to do. Begins with the
// code's plain words, because some clients drop the flag that marks an error.
std::string error_text(const Error& error, const RequestId& request);

}  // namespace lightfast::contract

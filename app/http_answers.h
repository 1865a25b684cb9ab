// Whole HTTP answers of the REST API, errors in its form.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"

namespace lightfast {

http::Response json_answer(int status, const Json& body);

// The error of `status` (see contract/error.h), which the transport itself found.
http::Response error_answer(int status, std::string_view message);

// What a procedure could not do, with Retry-After where it says when.
http::Response error_answer(const Error& error, const RequestId& request);

}  // namespace lightfast

#include "app/http_answers.h"

#include <nlohmann/json.hpp>

#include "contract/error.h"

namespace lightfast {

http::Response json_answer(int status, const Json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

http::Response error_answer(int status, std::string_view message) {
  return json_answer(status, contract::error_body(contract::error_code(status), message));
}

http::Response error_answer(const Error& error, const RequestId& request) {
  const Json body = contract::error_body(error, request);
  auto answer = json_answer(body["status"].get<int>(), body);
  if (error.retry_after.count() > 0)
    answer.headers.add("Retry-After", std::to_string(error.retry_after.count()));
  return answer;
}

}  // namespace lightfast

// HTTP requests and responses as values. Safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace lightfast::http {

struct Header {
  std::string name, value;
  bool operator==(const Header&) const = default;
};

// The fields of a message in their order; names are compared without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  void add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
  }

  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return count(name) > 0; }

  // The value of `name`, empty when absent. Several of one name are one, joined by commas (RFC
  // 9110, 5.3).
  [[nodiscard]] std::string value(std::string_view name) const;

  [[nodiscard]] const std::vector<Header>& fields() const { return fields_; }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> fields_;
};

struct Request {
  RequestId id;        // given by the server, sent back as X-Request-ID
  std::string method;  // as sent: "GET"
  std::string target;  // as sent: "/v1/shell?x=1"
  Headers headers;
  std::string body;  // without its transfer coding
  std::string peer;  // the address of the other end, without its port

  // The target up to its query, not percent-decoded.
  [[nodiscard]] std::string_view path() const;
};

struct Response {
  int status = 200;
  Headers headers;  // besides Content-Length, Date, Connection and X-Request-ID
  std::string body;
};

// "Not Found" for 404.
std::string_view reason_phrase(int status);

// Whether two names or tokens are the same but for the case of ASCII letters.
bool equal_without_case(std::string_view a, std::string_view b);

// The media type of a Content-Type value: without parameters, in lower case.
std::string media_type(std::string_view content_type);

// The credentials of `Authorization: Bearer` (RFC 6750, 2.1); empty for none.
std::string bearer_token(const Request& request);

}  // namespace lightfast::http

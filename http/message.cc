#include "http/message.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace lightfast::http {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

constexpr std::array kReasons = {
    std::pair{200, "OK"},
    std::pair{202, "Accepted"},
    std::pair{204, "No Content"},
    std::pair{400, "Bad Request"},
    std::pair{401, "Unauthorized"},
    std::pair{403, "Forbidden"},
    std::pair{404, "Not Found"},
    std::pair{405, "Method Not Allowed"},
    std::pair{406, "Not Acceptable"},
    std::pair{408, "Request Timeout"},
    std::pair{413, "Content Too Large"},
    std::pair{414, "URI Too Long"},
    std::pair{415, "Unsupported Media Type"},
    std::pair{417, "Expectation Failed"},
    std::pair{429, "Too Many Requests"},
    std::pair{431, "Request Header Fields Too Large"},
    std::pair{500, "Internal Server Error"},
    std::pair{501, "Not Implemented"},
    std::pair{503, "Service Unavailable"},
    std::pair{505, "HTTP Version Not Supported"},
};

}  // namespace

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      fields_, [&](const Header& field) { return equal_without_case(field.name, name); }));
}

std::string Headers::value(std::string_view name) const {
  std::string joined;
  bool is_first = true;
  for (const auto& field : fields_) {
    if (!equal_without_case(field.name, name)) continue;
    if (!std::exchange(is_first, false)) joined += ", ";
    joined += field.value;
  }
  return joined;
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view reason_phrase(int status) {
  const auto* const known =
      std::ranges::find(kReasons, status, [](const auto& reason) { return reason.first; });
  return known == kReasons.end() ? "Unknown" : known->second;
}

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::ranges::transform(type, type.begin(), lower);
  return type;
}

std::string bearer_token(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto value = request.headers.value("Authorization");
  if (value.size() < kScheme.size()) return {};
  if (!equal_without_case(std::string_view(value).substr(0, kScheme.size()), kScheme)) return {};
  return value.substr(kScheme.size());
}

}  // namespace lightfast::http

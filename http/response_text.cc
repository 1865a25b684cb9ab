#include "http/response_text.h"

#include <array>
#include <ctime>
#include <iterator>

#include <spdlog/fmt/fmt.h>

namespace lightfast::http {
namespace {

// RFC 9110, 5.6.7; made once a second.
const std::string& date_now() {
  thread_local std::time_t made_at = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now == made_at) return text;
  made_at = now;
  std::tm parts = {};
  ::gmtime_r(&now, &parts);
  std::array<char, 64> buffer{};
  text.assign(buffer.data(),
              std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  return text;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char byte : value) {
    if (byte != '\r' && byte != '\n' && byte != '\0') out.push_back(byte);
  }
  out.append("\r\n");
}

}  // namespace

void append_head(std::string& out, const Response& head, const HeadFacts& facts) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", head.status,
                 reason_phrase(head.status), date_now());
  if (!facts.id.empty()) append_field(out, "X-Request-ID", facts.id);
  for (const auto& [name, value] : head.headers.fields()) append_field(out, name, value);
  constexpr int kNoContent = 204;
  if (facts.length && head.status != kNoContent)
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", *facts.length);
  if (facts.is_chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (!facts.keeps_alive) out.append("Connection: close\r\n");
  if (facts.keeps_alive && facts.is_http_1_0) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

}  // namespace lightfast::http

// Reads one HTTP/1.x request from bytes as they come, within limits (RFC 9112). The grammar is
// Boost.Beast's. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace lightfast::http {

struct RequestLimits {
  std::uint32_t header_bytes = 32U << 10U;  // request line and header together
  std::size_t headers = 100;
  std::size_t target_bytes = 8192;
  std::uint64_t body_bytes = 4U << 20U;
  std::string_view large_targets = {};  // what begins so may have another body; empty: none
  std::uint64_t large_body_bytes = 25U << 20U;
};

class RequestParser {
 public:
  explicit RequestParser(const RequestLimits& limits);
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  enum class State { NeedMore, HeaderRead, Done, Failed };

  // Takes from the front of `bytes` what belongs to the request and says how much that was. Stops
  // once at HeaderRead, with the body to come; bytes that were not taken are to be given again with
  // more behind them.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const;

  // Whether the last feed() took nothing, for want of more.
  [[nodiscard]] bool is_stuck() const;

  // Whether anything of the request has been read.
  [[nodiscard]] bool has_begun() const;

  // Of a failure: the status to answer with and, in one line, why.
  [[nodiscard]] int status() const;
  [[nodiscard]] const std::string& reason() const;

  // From HeaderRead on.
  [[nodiscard]] const Request& request() const;
  [[nodiscard]] bool keeps_alive() const;
  [[nodiscard]] bool is_http_1_0() const;

  // The request, once, when Done.
  [[nodiscard]] Request take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lightfast::http

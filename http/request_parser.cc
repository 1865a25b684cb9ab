#include "http/request_parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace lightfast::http {
namespace {

namespace beast = boost::beast;
using Error = beast::http::error;
using beast::error_code;
using beast::string_view;

constexpr int kHttp10 = 10;
constexpr int kHttp11 = 11;
constexpr std::size_t kChunkedEnd = 5;  // "0\r\n\r\n", the least that ends a chunked body

std::string_view view(string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Takes the parser's events. Its failures that are ours are told by status_, with a code that ends
// the parsing.
class RequestParser::Impl final : public beast::http::basic_parser<true> {
 public:
  explicit Impl(const RequestLimits& limits) : limits_(limits), most_body_(limits.body_bytes) {
    header_limit(limits.header_bytes);
  }

  std::size_t feed(std::string_view bytes) {
    if (state_ == State::Done || state_ == State::Failed) return 0;
    // The library asserts that it is not asked about less once it has seen the last chunk's size.
    const bool may_be_last = header_told_ && chunked() && bytes.starts_with('0');
    if (may_be_last && bytes.size() < kChunkedEnd) {
      state_ = State::NeedMore;
      is_stuck_ = true;
      return 0;
    }
    error_code failure;
    const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), failure);
    is_stuck_ = taken == 0;
    has_begun_ = has_begun_ || !bytes.empty();
    if (!header_told_) header_bytes_ += taken;  // the parser's own limit is for one call
    if (failure && failure != Error::need_more) {
      fail(failure);
    } else if (header_bytes_ > limits_.header_bytes) {
      fail(Error::header_limit);
    } else if (is_done()) {
      state_ = State::Done;
    } else {
      // The header's end is a stop of its own, once.
      const bool is_new = is_header_done() && !std::exchange(header_told_, is_header_done());
      state_ = is_new ? State::HeaderRead : State::NeedMore;
    }
    return taken;
  }

  Request request_;
  State state_ = State::NeedMore;
  bool is_stuck_ = false;
  bool has_begun_ = false;
  int status_ = 0;
  std::string reason_;

 private:
  void fail(const error_code& failure) {
    state_ = State::Failed;
    if (status_ != 0) return;
    status_ = 400;
    reason_ = fmt::format("the request is not HTTP: {}", failure.message());
    if (failure == Error::header_limit) too_large_header();
    if (failure == Error::body_limit) {
      status_ = 413;
      reason_ = fmt::format("a body may hold at most {} bytes", most_body_);
    }
    if (failure == Error::bad_version) {
      status_ = 505;
      reason_ = "the server speaks HTTP/1.1 and HTTP/1.0";
    }
  }

  void too_large_header() {
    status_ = 431;
    reason_ = fmt::format("request line and header may hold at most {} bytes in {} fields",
                          limits_.header_bytes, limits_.headers);
  }

  void refuse(int status, std::string reason, error_code& failure) {
    status_ = status;
    reason_ = std::move(reason);
    failure = Error::bad_value;
  }

  void on_request_impl(beast::http::verb /*method*/, string_view method, string_view target,
                       int version, error_code& failure) override {
    if (version != kHttp11 && version != kHttp10) {
      failure = Error::bad_version;
      return;
    }
    if (target.size() > limits_.target_bytes) {
      return refuse(414, fmt::format("a target may hold at most {} bytes", limits_.target_bytes),
                    failure);
    }
    const auto large = limits_.large_targets;
    if (!large.empty() && view(target).starts_with(large)) most_body_ = limits_.large_body_bytes;
    body_limit(most_body_);
    version_ = version;
    request_.method = view(method);
    request_.target = view(target);
  }

  void on_response_impl(int /*status*/, string_view /*reason*/, int /*version*/,
                        error_code& /*failure*/) override {}

  void on_field_impl(beast::http::field /*field*/, string_view name, string_view value,
                     error_code& failure) override {
    if (header_read_) return;  // a trailer, which is no header (RFC 9110, 6.5.1)
    if (request_.headers.fields().size() >= limits_.headers) {
      failure = Error::header_limit;
      return;
    }
    request_.headers.add(std::string(view(name)), std::string(view(value)));
  }

  // RFC 9112, 3.2: a request without exactly one Host is a bad one. RFC 9112, 6.1: of codings only
  // `chunked` is understood, and a length beside it may be an attempt at request smuggling.
  void on_header_impl(error_code& failure) override {
    const Headers& headers = request_.headers;
    const auto hosts = headers.count("Host");
    if (hosts > 1 || (hosts == 0 && !is_http_1_0()))
      return refuse(400, "there must be one Host header", failure);
    const bool has_coding = headers.contains("Transfer-Encoding");
    if (has_coding && headers.contains("Content-Length"))
      return refuse(400, "Content-Length and Transfer-Encoding exclude each other", failure);
    if (has_coding && is_http_1_0())
      return refuse(400, "HTTP/1.0 has no Transfer-Encoding", failure);
    if (has_coding && !equal_without_case(headers.value("Transfer-Encoding"), "chunked"))
      return refuse(501, "the only transfer coding here is chunked", failure);
    header_read_ = true;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         error_code& /*failure*/) override {
    constexpr std::uint64_t kAtOnce = 64U << 10U;  // a promise costs nothing
    if (length) request_.body.reserve(static_cast<std::size_t>(std::min(*length, kAtOnce)));
  }

  std::size_t on_body_impl(string_view body, error_code& /*failure*/) override {
    request_.body.append(view(body));
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/,
                            error_code& /*failure*/) override {}

  std::size_t on_chunk_body_impl(std::uint64_t /*remaining*/, string_view body,
                                 error_code& /*failure*/) override {
    request_.body.append(view(body));
    return body.size();
  }

  void on_finish_impl(error_code& /*failure*/) override {}

 public:
  [[nodiscard]] bool is_http_1_0() const { return version_ == kHttp10; }

 private:
  const RequestLimits limits_;
  std::uint64_t most_body_;
  int version_ = kHttp11;
  std::size_t header_bytes_ = 0;
  bool header_read_ = false;
  bool header_told_ = false;
};

RequestParser::RequestParser(const RequestLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) { return impl_->feed(bytes); }
RequestParser::State RequestParser::state() const { return impl_->state_; }
bool RequestParser::is_stuck() const { return impl_->is_stuck_; }
bool RequestParser::has_begun() const { return impl_->has_begun_; }
int RequestParser::status() const { return impl_->status_; }
const std::string& RequestParser::reason() const { return impl_->reason_; }
const Request& RequestParser::request() const { return impl_->request_; }
bool RequestParser::keeps_alive() const { return impl_->keep_alive(); }
bool RequestParser::is_http_1_0() const { return impl_->is_http_1_0(); }
Request RequestParser::take() { return std::move(impl_->request_); }

}  // namespace lightfast::http

#include "tools/web/http_client.h"

#include <httplib.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::web {
namespace {

// Bounds of what cpp-httplib itself does not bound. It matches the first line with std::regex,
// which recurses for each character.
constexpr std::size_t kMaxLineBytes = 8192;
constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 10;

Fault fault_in_http(ErrorKind kind, std::string why) {
  return {Fault::Kind::Other, {kind, std::move(why)}};
}

// One request and its answer on a connection. What is written goes out with the first read, so that
// head and body are one segment.
class BoundedStream final : public httplib::Stream {
 public:
  BoundedStream(Connection& connection, const Patience& patience, std::size_t raw_bytes)
      : connection_(connection), patience_(patience), raw_bytes_(raw_bytes) {}

  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

  ssize_t write(const char* bytes, std::size_t size) override {
    unwritten_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }

  ssize_t read(char* bytes, std::size_t size) override {
    if (!flush() || !is_within_head(size)) return -1;
    if (begin_ == end_ && !fill()) return fault_ ? -1 : 0;
    const std::size_t taken = std::min(size, end_ - begin_);
    std::copy_n(&buffer_[begin_], taken, bytes);
    begin_ += taken;
    if (bytes[taken - 1] == '\n') line_ = 0;
    return static_cast<ssize_t>(taken);
  }

  // What went wrong below HTTP, if anything did.
  [[nodiscard]] std::optional<Fault> fault_below() const {
    if (fault_ || !is_at_end_) return fault_;
    return Fault{Fault::Kind::Closed, {ErrorKind::Unavailable, "it closed the connection"}};
  }
  [[nodiscard]] bool has_answered() const { return received_ > 0; }
  // More came than the answer; nobody asked for it.
  [[nodiscard]] bool has_more() const { return begin_ != end_; }

 private:
  bool flush() {
    std::size_t written = 0;
    while (written < unwritten_.size()) {
      auto put = connection_.write(&unwritten_[written], unwritten_.size() - written, patience_);
      if (!put) return fail(std::move(put).error());
      written += *put;
    }
    unwritten_.clear();
    return true;
  }

  // Lines are read byte by byte, and nothing else is before the body.
  bool is_within_head(std::size_t size) {
    if (size > 1) is_in_body_ = true;
    if (is_in_body_) return true;
    if (++line_ <= kMaxLineBytes && ++head_ <= kMaxHeadBytes) return true;
    return fail(fault_in_http(ErrorKind::LimitExceeded,
                              fmt::format("a header line is over {} or all of them over {}",
                                          size_text(kMaxLineBytes), size_text(kMaxHeadBytes))));
  }

  bool fill() {
    auto got = connection_.read(buffer_.data(), buffer_.size(), patience_);
    if (!got) return fail(std::move(got).error());
    is_at_end_ = *got == 0;
    received_ += *got;
    begin_ = 0;
    end_ = *got;
    if (received_ > raw_bytes_)
      return fail(fault_in_http(ErrorKind::LimitExceeded, "over " + size_text(raw_bytes_)));
    return !is_at_end_;
  }

  bool fail(Fault why) {
    fault_ = std::move(why);
    return false;
  }

  Connection& connection_;
  const Patience& patience_;
  const std::size_t raw_bytes_;  // at most, of an answer with its head and its chunk lines
  std::string unwritten_;
  std::array<char, 16384> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is unread in buffer_
  std::size_t line_ = 0, head_ = 0, received_ = 0;
  bool is_in_body_ = false, is_at_end_ = false;
  std::optional<Fault> fault_;
};

httplib::Request request_of(const Request& request, const BaseUrl& url) {
  httplib::Request wire;
  wire.method = request.method;
  wire.path = request.path;
  wire.body = request.body;
  wire.headers = {{"Host", url.authority()},
                  {"User-Agent", "lightfast/" LIGHTFAST_VERSION},
                  {"Accept", "application/json"},
                  {"Accept-Encoding", "identity"},
                  {"Content-Type", "application/json"}};
  if (!request.api_key.empty()) wire.headers.emplace("Authorization", "Bearer " + request.api_key);
  for (const auto& [name, value] : request.headers) wire.headers.emplace(name, value);
  return wire;
}

// RFC 9112, section 6.3: lengths that differ tell that somebody on the way reads another answer.
bool has_two_lengths(const httplib::Response& head) {
  const auto [first, end] = head.headers.equal_range("Content-Length");
  return std::any_of(first, end,
                     [first = first](const auto& each) { return each.second != first->second; });
}

void replace_all(std::string& text, const std::string& what, std::string_view with) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

Answer without_key(Answer answer, const std::string& api_key) {
  for (auto* text : {&answer.reason, &answer.location, &answer.body})
    replace_all(*text, api_key, "[API key]");
  return answer;
}

// cpp-httplib's client on our connections. It owns the descriptor, Connection all that is above it;
// is_ssl() stays false, because that would have it do TLS as well.
class HttpClient::Transport final : public httplib::ClientImpl {
 public:
  Transport(const BaseUrl& url, const Trust* trust, const HttpLimits& limits)
      : httplib::ClientImpl(url.host, url.port), url_(url), trust_(trust), limits_(limits) {
    set_keep_alive(true);
    set_url_encode(false);
    set_decompress(false);
  }
  ~Transport() override { connection_.reset(); }
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  std::expected<Answer, Failure> exchange(const Request& request, const Patience& patience) {
    patience_ = &patience;
    failure_ = {.fault = fault_in_http(ErrorKind::Corrupt, "what it sends is not HTTP"),
                .reused = true};
    Answer answer;
    httplib::Request wire = request_of(request, url_);
    wire.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t /*offset*/,
                                std::uint64_t /*length*/) { return keep(bytes, size, answer); };
    wire.response_handler = [this](const httplib::Response& head) {
      if (!has_two_lengths(head)) return true;
      failure_.fault = fault_in_http(ErrorKind::Corrupt, "it has two lengths that differ");
      return false;
    };
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    if (!httplib::ClientImpl::send(wire, response, error)) return std::unexpected(failure_);
    answer.status = response.status;
    answer.reason = response.reason;
    answer.location = response.get_header_value("Location");
    answer.retry_after = response.get_header_value("Retry-After");
    return answer;
  }

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    failure_.reused = false;
    auto opened = Connection::open(url_, trust_, limits_.connect, *patience_);
    if (!opened) {
      failure_.fault = std::move(opened).error();
      failure_.connecting = true;
      error = httplib::Error::Connection;
      return false;
    }
    connection_ = *std::move(opened);
    socket.sock = connection_->release();
    return true;
  }

  // Called before the descriptor is closed, whether there is TLS or not.
  void shutdown_ssl(Socket& /*socket*/, bool /*gracefully*/) override { connection_.reset(); }

  bool process_socket(const Socket& /*socket*/,
                      std::function<bool(httplib::Stream&)> callback) override {
    BoundedStream stream(*connection_, *patience_, kMaxHeadBytes + 2 * limits_.answer_bytes);
    const bool done = callback(stream);
    failure_.answered = stream.has_answered();
    if (auto below = stream.fault_below()) failure_.fault = *std::move(below);
    if (done && stream.has_more()) stop();  // closes it once the request is done
    return done;
  }

  bool keep(const char* bytes, std::size_t size, Answer& answer) {
    if (answer.body.size() + size > limits_.answer_bytes) {
      failure_.fault =
          fault_in_http(ErrorKind::LimitExceeded, "over " + size_text(limits_.answer_bytes));
      return false;
    }
    answer.body.append(bytes, size);
    return true;
  }

  const BaseUrl& url_;
  const Trust* const trust_;
  const HttpLimits limits_;
  std::unique_ptr<Connection> connection_;
  const Patience* patience_ = nullptr;  // of the request that is being made
  Failure failure_;                     // of it, if it fails
};

HttpClient::HttpClient(const BaseUrl& url, const Trust* trust, const HttpLimits& limits)
    : transport_(std::make_unique<Transport>(url, trust, limits)) {}

HttpClient::~HttpClient() = default;

std::expected<Answer, Failure> HttpClient::send(const Request& request, const Patience& patience) {
  try {
    return transport_->exchange(request, patience);
  } catch (const std::exception& error) {
    return std::unexpected(Failure{.fault = fault_in_http(ErrorKind::Internal, error.what())});
  }
}

}  // namespace lightfast::web

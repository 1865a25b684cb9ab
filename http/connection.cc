#include "http/connection.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lightfast::http {
namespace {

using boost::system::error_code;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kReadAhead = 64UL << 10U;  // of what follows a request while it is handled
constexpr std::size_t kKeptBuffer = 4096;        // a larger one is let go when it is empty
constexpr std::size_t kSmallBody = 40UL << 10U;  // is read however much else is

Response plain(int status, std::string text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text) + "\n"};
}

void let_go(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBuffer) buffer.shrink_to_fit();
}

}  // namespace

// What is posted comes after all that was found ready with what runs.
std::uint64_t Shared::this_turn() {
  if (std::exchange(is_turn_ending_, true)) return turn_;
  asio::post(loop, [self = shared_from_this()] {
    ++self->turn_;
    self->is_turn_ending_ = false;
    if (self->options.logged) self->options.logged();
  });
  return turn_;
}

// The way from whoever answers to the connection: every step is done on the loop's thread, at once
// where that is the caller's.
class Connection::Handle final : public Exchange {
 public:
  Handle(std::shared_ptr<Connection> connection, std::uint64_t number,
         std::shared_ptr<const Request> request)
      : connection_(std::move(connection)), number_(number), request_(std::move(request)) {}
  // Not at once, even on the loop's thread: another may have an answer on its way there.
  ~Handle() override {
    if (is_answered_) return;
    asio::post(connection_->shared_->loop, [connection = connection_, number = number_] {
      if (!connection->is_current(number)) return;
      log_for("http").error("request={} was let go without an answer",
                            connection->answer_.request->id.value);
      if (connection->answer_.has_begun) return connection->close();
      connection->respond(number, plain(500, "the request failed inside the server"));
    });
  }

  [[nodiscard]] const Request& request() const override { return *request_; }

  void on_close(std::function<void()> closed) override {
    if (connection_->is_current(number_)) connection_->answer_.closed = std::move(closed);
  }

  void set_caller(std::string caller) override {
    if (connection_->is_current(number_)) connection_->answer_.caller = std::move(caller);
  }

  void respond(Response response) override {
    is_answered_ = true;
    on_loop([number = number_, response = std::move(response)](Connection& connection) {
      connection.respond(number, response);
    });
  }

  void begin(Response head) override {
    on_loop([number = number_, head = std::move(head)](Connection& connection) {
      connection.begin(number, head);
    });
  }

  void send(std::string piece) override {
    on_loop([number = number_, piece = std::move(piece)](Connection& connection) {
      connection.send(number, piece);
    });
  }

  void end() override {
    is_answered_ = true;
    on_loop([number = number_](Connection& connection) { connection.end(number); });
  }

 private:
  template <class Step>
  void on_loop(Step step) {
    asio::dispatch(
        connection_->shared_->loop,
        [connection = connection_, step = std::move(step)]() mutable { step(*connection); });
  }

  const std::shared_ptr<Connection> connection_;
  const std::uint64_t number_;
  const std::shared_ptr<const Request> request_;
  std::atomic<bool> is_answered_ = false;
};

Connection::Connection(std::shared_ptr<Shared> shared, Socket socket,
                       std::shared_ptr<asio::ssl::context> tls)
    : shared_(std::move(shared)),
      limits_(shared_->options.limits),
      socket_(std::move(socket)),
      tls_context_(std::move(tls)),
      place_(shared_->connections.insert(shared_->connections.end(), this)) {
  shared_->state.connections = shared_->connections.size();
  error_code failure;
  const auto peer = socket_.remote_endpoint(failure);
  peer_ = peer.address().to_string();
  socket_.non_blocking(true, failure);
  socket_.set_option(asio::ip::tcp::no_delay(true), failure);
  if (tls_context_) tls_.reset(new Tls{{socket_, *tls_context_}});
}

// Here, and not at the destruction, which is wherever the last answer is let go.
void Connection::leave() {
  account_body(0);
  shared_->connections.erase(place_);
  shared_->state.connections = shared_->connections.size();
}

asio::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  set_deadline(limits_.header);
  // One co_await a statement: GCC 12 evaluates conditions that hold one in a wrong order.
  bool is_open = true;
  if (tls_) is_open = co_await shake_hands();
  while (is_open && keeps_alive_ && !shared_->is_draining) {
    const bool has_request = co_await receive();
    if (!has_request) break;
    co_await answer();
  }
  if (is_open) co_await say_goodbye();
  close();
  leave();
}

asio::awaitable<bool> Connection::shake_hands() {
  is_writing_ = true;  // cannot be woken
  const auto [failure] =
      co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, kAsTuple);
  is_writing_ = false;
  co_return !failure && !is_gone_;
}

// Reads one request. False when there will be none: the peer is gone or late, or its request was
// refused, which is then yet to be written.
asio::awaitable<bool> Connection::receive() {
  parser_ = std::make_unique<RequestParser>(limits_.request);
  while (!is_gone_) {
    if (!in_.empty() && parse()) break;
    const bool has_more = co_await fill();
    if (!has_more) break;
  }
  const bool has_request = parser_->state() == RequestParser::State::Done && !is_gone_;
  if (!has_request) parser_.reset();
  co_return has_request;
}

// Parses what was read; true when the request is complete or refused.
bool Connection::parse() {
  if (!parser_->has_begun()) set_deadline(limits_.header);
  while (!in_.empty()) {
    const auto taken = parser_->feed(in_);
    in_.erase(0, taken);
    account_body(parser_->request().body.size());
    if (is_settled()) return true;
    if (taken == 0) return false;
  }
  return false;
}

// Whether what was parsed last is the end of the request, or of our patience with it.
bool Connection::is_settled() {
  switch (parser_->state()) {
    case RequestParser::State::Done:
      if (in_.empty()) let_go(in_);
      keeps_alive_ = parser_->keeps_alive();
      return true;
    case RequestParser::State::Failed:
      refuse(parser_->status(), parser_->reason());
      return true;
    case RequestParser::State::HeaderRead:
      set_deadline(limits_.body);
      return is_refused_by_header();
    case RequestParser::State::NeedMore:
      break;
  }
  if (shared_->state.bodies > limits_.bodies && body_ > kSmallBody) {
    refuse(503, "too much is being sent at once; try again in a moment");
    return true;
  }
  // What is not taken is part of a line, whose length is the header's at most, or follows it.
  if (!parser_->is_stuck() || in_.size() <= limits_.request.header_bytes) return false;
  refuse(400, "a line is too long");
  return true;
}

void Connection::account_body(std::size_t bytes) {
  shared_->state.bodies += bytes - std::exchange(body_, bytes);
}

// What need not be read to be refused, or must be asked for.
bool Connection::is_refused_by_header() {
  const Headers& headers = parser_->request().headers;
  const auto coding = headers.value("Content-Encoding");
  if (!coding.empty() && !equal_without_case(coding, "identity")) {
    refuse(415, "bodies are read without Content-Encoding");
    return true;
  }
  const auto expected = headers.value("Expect");
  if (expected.empty()) return false;
  if (!equal_without_case(expected, "100-continue")) {
    refuse(417, "of expectations, 100-continue is known");
    return true;
  }
  if (in_.empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  return false;
}

void Connection::refuse(int status, const std::string& reason) {
  ++shared_->state.bad_requests;
  keeps_alive_ = false;
  is_body_unread_ = true;
  Request request = parser_->request();
  request.id = make_request_id();
  request.peer = peer_;
  answer_ = {.number = answer_.number + 1,
             .request = std::make_shared<const Request>(std::move(request)),
             .closed = {},
             .caller = {},
             .since = Clock::now()};
  respond(answer_.number, plain(status, reason));
  conclude();
  parser_ = std::make_unique<RequestParser>(limits_.request);  // not Done
}

// Waits for more to parse. False when none will come.
asio::awaitable<bool> Connection::fill() {
  const auto had = in_.size();
  if (!out_.empty()) co_await write_out();  // 100 Continue
  watch();
  while (in_.size() == had && !is_gone_ && !is_late_) {
    if (shared_->is_draining && !parser_->has_begun()) co_return false;
    co_await changed();
  }
  if (is_late_ && !is_gone_ && parser_->has_begun()) refuse(408, "the request came too slowly");
  co_return in_.size() != had && !is_late_;
}

void Connection::watch() {
  if (is_watching_ || is_gone_ || in_.size() > kReadAhead) return;
  is_watching_ = true;
  if (tls_) {
    tls_->stream.async_read_some(
        asio::buffer(tls_->buffer),
        [self = shared_from_this()](const error_code& failure, std::size_t bytes) {
          self->is_watching_ = false;
          self->on_read(failure, {self->tls_->buffer.data(), bytes});
        });
    return;
  }
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code failure) {
    self->is_watching_ = false;
    std::size_t bytes = 0;
    auto& scratch = self->shared_->scratch;
    if (!failure) bytes = self->socket_.read_some(asio::buffer(scratch), failure);
    if (failure == asio::error::would_block) return self->watch();
    self->on_read(failure, {scratch.data(), bytes});
  });
}

void Connection::on_read(const error_code& failure, std::string_view bytes) {
  in_.append(bytes);
  if (failure && failure != asio::error::operation_aborted) is_gone_ = true;
  is_woken_ = true;
  go_on();
}

// Not at once: whoever wakes may hold a lock, or stand in the list of connections.
void Connection::wake() {
  if (std::exchange(is_woken_, true) || !waiting_) return;
  asio::post(shared_->loop, [self = shared_from_this()] { self->go_on(); });
}

void Connection::go_on() {
  if (auto waiting = std::exchange(waiting_, nullptr)) waiting();
}

asio::awaitable<void> Connection::changed() {
  const auto wait = [this](auto handler) { waiting_ = std::move(handler); };
  if (!is_woken_)
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(wait, asio::use_awaitable);
  is_woken_ = false;
}

asio::awaitable<void> Connection::answer() {
  Request request = parser_->take();
  request.id = make_request_id();
  request.peer = peer_;
  answer_ = {.number = answer_.number + 1,
             .request = std::make_shared<const Request>(std::move(request)),
             .is_http_1_0 = parser_->is_http_1_0(),
             .closed = {},
             .caller = {},
             .since = Clock::now()};
  parser_.reset();
  deadline_.reset();
  hand_over(std::make_shared<Handle>(shared_from_this(), answer_.number, answer_.request));
  while (!is_gone_ && !(answer_.is_complete && out_.empty())) {
    if (!out_.empty()) {
      co_await write_out();
    } else {
      watch();
      co_await changed();
    }
  }
  conclude();
  set_deadline(limits_.idle);
}

void Connection::hand_over(const std::shared_ptr<Handle>& handle) {
  try {
    shared_->service->handle(handle);
  } catch (const std::exception& error) {
    log_for("http").error("request={} threw: {}", answer_.request->id.value, error.what());
    handle->respond(plain(500, "the request failed inside the server"));
  }
}

// The end of an answer, whole or not.
void Connection::conclude() {
  if (answer_.has_begun && answer_.is_chunked) --shared_->state.streams;
  const auto closed = std::exchange(answer_.closed, nullptr);
  const bool is_whole = std::exchange(answer_.is_complete, true);
  if (!is_whole && closed) closed();
  const auto& log = shared_->options.log;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - answer_.since);
  account_body(0);
  (void)shared_->this_turn();  // at whose end the log is told
  if (log) log({*answer_.request, answer_.caller, answer_.status, answer_.bytes, took});
  answer_.request.reset();
}

void Connection::check(Clock::time_point now) {
  if (!deadline_ || now < *deadline_ || is_gone_) return;
  const bool is_between_requests = parser_ && !parser_->has_begun();
  if (!is_between_requests) ++shared_->state.timed_out;
  if (is_writing_) return close();
  is_late_ = true;
  wake();
}

void Connection::drain() { wake(); }

void Connection::close() {
  is_gone_ = true;
  error_code failure;
  socket_.close(failure);
  wake();
}

}  // namespace lightfast::http

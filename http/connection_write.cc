// What a connection writes: answers as they come, and its end.
#include <iterator>
#include <tuple>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "http/connection.h"
#include "http/response_text.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lightfast::http {
namespace {

using boost::system::error_code;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kDiscarded = 1UL << 20U;  // read of a refused body, so that its sender comes
                                                // to read the refusal
constexpr std::chrono::seconds kGoodbye{2};

}  // namespace

bool Connection::is_current(std::uint64_t number) const {
  return answer_.number == number && !answer_.is_complete && !is_gone_;
}

void Connection::respond(std::uint64_t number, const Response& response) {
  if (!is_current(number) || answer_.has_begun) return;
  put_head(response, response.body.size());
  if (answer_.request->method != "HEAD") out_ += response.body;
  answer_.bytes = response.body.size();
  answer_.is_complete = true;
  wake();
}

void Connection::begin(std::uint64_t number, const Response& head) {
  if (!is_current(number) || answer_.has_begun) return;
  answer_.has_begun = true;
  answer_.is_chunked = true;
  ++shared_->state.streams;
  put_head(head, std::nullopt);
  put_piece(head.body);
  wake();
}

void Connection::send(std::uint64_t number, std::string_view piece) {
  if (!is_current(number) || !answer_.has_begun) return;
  put_piece(piece);
  if (out_.size() + unsent_ > limits_.unread) {
    ++shared_->state.cut_off;
    return close();
  }
  wake();
}

void Connection::end(std::uint64_t number) {
  if (!is_current(number) || !answer_.has_begun) return;
  if (!answer_.is_http_1_0) out_ += "0\r\n\r\n";
  answer_.is_complete = true;
  wake();
}

void Connection::put_head(const Response& head, std::optional<std::size_t> length) {
  answer_.status = head.status;
  keeps_alive_ = keeps_alive_ && !shared_->is_draining && (length || !answer_.is_http_1_0);
  append_head(out_, head,
              {.id = answer_.request ? answer_.request->id.value : std::string(),
               .length = length,
               .is_chunked = !length && !answer_.is_http_1_0,
               .keeps_alive = keeps_alive_,
               .is_http_1_0 = answer_.is_http_1_0});
}

// A chunk (RFC 9112, 7.1), or the bare bytes for HTTP/1.0, whose end is that of the connection.
void Connection::put_piece(std::string_view piece) {
  if (piece.empty()) return;
  answer_.bytes += piece.size();
  if (answer_.is_http_1_0) {
    out_ += piece;
  } else {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n{}\r\n", piece.size(), piece);
  }
}

// Writes what there is to write now, or finds that the peer is gone.
asio::awaitable<void> Connection::write_out() {
  auto bytes = std::exchange(out_, {});
  unsent_ = bytes.size();
  const auto until_now = std::exchange(deadline_, Clock::now() + limits_.write);
  while (unsent_ > 0 && !is_gone_) {
    const auto rest = std::string_view(bytes).substr(bytes.size() - unsent_);
    const auto written = co_await write_some(rest);
    if (written > 0) set_deadline(limits_.write);
    unsent_ -= written;
  }
  deadline_ = until_now;
}

// How many of `bytes` went out; waits when none can.
asio::awaitable<std::size_t> Connection::write_some(std::string_view bytes) {
  error_code failure;
  std::size_t written = 0;
  if (!tls_) written = socket_.write_some(asio::buffer(bytes), failure);
  if (tls_ || failure == asio::error::would_block) {
    is_writing_ = true;
    if (tls_) {
      std::tie(failure, written) =
          co_await tls_->stream.async_write_some(asio::buffer(bytes), kAsTuple);
    } else {
      std::tie(failure) = co_await socket_.async_wait(Socket::wait_write, kAsTuple);
    }
    is_writing_ = false;
  }
  if (failure) is_gone_ = true;
  co_return written;
}

// Closing with bytes unread would have the kernel reset the connection, and the peer may lose the
// answer (RFC 9112, 9.6): they are read for a moment.
asio::awaitable<void> Connection::say_goodbye() {
  if (is_gone_) co_return;
  is_late_ = false;
  set_deadline(kGoodbye);
  if (!out_.empty()) co_await write_out();
  set_deadline(kGoodbye);
  error_code failure;
  if (tls_) {
    socket_.cancel(failure);
    is_writing_ = true;
    co_await tls_->stream.async_shutdown(kAsTuple);
    is_writing_ = false;
    co_return;
  }
  socket_.shutdown(Socket::shutdown_send, failure);
  if (failure || !is_body_unread_) co_return;
  std::size_t discarded = 0;
  while (!is_gone_ && !is_late_ && discarded < kDiscarded) {
    discarded += in_.size();
    in_.clear();
    watch();
    co_await changed();
  }
}

}  // namespace lightfast::http

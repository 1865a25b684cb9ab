#include "mcp/stdio_transport.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast::mcp {
namespace {

constexpr std::chrono::milliseconds kFlushPatience{1000};
constexpr int kFirstFreeFd = 3;

bool is_kind(int fd, mode_t kind) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind;
}

// O_NONBLOCK belongs to the open file, which a pipe's other holders share; opening the pipe anew
// gives one of our own.
UniqueFd reopened_without_blocking(UniqueFd out) {
  if (!is_kind(out.get(), S_IFIFO)) return out;
  const std::string path = fmt::format("/proc/self/fd/{}", out.get());
  UniqueFd reopened(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  return reopened ? std::move(reopened) : std::move(out);
}

Result<UniqueFd> moved_up(int fd, std::string_view name) {
  UniqueFd moved(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!moved) return errno_error(fmt::format("taking {} for the protocol", name), errno);
  return moved;
}

Result<void> point(int fd, int target) {
  if (::dup2(target, fd) >= 0) return {};
  return errno_error(fmt::format("pointing descriptor {} elsewhere", fd), errno);
}

bool is_worth_retrying(int error_number) {
  return error_number == EINTR || error_number == EAGAIN || error_number == EWOULDBLOCK;
}

}  // namespace

Result<std::unique_ptr<StdioTransport>> StdioTransport::take_over(int stop_fd) {
  UniqueFd in = TRY(moved_up(STDIN_FILENO, "stdin"));
  UniqueFd out = TRY(moved_up(STDOUT_FILENO, "stdout"));
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing) return errno_error("opening '/dev/null'", errno);
  TRY(point(STDIN_FILENO, nothing.get()));
  const bool has_stderr = ::fcntl(STDERR_FILENO, F_GETFD) >= 0;
  TRY(point(STDOUT_FILENO, has_stderr ? STDERR_FILENO : nothing.get()));
  return create(std::move(in), std::move(out), stop_fd);
}

Result<std::unique_ptr<StdioTransport>> StdioTransport::create(UniqueFd in, UniqueFd out,
                                                               int stop_fd) {
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return errno_error("making an eventfd", errno);
  ::signal(SIGPIPE, SIG_IGN);  // a client that is gone is an error of write()
  return std::unique_ptr<StdioTransport>(new StdioTransport(
      std::move(in), reopened_without_blocking(std::move(out)), stop_fd, std::move(wake)));
}

StdioTransport::StdioTransport(UniqueFd in, UniqueFd out, int stop_fd, UniqueFd wake)
    : in_(std::move(in)),
      out_(std::move(out)),
      stop_fd_(stop_fd),
      wake_(std::move(wake)),
      is_socket_(is_kind(out_.get(), S_IFSOCK)) {}

Received StdioTransport::read() {
  std::optional<Received> received;
  while (!received) received = try_read();
  return *received;
}

// A line or the end, or nothing after a wait that brought neither.
std::optional<Received> StdioTransport::try_read() {
  const Backlog unwritten = backlog();
  const auto line = unwritten == Backlog::TooMuch ? std::nullopt : lines_.next();
  if (line) return line->is_too_long ? Received(LineTooLong{}) : Line{line->text};
  if (!end_) end_ = wait(unwritten);
  if (!end_) return std::nullopt;
  // A last line without a newline counts: it is what `printf` sends.
  const auto rest = *end_ == End::ClientFinished ? lines_.rest() : std::nullopt;
  return rest ? Received(Line{rest->text}) : *end_;
}

StdioTransport::Backlog StdioTransport::backlog() {
  const std::lock_guard lock(mutex_);
  if (unwritten_.empty()) return Backlog::None;
  return unwritten_.size() > kMaxUnwritten ? Backlog::TooMuch : Backlog::Some;
}

// Waits until there is something to do, and does it. A descriptor of -1 is passed over by poll(2).
std::optional<End> StdioTransport::wait(Backlog unwritten) {
  const short out_events = unwritten == Backlog::None ? short{0} : short{POLLOUT};
  std::array<pollfd, 4> fds = {{{stop_fd_, POLLIN, 0},
                                {wake_.get(), POLLIN, 0},
                                {out_.get(), out_events, 0},
                                {unwritten == Backlog::TooMuch ? -1 : in_.get(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), -1) < 0) {
    if (errno == EINTR) return std::nullopt;
    return End::ClientGone;
  }
  const auto& [stop, wake, out, in] = fds;
  if (stop.revents != 0) return End::StopRequested;
  if (wake.revents != 0) {
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof count);
  }
  const bool is_gone = (out.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  if (is_gone || !flush()) return End::ClientGone;
  return in.revents != 0 ? read_bytes() : std::nullopt;
}

std::optional<End> StdioTransport::read_bytes() {
  std::array<char, 64UL * 1024> chunk;
  const auto count = ::read(in_.get(), chunk.data(), chunk.size());
  if (count == 0) return End::ClientFinished;
  if (count < 0) {
    if (is_worth_retrying(errno)) return std::nullopt;
    return End::ClientGone;
  }
  lines_.append({chunk.data(), static_cast<std::size_t>(count)});
  return std::nullopt;
}

Result<void> StdioTransport::write(std::string line) {
  line.push_back('\n');
  const std::lock_guard lock(mutex_);
  if (unwritten_.empty()) {
    unwritten_ = std::move(line);
  } else {
    unwritten_.append(line);
  }
  const bool is_open = flush_with_lock_held();
  if (!is_open || !unwritten_.empty()) ::eventfd_write(wake_.get(), 1);
  if (is_open) return {};
  return Error{ErrorKind::Unavailable, "writing to the client: it is gone"};
}

bool StdioTransport::flush() {
  const std::lock_guard lock(mutex_);
  return flush_with_lock_held();
}

// Writes what goes without waiting. False when the client is gone.
bool StdioTransport::flush_with_lock_held() {
  std::size_t done = 0;
  while (!is_broken_ && done < unwritten_.size()) {
    const auto written = write_some(std::string_view(unwritten_).substr(done));
    is_broken_ = !written;
    if (!written || *written == 0) break;
    done += *written;
  }
  unwritten_.erase(0, is_broken_ ? unwritten_.size() : done);
  return !is_broken_;
}

std::optional<std::size_t> StdioTransport::write_some(std::string_view bytes) const {
  const auto count = is_socket_ ? ::send(out_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)
                                : ::write(out_.get(), bytes.data(), bytes.size());
  if (count >= 0) return static_cast<std::size_t>(count);
  if (is_worth_retrying(errno)) return 0;
  return std::nullopt;
}

void StdioTransport::close() {
  while (backlog() != Backlog::None) {
    std::array<pollfd, 2> fds = {{{stop_fd_, POLLIN, 0}, {out_.get(), POLLOUT, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(kFlushPatience.count()));
    if (ready == 0 || fds[0].revents != 0 || !flush()) break;
  }
  const std::lock_guard lock(mutex_);
  is_broken_ = true;
  unwritten_.clear();
}

}  // namespace lightfast::mcp

#include "sandbox/job_run.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/sockets.h"

namespace lightfast::sandbox {
namespace {

Result<std::array<UniqueFd, 2>> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
  return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<void> judge(const JobSpec& spec, const JobReply& reply) {
  const auto& name = spec.program;
  switch (reply.end) {
    case JobEnd::Exited:
      if (reply.status == 0) return {};
      return Error{ErrorKind::Unavailable,
                   fmt::format("'{}' failed with status {}", name, reply.status)};
    case JobEnd::Signaled:
      return Error{ErrorKind::Unavailable,
                   fmt::format("'{}' was killed by signal {}", name, reply.status)};
    case JobEnd::TimedOut:
      return Error{ErrorKind::Timeout, fmt::format("not finished within {:g} s",
                                                   static_cast<double>(spec.wall_clock_ms) / 1000)};
    case JobEnd::CpuLimit:
      return Error{ErrorKind::LimitExceeded,
                   "more than 20 s of processor time needed (limit of one sync)"};
    case JobEnd::SetupFailed:
      return Error{ErrorKind::Unavailable,
                   fmt::format("'{}' could not be confined: {}", name, reply.problem)};
  }
  return {};
}

// The conversation with a running helper.
class JobRun {
 public:
  JobRun(const Job& job, UniqueFd reply, UniqueFd output, int stop_event)
      : job_(job), reply_(std::move(reply)), output_(std::move(output)), stop_event_(stop_event) {}

  Result<std::string> hold() {
    while (!end_ || output_) TRY(step());
    TRY(judge(job_.spec, *end_));
    return std::move(text_);
  }

 private:
  Result<void> step() {
    std::array<pollfd, 3> watched = {
        {{.fd = output_.get(), .events = POLLIN, .revents = 0},
         {.fd = end_ ? -1 : reply_.get(), .events = POLLIN, .revents = 0},
         {.fd = stop_event_, .events = POLLIN, .revents = 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
      return errno_error("waiting for a helper", errno);
    if (watched[2].revents != 0)
      return Error{ErrorKind::Unavailable, "stopped"};  // closing the reply socket kills it
    if (watched[0].revents != 0) TRY(read_output());
    if (watched[1].revents != 0) TRY(read_reply());
    return {};
  }

  Result<void> read_output() {
    const ssize_t count = ::read(output_.get(), buffer_.data(), buffer_.size());
    if (count <= 0) {
      output_.reset();
      return {};
    }
    text_.append(buffer_.data(), static_cast<std::size_t>(count));
    if (text_.size() > job_.max_output_bytes) {
      return Error{ErrorKind::LimitExceeded, fmt::format("'{}' wrote more than {} bytes",
                                                         job_.spec.program, job_.max_output_bytes)};
    }
    return {};
  }

  Result<void> read_reply() {
    const auto packet = TRY(receive_packet(reply_.get()));
    if (packet.is_end()) return Error{ErrorKind::Unavailable, "the launcher gave no answer"};
    end_ = TRY(decode_job_reply(packet.bytes));
    return {};
  }

  const Job& job_;
  UniqueFd reply_, output_;
  int stop_event_;
  std::string text_;
  std::optional<JobReply> end_;
  std::array<char, 16384> buffer_;
};

}  // namespace

Result<std::string> run_job(LauncherProcess& launcher, const Job& job,
                            const std::stop_token& stop) {
  auto input = TRY(make_pipe());
  auto output = TRY(make_pipe());
  const UniqueFd stop_event(::eventfd(0, EFD_CLOEXEC));
  if (!stop_event) return errno_error("running a helper", errno);
  const std::stop_callback on_stop(stop, [&stop_event] {
    const std::uint64_t one = 1;
    (void)!::write(stop_event.get(), &one, sizeof one);
  });
  // Before the helper is there: why one ends without reading it is then still heard. The pipe is
  // made to hold it; a request that it does not is an error, not a wait for nobody.
  constexpr std::size_t kUsualPipe = 65'536;
  if (job.input.size() > kUsualPipe)
    ::fcntl(input[1].get(), F_SETPIPE_SZ, static_cast<int>(job.input.size()));
  ::fcntl(input[1].get(), F_SETFL, O_NONBLOCK);
  TRY(write_all(input[1].get(), job.input).during("handing over a helper's request"));
  input[1].reset();
  auto reply = TRY(launcher.send(encode(job.spec), {input[0].get(), output[1].get()}));
  input[0].reset();
  output[1].reset();
  return JobRun(job, std::move(reply), std::move(output[0]), stop_event.get()).hold();
}

}  // namespace lightfast::sandbox

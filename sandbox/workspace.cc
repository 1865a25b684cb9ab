#include "sandbox/workspace.h"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "base/sockets.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

// A zygote answers in milliseconds; one that does not is given up.
constexpr std::chrono::milliseconds kPatience{5000};

// How many sandboxes are ready or being made.
constexpr int kOrders = 3;

Result<Packet> receive_reply(int zygote, Clock::time_point deadline) {
  pollfd watched = {.fd = zygote, .events = POLLIN, .revents = 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  if (::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) {
    return Error{ErrorKind::Timeout, "none was ready in time"};
  }
  auto packet = TRY(receive_packet(zygote));
  if (packet.is_end())
    return Error{ErrorKind::Unavailable,
                 "the sandbox died; the log has what bash said of it, if anything"};
  const auto reply = TRY(decode_zygote_reply(packet.bytes));
  if (!reply.problem.empty()) return Error{ErrorKind::Unavailable, reply.problem};
  return packet;
}

}  // namespace

Result<std::shared_ptr<Workspace>> Workspace::open(LauncherProcess& launcher,
                                                   const WorkspaceSpec& spec) {
  auto zygote = TRY(launcher.send(encode(spec)));
  TRY(receive_reply(zygote.get(), Clock::now() + kPatience).during("setting up a sandbox"));
  for (int i = 0; i < kOrders; ++i) TRY(send_packet(zygote.get(), encode_order(0)));
  return std::shared_ptr<Workspace>(new Workspace(std::move(zygote), spec));
}

Result<SandboxHandle> Workspace::take(Clock::time_point deadline) {
  const std::unique_lock lock(mutex_, deadline);
  if (!lock.owns_lock())
    return Error{ErrorKind::Timeout, "taking a sandbox: none was ready in time"};
  auto packet = TRY(receive_reply(zygote_.get(), deadline).during("taking a sandbox"));
  const auto reply = TRY(decode_zygote_reply(packet.bytes));
  if (packet.fds.size() != 3)
    return Error{ErrorKind::Corrupt, "taking a sandbox: its channels are missing"};
  ++taken_;
  TRY(send_packet(zygote_.get(), encode_order(reply.sandbox)));
  return SandboxHandle{.id = reply.sandbox,
                       .control = std::move(packet.fds[0]),
                       .standard_output = std::move(packet.fds[1]),
                       .standard_error = std::move(packet.fds[2])};
}

void Workspace::kill(const SandboxHandle& sandbox) {
  (void)send_packet(zygote_.get(), encode_kill(sandbox.id));
}

}  // namespace lightfast::sandbox

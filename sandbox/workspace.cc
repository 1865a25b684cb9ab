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

// How many sandboxes are ready or being made: at first, and when calls came faster than these.
constexpr int kFirstOrders = 2;
constexpr int kMostOrders = 6;

bool has_packet(int socket, std::chrono::milliseconds patience) {
  pollfd watched = {.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(patience.count(), 0))) > 0;
}

Result<Packet> receive_reply(int zygote, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  if (!has_packet(zygote, left)) return Error{ErrorKind::Timeout, "none was ready in time"};
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
  std::shared_ptr<Workspace> workspace(new Workspace(std::move(zygote), spec));
  for (int i = 0; i < kFirstOrders; ++i) TRY(workspace->order(0));
  return workspace;
}

Result<void> Workspace::order(std::uint64_t started) {
  ++ordered_;
  return send_packet(zygote_.get(), encode_order(started, has_neighbours_));
}

Result<SandboxHandle> Workspace::take(Clock::time_point deadline) {
  const std::unique_lock lock(mutex_, deadline);
  if (!lock.owns_lock())
    return Error{ErrorKind::Timeout, "taking a sandbox: none was ready in time"};
  const bool was_ready = has_packet(zygote_.get(), std::chrono::milliseconds(0));
  auto packet = TRY(receive_reply(zygote_.get(), deadline).during("taking a sandbox"));
  --ordered_;
  const auto reply = TRY(decode_zygote_reply(packet.bytes));
  if (packet.fds.size() != 3)
    return Error{ErrorKind::Corrupt, "taking a sandbox: its channels are missing"};
  const bool is_cold = ++taken_ <= kFirstOrders;
  return SandboxHandle{.id = reply.sandbox,
                       .was_awaited = !was_ready && !is_cold,
                       .control = std::move(packet.fds[0]),
                       .standard_output = std::move(packet.fds[1]),
                       .standard_error = std::move(packet.fds[2])};
}

void Workspace::begun(const SandboxHandle& sandbox) {
  // Without the lock: one that takes may hold it and wait for what is ordered here. A zygote that
  // is gone shows itself to the next that takes.
  (void)order(sandbox.id);
  if (sandbox.was_awaited && ordered_ < kMostOrders) (void)order(0);
}

void Workspace::shrink() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  while (ordered_ > 1 && has_packet(zygote_.get(), std::chrono::milliseconds(0))) {
    (void)receive_packet(zygote_.get());  // its channels are closed with the packet: it ends
    --ordered_;
  }
}

void Workspace::kill(const SandboxHandle& sandbox) {
  (void)send_packet(zygote_.get(), encode_kill(sandbox.id));
}

}  // namespace lightfast::sandbox

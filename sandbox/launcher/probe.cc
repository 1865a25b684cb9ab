#include "sandbox/launcher/probe.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>

#include "base/sockets.h"
#include "sandbox/landlock.h"
#include "sandbox/launcher/spawn.h"

namespace lightfast::sandbox {
namespace {

constexpr std::chrono::milliseconds kPatience{2000};

Result<Packet> receive_soon(int socket) {
  pollfd watched = {.fd = socket, .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, static_cast<int>(kPatience.count())) <= 0) {
    return Error{ErrorKind::Timeout, "no answer from the test sandbox"};
  }
  return receive_packet(socket);
}

Result<ZygoteReply> zygote_reply(int zygote, Packet& packet) {
  packet = TRY(receive_soon(zygote));
  if (packet.is_end())
    return Error{ErrorKind::Unavailable, "the test sandbox died while it was set up"};
  auto reply = TRY(decode_zygote_reply(packet.bytes));
  if (!reply.problem.empty()) return Error{ErrorKind::Unavailable, reply.problem};
  return reply;
}

// Asks for one sandbox and whether its layers could be set up.
Result<void> try_sandbox(int zygote) {
  Packet packet;
  TRY(zygote_reply(zygote, packet));
  TRY(send_packet(zygote, encode_order(0, false)));
  TRY(zygote_reply(zygote, packet));
  if (packet.fds.size() != 3)
    return Error{ErrorKind::Corrupt, "the test sandbox came without its channels"};
  TRY(send_packet(packet.fds[0].get(), "exit 0"));
  const auto answer = TRY(receive_soon(packet.fds[0].get()));
  if (answer.is_end())
    return Error{ErrorKind::Unavailable, "the test sandbox was killed while it was set up"};
  const auto notice = TRY(decode_notice(answer.bytes));
  if (notice.notice != Notice::Exited) return Error{ErrorKind::Unavailable, notice.text};
  return {};
}

Result<void> try_tier(int tier, const ReportSpec& spec, const Identity& launcher) {
  if (landlock_abi() == 0) {
    return Error{ErrorKind::Unavailable,
                 "this kernel has no Landlock (CONFIG_SECURITY_LANDLOCK=y, lsm=landlock,...)"};
  }
  // Before ABI 3 Landlock does not know truncation, and without namespaces nothing else would keep
  // files from it.
  constexpr std::uint64_t kKnowsTruncation = 3;
  if (tier == 3 && landlock_abi() < kKnowsTruncation) {
    return Error{ErrorKind::Unavailable, "needs Landlock ABI 3 (Linux 6.2)"};
  }
  if (tier == 3 && spec.toolbox.contains(':'))
    return Error{ErrorKind::Unavailable,
                 "the path of the data directory has a ':', which ends a path in PATH"};
  if (tier == 1 && !launcher.privileged)
    return Error{ErrorKind::Unavailable, "needs root (CAP_SYS_ADMIN, and more uids than its own)"};
  const WorkspaceSpec workspace{.org_index = 0,
                                .toolbox = spec.toolbox,
                                .snapshot = spec.toolbox + "/etc",
                                .host_files = spec.host_files,
                                .limits = {}};
  auto sockets = TRY(make_socket_pair());
  const pid_t zygote = TRY(spawn_zygote(tier, workspace, launcher, std::move(sockets.theirs)));
  auto tried = try_sandbox(sockets.ours.get());
  sockets.ours.reset();
  ::kill(zygote, SIGKILL);
  ::waitpid(zygote, nullptr, 0);
  return tried;
}

}  // namespace

TierReport probe_tiers(const ReportSpec& spec, const Identity& launcher) {
  TierReport report;
  report.landlock_abi = landlock_abi();
  for (int tier = 1; tier <= 3; ++tier) {
    const auto tried = try_tier(tier, spec, launcher);
    report.probes.push_back({.tier = tier,
                             .available = tried.has_value(),
                             .why_not = tried ? std::string() : tried.error().message});
    if (tried && report.tier == 0) report.tier = tier;
    if (report.tier != 0 && !spec.all) break;
  }
  return report;
}

}  // namespace lightfast::sandbox

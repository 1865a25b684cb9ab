// lightfast-layers: makes one attempt in a sandbox that has some of its layers only. The plan, its
// steps and the init are those of the product; what is left out is left out of the plan.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "attempts.h"
#include "base/sockets.h"
#include "layers.h"
#include "sandbox/apply.h"
#include "sandbox/protocol.h"
#include "sandbox/zygote/init.h"

namespace lightfast::sandboxee {
namespace {

using sandbox::Notice;
using sandbox::SandboxNotice;
using sandbox::WorkspacePlan;

constexpr int kSetUpFailed = 3;  // besides the exit codes of an attempt
constexpr std::chrono::milliseconds kPatience{30'000};

struct Settings {
  int tier = 0;
  sandbox::WorkspaceSpec spec;
  std::vector<std::string> only, without;
  bool all = false, list = false;
  std::vector<std::string> attempt;
};

WorkspacePlan plan_of(const Settings& settings) {
  const sandbox::Identity identity = {
      .uid = ::geteuid(), .gid = ::getegid(), .privileged = settings.tier == 1};
  return sandbox::plan_workspace(settings.tier, settings.spec, identity);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

WorkspacePlan wanted_plan(const Settings& settings) {
  return with_layers(plan_of(settings), [&settings](const std::string& layer) {
    return settings.all ? !contains(settings.without, layer) : contains(settings.only, layer);
  });
}

// A layer that is tried alone must not reach the machine's mounts. For root alone: others have no
// right to make mounts outside a user namespace, which the kernel keeps apart.
void leave_mounts_of_machine() {
  if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0) return;
  ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

Result<sandbox::Applied> prepare() {
  sandbox::Applied applied;
  applied.parent_uid = ::geteuid();
  applied.parent_gid = ::getegid();
  for (const auto whom :
       {sandbox::FilterFor::Command, sandbox::FilterFor::CommandWithoutPidNamespace,
        sandbox::FilterFor::Zygote}) {
    applied.filters.emplace(whom, TRY(sandbox::compile_filter(whom)));
  }
  return applied;
}

long clone_process(std::uint64_t flags) {
  return ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
}

// Out of the way of the numbers that the init gives its own descriptors.
int copy_of(int fd) {
  constexpr int kOutOfTheWay = 16;
  return ::fcntl(fd, F_DUPFD, kOutOfTheWay);
}

// In the process that was cloned as the zygote. Its child is the init, and that one's the shell, in
// whose place the attempt is made.
Result<void> be_zygote(const Settings& settings, sandbox::Applied& applied, int control) {
  const auto plan = wanted_plan(settings);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  TRY(sandbox::apply_steps(plan.zygote, applied));
  applied.parent_uid = ::getuid();
  applied.parent_gid = ::getgid();
  const long init = clone_process(plan.sandbox_clone_flags);
  if (init < 0) return errno_error("cloning the init", errno);
  if (init == 0) {
    const sandbox::InitChannels channels = {.control = control,
                                            .standard_output = copy_of(STDOUT_FILENO),
                                            .standard_error = copy_of(STDERR_FILENO)};
    (void)sandbox::run_init(plan, settings.spec.limits, applied, channels,
                            {.adopt = [] {}, .written = {}});
    ::_exit(static_cast<int>(make_attempt(settings.attempt)));
  }
  ::waitpid(static_cast<pid_t>(init), nullptr, 0);
  return {};
}

int say(int code, const std::string& text) {
  std::cout << text << std::endl;
  return code;
}

// What the init told at last: how the attempt's process ended.
int exit_code_of(const SandboxNotice& notice) {
  switch (notice.notice) {
    case Notice::Exited:
      return static_cast<int>(notice.value);
    case Notice::Signaled:
      return say(static_cast<int>(Verdict::Denied),
                 "denied: killed by signal " + std::to_string(notice.value));
    case Notice::SetupFailed:
      return say(kSetUpFailed, "not set up: " + notice.text);
    default:
      return say(static_cast<int>(Verdict::NotTried), "not tried: an unknown end");
  }
}

bool is_final(const SandboxNotice& notice) { return notice.notice != Notice::ProcessesExhausted; }

// A sandbox that ended before it read its script resets the channel once; its notice is behind
// that.
Result<Packet> receive_notice(int control) {
  auto packet = receive_packet(control);
  return packet ? std::move(packet) : receive_packet(control);
}

Result<SandboxNotice> await_end(int control) {
  (void)send_packet(control, "go");
  while (true) {
    pollfd watched = {.fd = control, .events = POLLIN, .revents = 0};
    if (::poll(&watched, 1, static_cast<int>(kPatience.count())) <= 0)
      return Error{ErrorKind::Timeout, "no answer"};
    const auto packet = TRY(receive_notice(control));
    if (packet.is_end()) return Error{ErrorKind::Unavailable, "the sandbox died"};
    auto notice = TRY(sandbox::decode_notice(packet.bytes));
    if (is_final(notice)) return notice;
  }
}

Result<int> run(const Settings& settings) {
  leave_mounts_of_machine();
  auto applied = TRY(prepare());
  auto channel = TRY(make_socket_pair());
  const long zygote = clone_process(wanted_plan(settings).zygote_clone_flags);
  if (zygote < 0) return errno_error("cloning the zygote", errno);
  if (zygote == 0) {
    channel.ours.reset();
    const auto done = be_zygote(settings, applied, channel.theirs.get());
    if (done) ::_exit(0);
    const SandboxNotice failed = {
        .notice = Notice::SetupFailed, .value = 0, .text = done.error().message};
    (void)send_packet(channel.theirs.get(), encode(failed));
    ::_exit(1);
  }
  channel.theirs.reset();
  const auto notice = await_end(channel.ours.get());
  channel.ours.reset();
  ::kill(static_cast<pid_t>(zygote), SIGKILL);
  ::waitpid(static_cast<pid_t>(zygote), nullptr, 0);
  if (!notice) return notice.error();
  return exit_code_of(*notice);
}

int list(const Settings& settings) {
  for (const auto& part : parts_of(plan_of(settings)))
    std::cout << part.what << ' ' << part.layer << '\n';
  return 0;
}

int main_with(int argc, char** argv) {
  Settings settings;
  CLI::App app("Makes one attempt with some layers of a sandbox");
  app.add_option("--tier", settings.tier)->required();
  app.add_option("--toolbox", settings.spec.toolbox)->required();
  app.add_option("--snapshot", settings.spec.snapshot)->required();
  app.add_option("--library", settings.spec.host_files, "a file that tier 3 lets programs load");
  app.add_option("--only", settings.only, "one layer; may be repeated");
  app.add_flag("--all", settings.all, "all layers");
  app.add_option("--without", settings.without, "all but this layer; with --all");
  app.add_flag("--list", settings.list, "prints what the plan does, and of which layer that is");
  app.add_option("attempt", settings.attempt, "its name and words");
  CLI11_PARSE(app, argc, argv);
  if (settings.list) return list(settings);
  const auto code = run(settings);
  return code ? *code : say(kSetUpFailed, "not set up: " + code.error().message);
}

}  // namespace
}  // namespace lightfast::sandboxee

int main(int argc, char** argv) { return lightfast::sandboxee::main_with(argc, argv); }

#include "tools/shell/shell.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/shell.h"

namespace lightfast::shell {
namespace {

using Clock = std::chrono::steady_clock;
using sandbox::Outcome;

constexpr int kTimedOut = 124;  // as timeout(1) has it
constexpr int kSignalBase = 128;

contract::ShellStream stream_of(const sandbox::Captured& captured) {
  return {.text = visible_text(captured.head),
          .cut = captured.bytes > captured.head.size(),
          .counted_to_end = captured.complete,
          .kept_bytes = captured.head.size(),
          .kept_lines = captured.head_lines,
          .bytes = captured.bytes,
          .lines = captured.lines};
}

// The limit that ended or hindered the command, in words.
std::string limit_of(const sandbox::Run& run, const sandbox::Limits& limits) {
  if (run.outcome == Outcome::MemoryLimit)
    return "memory limit of " + size_text(limits.memory_bytes);
  if (run.outcome == Outcome::OutputLimit)
    return "output limit of " + size_text(limits.output_bytes);
  if (run.outcome == Outcome::CpuLimit ||
      (run.outcome == Outcome::Signaled && run.status == SIGXCPU))
    return fmt::format("limit of {} s of processor time", limits.cpu_seconds);
  if (run.outcome == Outcome::ProcessLimit || run.processes_exhausted)
    return fmt::format("limit of {} processes", limits.processes);
  return {};
}

int exit_code_of(const sandbox::Run& run) {
  switch (run.outcome) {
    case Outcome::Exited:
      return run.status;
    case Outcome::Signaled:
      return kSignalBase + run.status;
    case Outcome::TimedOut:
      return kTimedOut;
    case Outcome::OutputLimit:
    case Outcome::MemoryLimit:
    case Outcome::CpuLimit:
    case Outcome::ProcessLimit:
    case Outcome::Cancelled:
      return kSignalBase + SIGKILL;
  }
  return kSignalBase + SIGKILL;
}

contract::ShellOutcome outcome_of(const sandbox::Run& run, const sandbox::Limits& limits) {
  contract::ShellOutcome outcome;
  outcome.out = stream_of(run.out);
  outcome.err = stream_of(run.err);
  outcome.exit_code = exit_code_of(run);
  if (run.outcome == Outcome::Signaled) outcome.signal = run.status;
  outcome.timed_out = run.outcome == Outcome::TimedOut;
  outcome.limit = limit_of(run, limits);
  outcome.stopped = run.outcome == Outcome::OutputLimit || run.outcome == Outcome::MemoryLimit ||
                    run.outcome == Outcome::CpuLimit || run.outcome == Outcome::ProcessLimit;
  outcome.duration = run.duration;
  return outcome;
}

sandbox::Command command_of(const Json& input) {
  return {.script = input["command"].get<std::string>(),
          .timeout = std::chrono::milliseconds(input["timeoutMs"].get<std::int64_t>()),
          .max_output_bytes = input["maxOutputBytes"].get<std::size_t>()};
}

}  // namespace

contract::Handler make_shell_handler(repo::Repo& repo, sandbox::Sandboxes& sandboxes) {
  return [&repo, &sandboxes](const Json& input,
                             const contract::CallContext& context) -> Result<Json> {
    const auto command = command_of(input);
    if (command.script.find('\0') != std::string::npos) {
      return Error{ErrorKind::InvalidArgument,
                   "command: contains a NUL character, which bash cannot take", "command"};
    }
    const auto current = TRY(repo.current(Clock::now() + command.timeout, context.cancelled));
    const auto run =
        TRY(sandboxes.run(context.org, current.snapshot->root(), command, context.cancelled));
    auto outcome = outcome_of(run, sandboxes.limits());
    outcome.commit = current.snapshot->record().commit.value;
    outcome.branch = visible_text(current.snapshot->record().branch);
    outcome.age =
        std::max(std::chrono::seconds(0), std::chrono::floor<std::chrono::seconds>(
                                              std::chrono::system_clock::now() - current.seen_at));
    outcome.stale = current.stale;
    outcome.timeout =
        std::min<std::chrono::milliseconds>(command.timeout, sandboxes.limits().wall_clock);
    return contract::shell_output(outcome);
  };
}

}  // namespace lightfast::shell

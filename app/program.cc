#include "app/program.h"

#include <malloc.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/procedures.h"
#include "base/hidden_memory.h"
#include "base/log.h"
#include "base/text.h"

namespace lightfast {

Result<Settings> begin(const CommandLine& line) {
  auto settings = TRY(resolve_settings(line.flags, process_environment()));
  const bool serves_memory =
      line.kind == CommandKind::Memory && line.memory.action == MemoryRequest::Action::Serve;
  const bool serves =
      line.kind == CommandKind::Mcp || line.kind == CommandKind::Serve || serves_memory;
  TRY(configure_logging({.level = settings.log_level.value_or(serves ? "info" : "error"),
                         .file = settings.log_file}));
  return settings;
}

Result<void> need_repo(const Settings& settings) {
  if (!settings.repo.empty() || settings.declares_orgs) return {};
  return Error{ErrorKind::InvalidArgument,
               "no repository: give --repo URL|PATH (or LIGHTFAST_REPO), or start one with "
               "`lightfast init`"};
}

void block_hangup() {
  sigset_t hangup;
  ::sigemptyset(&hangup);
  ::sigaddset(&hangup, SIGHUP);
  ::sigprocmask(SIG_BLOCK, &hangup, nullptr);
}

bool is_bridge(const Settings& settings) { return !settings.base_url.empty(); }

bool has_long_term(const Settings& settings) {
  return !settings.memory_url.empty() || std::ranges::any_of(settings.orgs, [](const auto& org) {
    return !org.memory_url.empty();
  });
}

int run_program(int count, char** arguments, Result<int> (*run)(const CommandLine& line)) {
  hide_memory();  // of secrets: tokens, keys
  // By themselves, limits that glibc raises with use would have each thread keep what one large
  // answer took (mallopt(3)).
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_ARENA_MAX, 2);
  ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write that met it
  const auto parsed = parse_command_line({arguments + 1, arguments + count}, declared_procedures());
  if (!parsed.command) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  const auto exit_code = run(*parsed.command);
  if (exit_code) return *exit_code;
  std::cerr << fmt::format("lightfast: {}\n", visible_line(exit_code.error().message));
  return kErrorOfUse;
}

}  // namespace lightfast

#include <malloc.h>

#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/services.h"
#include "app/settings.h"
#include "base/log.h"
#include "base/text.h"

namespace lightfast {
namespace {

Result<int> run(const CommandLine& line) {
  if (line.kind == CommandKind::Init) return run_init(line.directory);
  if (line.kind == CommandKind::OpenApi) return run_openapi();
  const auto settings = TRY(resolve_settings(line.flags, process_environment()));
  // On a terminal stderr belongs to the command's own words.
  const char* usual = line.kind == CommandKind::Mcp ? "info" : "error";
  TRY(configure_logging({.level = settings.log_level.value_or(usual), .file = settings.log_file}));
  if (line.kind == CommandKind::Doctor) return run_doctor(settings);
  if (line.kind == CommandKind::Setup) return run_setup(settings, line);
  if (settings.repo.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 "no repository: give --repo URL|PATH (or LIGHTFAST_REPO), or start one with "
                 "`lightfast init`"};
  }
  if (line.kind == CommandKind::Procedure) return run_procedure(settings, line);
  return run_mcp(settings);
}

int main_with(const std::vector<std::string>& arguments) {
  const auto parsed = parse_command_line(arguments, declared_procedures());
  if (!parsed.command) {
    (parsed.exit_code == 0 ? std::cout : std::cerr) << parsed.text;
    return parsed.exit_code;
  }
  const auto exit_code = run(*parsed.command);
  if (exit_code) return *exit_code;
  std::cerr << fmt::format("lightfast: {}\n", visible_line(exit_code.error().message));
  return kErrorOfUse;
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  // By themselves, limits that glibc raises with use would have each thread keep what one large
  // answer took (mallopt(3)).
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_ARENA_MAX, 2);
  ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write that met it
  return lightfast::main_with({arguments + 1, arguments + count});
}

// lightfast: every command. Those that speak HTTP are done by lightfast-http, which is given the
// same command line.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "app/commands.h"
#include "app/program.h"
#include "base/files.h"

namespace lightfast {
namespace {

char** own_arguments = nullptr;

// Becomes lightfast-http; returns only when that cannot be.
Result<int> become_http_program() {
  const auto program = TRY(installed_file("lightfast-http"));
  ::execv(program.c_str(), own_arguments);
  return errno_error("starting '" + program.string() + "'", errno);
}

// Whatever they are told.
bool is_always_of_network(CommandKind kind) {
  using enum CommandKind;
  constexpr std::array kAll = {Serve, Keys, Deliveries, Store, Memory, Init};
  return std::ranges::find(kAll, kind) != kAll.end();
}

bool is_of_network(const CommandLine& line, const Settings& settings) {
  if (line.kind == CommandKind::Mcp) return is_bridge(settings) || has_long_term(settings);
  return line.kind == CommandKind::Procedure && has_long_term(settings);
}

Result<int> run(const CommandLine& line) {
  if (line.kind == CommandKind::Serve) block_hangup();
  const bool is_local_init = line.kind == CommandKind::Init && !line.github;
  if (is_local_init) return run_init(line.directory);
  if (line.kind == CommandKind::OpenApi) return run_openapi();
  if (is_always_of_network(line.kind)) return become_http_program();
  auto settings = TRY(begin(line));
  if (line.kind == CommandKind::Doctor) {
    if (settings.asked_org) TRY(choose_org(settings));
    return run_doctor(settings);
  }
  if (line.kind == CommandKind::Setup) return run_setup(settings, line);
  if (is_of_network(line, settings)) return become_http_program();
  if (line.kind == CommandKind::Procedure) return run_procedure(std::move(settings), line);
  TRY(need_repo(settings));
  TRY(choose_org(settings));
  return run_mcp(settings);
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  lightfast::own_arguments = arguments;
  return lightfast::run_program(count, arguments, lightfast::run);
}

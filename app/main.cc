// lightfast: every command. Those that speak HTTP are done by lightfast-http, which is given the
// same command line.
#include <unistd.h>

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

Result<int> run(const CommandLine& line) {
  if (line.kind == CommandKind::Serve) block_hangup();
  const bool is_local_init = line.kind == CommandKind::Init && !line.github;
  if (is_local_init) return run_init(line.directory);
  if (line.kind == CommandKind::OpenApi) return run_openapi();
  if (line.kind == CommandKind::Serve || line.kind == CommandKind::Keys ||
      line.kind == CommandKind::Deliveries || line.kind == CommandKind::Store ||
      line.kind == CommandKind::Memory || line.kind == CommandKind::Init)
    return become_http_program();
  auto settings = TRY(begin(line));
  if (line.kind == CommandKind::Doctor) {
    if (settings.asked_org) TRY(choose_org(settings));
    return run_doctor(settings);
  }
  if (line.kind == CommandKind::Setup) return run_setup(settings, line);
  const bool may_ask_network = line.kind == CommandKind::Mcp || line.kind == CommandKind::Procedure;
  const bool is_of_network = is_bridge(settings) && line.kind == CommandKind::Mcp;
  if (is_of_network || (may_ask_network && has_long_term(settings))) return become_http_program();
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

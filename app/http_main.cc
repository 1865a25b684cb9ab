// lightfast-http: the commands of lightfast that speak HTTP, started by it with its own arguments.
#include <utility>

#include "app/commands.h"
#include "app/long_term.h"
#include "app/program.h"

namespace lightfast {
namespace {

// Of several organisations all, or the one that --org names.
Result<Settings> settings_of_serve(const CommandLine& line) {
  auto settings = TRY(resolve_settings(line.flags, process_environment()));
  TRY(need_repo(settings));
  if (settings.asked_org) TRY(choose_org(settings));
  return settings;
}

Result<int> run(const CommandLine& line) {
  if (line.kind == CommandKind::Serve) block_hangup();
  auto settings = TRY(begin(line));
  switch (line.kind) {
    case CommandKind::Serve:
      return run_serve(TRY(settings_of_serve(line)), [line] { return settings_of_serve(line); });
    case CommandKind::Keys:
      if (line.keys.action == KeysRequest::Action::Create) TRY(choose_org(settings));
      return run_keys(settings, line.keys);
    case CommandKind::Init:
      return run_init_github(settings, line.github.value_or(""));
    case CommandKind::Deliveries:
      return run_deliveries(settings, line.deliveries);
    case CommandKind::Store:
      return run_store(settings, line.store);
    case CommandKind::Memory:
      return run_memory(settings, line);
    case CommandKind::Mcp:
      if (is_bridge(settings)) return run_bridge(settings);
      TRY(need_repo(settings));
      TRY(choose_org(settings));
      return run_mcp(settings, make_long_term);
    case CommandKind::Procedure:
      return run_procedure(std::move(settings), line, make_long_term);
    default:
      return Error{ErrorKind::InvalidArgument, "this program is started by `lightfast`; run that"};
  }
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  return lightfast::run_program(count, arguments, lightfast::run);
}

// lightfast-http: the commands of lightfast that speak HTTP, started by it with its own arguments.
#include "app/commands.h"
#include "app/program.h"

namespace lightfast {
namespace {

Result<int> run(const CommandLine& line) {
  const auto settings = TRY(begin(line));
  switch (line.kind) {
    case CommandKind::Serve:
      TRY(need_repo(settings));
      return run_serve(settings);
    case CommandKind::Keys:
      return run_keys(settings, line.keys);
    case CommandKind::Init:
      return run_init_github(settings, line.github.value_or(""));
    case CommandKind::Deliveries:
      return run_deliveries(settings, line.deliveries);
    case CommandKind::Mcp:
      return run_bridge(settings);
    default:
      return Error{ErrorKind::InvalidArgument, "this program is started by `lightfast`; run that"};
  }
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  return lightfast::run_program(count, arguments, lightfast::run);
}

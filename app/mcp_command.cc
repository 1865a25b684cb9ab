#include <cstdlib>

#include "app/commands.h"
#include "app/offer.h"
#include "app/services.h"
#include "app/stop_events.h"
#include "base/log.h"
#include "mcp/serve.h"
#include "mcp/stdio_transport.h"

namespace lightfast {
Result<int> run_mcp(const Settings& settings, const LongTermMaker& make_long_term) {
  auto stop = TRY(StopEvents::create());
  auto services = TRY(Services::create(settings, make_long_term));
  TRY(stop.watch(services->launcher().death_fd()));
  auto transport = TRY(mcp::StdioTransport::take_over(stop.fd()));
  const auto server = make_mcp_server(services->org());
  services->start();
  const auto served = mcp::serve(*server, *transport);
  services->org().repo().on_change({});
  const bool launcher_died = stop.is_readable(services->launcher().death_fd());
  if (launcher_died) log_for("app").error("stopping reason=\"the sandbox launcher died\"");
  const int exit_code = launcher_died ? 1 : 0;
  // A call that does not heed its cancellation would hold the end up; the launcher ends what it
  // started with us.
  if (!served) std::_Exit(exit_code);
  return exit_code;
}

}  // namespace lightfast

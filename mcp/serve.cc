#include "mcp/serve.h"

#include <string>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "mcp/line_buffer.h"
#include "mcp/session.h"

namespace lightfast::mcp {
namespace {

End receive_all(Session& session, Transport& transport) {
  for (;;) {
    const Received received = transport.read();
    if (const auto* end = std::get_if<End>(&received)) return *end;
    if (const auto* line = std::get_if<Line>(&received)) {
      session.receive(line->text);
    } else {
      session.refuse_line(fmt::format("a line may hold at most {}", size_text(kMaxLineBytes)));
    }
  }
}

}  // namespace

Result<void> serve(Server& server, Transport& transport, ServeLimits limits) {
  // A client that is gone shows itself to the reading side.
  Session session(server, [&](std::string line) { (void)transport.write(std::move(line)); });
  const End end = receive_all(session, transport);
  const bool can_wait = end == End::ClientFinished;
  (void)session.finish(can_wait ? limits.finish : std::chrono::milliseconds(0));
  session.end(end == End::StopRequested ? "the server is shutting down"
                                        : "the client closed the connection");
  const bool is_idle = session.wait_until_idle(limits.stop);
  transport.close();
  if (is_idle) return {};
  return Error{ErrorKind::Timeout, "ending the session: a cancelled call still runs"};
}

}  // namespace lightfast::mcp

#include "mcp/reply.h"

namespace lightfast::mcp {

Response response_to(const MessageId& id, const Outcome& outcome) {
  Response response{.text = response_text(id, outcome)};
  if (!outcome) response.error = outcome.error().code;
  return response;
}

}  // namespace lightfast::mcp

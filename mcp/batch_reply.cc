#include "mcp/batch_reply.h"

#include <optional>
#include <utility>

#include "base/guarded.h"

namespace lightfast::mcp {
namespace {

struct Collected {
  std::size_t missing = 0;
  std::string responses = {};  // joined by commas
};

}  // namespace

Reply batch_reply(std::size_t places, std::function<void(std::string line)> send) {
  auto collected = std::make_shared<Guarded<Collected>>(Collected{.missing = places});
  return [collected, send = std::move(send)](const std::optional<std::string>& response) {
    collected->with([&](Collected& so_far) {
      if (response) so_far.responses.append(so_far.responses.empty() ? "" : ",").append(*response);
      if (--so_far.missing == 0 && !so_far.responses.empty()) send("[" + so_far.responses + "]");
    });
  };
}

}  // namespace lightfast::mcp

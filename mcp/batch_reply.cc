#include "mcp/batch_reply.h"

#include <optional>
#include <utility>

#include "base/guarded.h"

namespace lightfast::mcp {
namespace {

class BatchReply final : public ReplyStream {
 public:
  BatchReply(std::size_t places, Reply whole)
      : whole_(std::move(whole)), collected_(Collected{.missing = places}) {}

  void notify(std::string line) override { whole_->notify(std::move(line)); }

  void answer(std::optional<Response> response) override {
    collected_.with([&](Collected& so_far) {
      auto& texts = so_far.responses;
      if (response) texts.append(texts.empty() ? "" : ",").append(response->text);
      if (--so_far.missing > 0) return;
      whole_->answer(texts.empty() ? std::nullopt
                                   : std::optional(Response{.text = "[" + texts + "]"}));
    });
  }

 private:
  struct Collected {
    std::size_t missing = 0;
    std::string responses = {};  // joined by commas
  };
  const Reply whole_;
  Guarded<Collected> collected_;
};

}  // namespace

Reply batch_reply(std::size_t places, Reply whole) {
  return std::make_shared<BatchReply>(places, std::move(whole));
}

}  // namespace lightfast::mcp

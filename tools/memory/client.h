// Long-term memory over the network: the search API of a Memory service.
//
// A search is answered from what was answered before, if that is fresh, otherwise by the service,
// on a thread of its own; and when that fails, by an older answer, if there is one. Everything that
// a thread does here ends with the call's deadline, or when nobody waits any more.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "tools/memory/cache.h"
#include "tools/memory/long_term.h"
#include "tools/memory/service.h"

namespace lightfast::memory {

struct ClientOptions {
  std::string url;                      // as parse_base_url() takes it, perhaps with a path
  std::string api_key = {};             // a bearer token; empty: none
  std::filesystem::path ca_file = {};   // certificate authorities besides the system's; empty: none
  std::filesystem::path data_dir = {};  // has `memory/`, what processes share; empty: nothing is
  std::string org = "default";
  std::function<Cache::Time()> now = std::chrono::steady_clock::now;  // for the age of answers
};

class Client final : public LongTerm {
 public:
  // InvalidArgument says what is wrong with the options, without repeating the key. Asks nothing.
  static Result<std::unique_ptr<Client>> create(const ClientOptions& options);

  // Cancels what is under way.
  ~Client() override;

  std::unique_ptr<Recall> ask(const contract::SearchRequest& request,
                              std::chrono::steady_clock::time_point deadline,
                              std::stop_token cancelled) override;
  Fetched contents(const std::vector<std::string>& ids, std::size_t offset,
                   std::chrono::steady_clock::time_point deadline,
                   std::stop_token cancelled) override;

  // So many searches may be under way; another is refused with the reason.
  static constexpr std::size_t kMaxRunning = 64;

 private:
  struct Question;
  class Asked;
  struct Running {
    std::shared_ptr<Question> question;
    std::jthread thread;
  };

  Client(ServiceOptions service, std::function<Cache::Time()> now)
      : service_(std::move(service)), now_(std::move(now)) {}
  bool start(const std::shared_ptr<Question>& question);
  void answer(Question& question);
  Recalled outcome_of(const Question& question, std::expected<contract::SearchAnswer, Trouble> end);

  Service service_;
  const std::function<Cache::Time()> now_;
  Cache cache_;
  Guarded<std::list<Running>> running_;  // last: their threads use the others
};

}  // namespace lightfast::memory

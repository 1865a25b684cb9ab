#include "tools/memory/client.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/hash.h"
#include "base/log.h"
#include "tools/memory/answers.h"

namespace lightfast::memory {
namespace {

using contract::SearchAnswer;
using contract::TierState;
using std::chrono::milliseconds;
using web::Clock;
using SearchEnd = std::expected<SearchAnswer, Trouble>;

constexpr const char* kSearchRoute = "/v1/search";
constexpr const char* kContentsRoute = "/v1/contents";
constexpr UrlSetting kUrlSetting{
    .name = "memory-url",
    .place_of_key =
        "LIGHTFAST_MEMORY_API_KEY or in the file that LIGHTFAST_MEMORY_API_KEY_FILE names"};

// The file that all processes have for the same service and organisation; none when there is no
// place for it, and then each process has to find out by itself.
std::filesystem::path breaker_file(const ClientOptions& options, const BaseUrl& url) {
  if (options.data_dir.empty()) return {};
  const auto directory = options.data_dir / "memory";
  if (const auto made = make_private_directories(directory); !made) {
    log_for("memory").warn("breaker=unshared why=\"{}\"", made.error().message);
    return {};
  }
  const auto name = fnv1a_64(url.text() + "\n" + options.org);
  return directory / fmt::format("breaker-{:016x}", name);
}

// As the service is asked: for results from the first on, of which the caller takes its own; as
// many for one page as for the next, so that what is blended of them stays in its order.
contract::SearchRequest from_the_first(contract::SearchRequest request) {
  constexpr int kUsual = 50;
  request.limit = request.offset + request.limit <= kUsual ? kUsual : contract::kMaxResults;
  request.offset = 0;
  return request;
}

Call search_call(const contract::SearchRequest& request, SearchAnswer& answer) {
  return {.route = kSearchRoute,
          .body =
              [&request](milliseconds time) {
                auto timed = request;
                timed.wait = time;
                return contract::to_json(timed);
              },
          .take = [&request, &answer](const Json& output) -> Result<void> {
            answer = TRY(recalled_from(output, static_cast<std::size_t>(request.limit)));
            return {};
          }};
}

Call contents_call(const std::vector<std::string>& ids, std::size_t offset,
                   std::vector<Content>& items) {
  return {.route = kContentsRoute,
          .body =
              [&ids, offset](milliseconds) {
                Json asked = {{"ids", ids}};
                if (offset > 0) asked["offset"] = offset;
                return asked;
              },
          .take = [&ids, &items](const Json& output) -> Result<void> {
            items = TRY(contents_from(output, ids));
            return {};
          }};
}

// Makes `call` until `deadline`.
std::expected<void, Trouble> ask_until(Service& service, const Call& call,
                                       Clock::time_point deadline, std::stop_token cancelled) {
  const auto patience = web::Patience::create(deadline, std::move(cancelled));
  if (patience) return service.ask(call, **patience);
  return std::unexpected(Trouble{Trouble::Kind::Busy, patience.error().message});
}

TierState state_of(Trouble::Kind kind) {
  switch (kind) {
    case Trouble::Kind::Late:
    case Trouble::Kind::Cancelled:
      return TierState::Timeout;
    case Trouble::Kind::Open:
      return TierState::Open;
    default:
      return TierState::Error;
  }
}

milliseconds since(Clock::time_point begun) {
  return std::chrono::floor<milliseconds>(Clock::now() - begun);
}

Recalled cached(Cache::Hit hit, milliseconds took, std::string why = {}) {
  const auto count = static_cast<std::int64_t>(hit.answer.results.size());
  return {.answer = std::move(hit.answer),
          .report = {.state = TierState::Cached,
                     .took = took,
                     .count = count,
                     .age = hit.age,
                     .why = std::move(why)}};
}

// What is known at once.
class Known final : public Recall {
 public:
  explicit Known(Recalled recalled) : recalled_(std::move(recalled)) {}
  Recalled wait() override { return recalled_; }

 private:
  const Recalled recalled_;
};

}  // namespace

// What who waits and the thread that asks have in common.
struct Client::Question {
  contract::SearchRequest request;
  std::string key;  // in the cache
  Clock::time_point begun, deadline;
  std::stop_source stop = {};
  std::atomic<bool> is_done = false;  // the thread has nothing more to do

  void finish(SearchEnd outcome) {
    const std::lock_guard lock(mutex);
    end = std::move(outcome);
    changed.notify_all();
  }

  SearchEnd wait() {
    std::unique_lock lock(mutex);
    if (changed.wait_until(lock, stop.get_token(), deadline, [this] { return end.has_value(); }))
      return *end;
    if (stop.stop_requested())
      return std::unexpected(Trouble{Trouble::Kind::Cancelled, "the call was cancelled"});
    return std::unexpected(Trouble{Trouble::Kind::Late, "there was no answer in time"});
  }

  std::mutex mutex = {};
  std::condition_variable_any changed = {};
  std::optional<SearchEnd> end = {};
};

class Client::Asked final : public Recall {
 public:
  Asked(Client& client, std::shared_ptr<Question> question, std::stop_token cancelled)
      : client_(client),
        question_(std::move(question)),
        on_cancel_(std::move(cancelled),
                   [stop = question_->stop]() mutable { stop.request_stop(); }) {}

  // One that was late is left to find that out by itself, because that counts against the service.
  ~Asked() override {
    if (Clock::now() < question_->deadline) question_->stop.request_stop();
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  Recalled wait() override { return client_.outcome_of(*question_, question_->wait()); }

 private:
  Client& client_;
  const std::shared_ptr<Question> question_;
  const std::stop_callback<std::function<void()>> on_cancel_;
};

Result<std::unique_ptr<Client>> Client::create(const ClientOptions& options) {
  const auto url = TRY(parse_base_url(options.url, kUrlSetting));
  if (!web::is_sendable_key(options.api_key)) {
    return Error{ErrorKind::InvalidArgument,
                 "LIGHTFAST_MEMORY_API_KEY holds a space, a line break or another character that "
                 "no key has, or is over 16 KiB"};
  }
  std::unique_ptr<Client> client(new Client({.url = url,
                                             .api_key = options.api_key,
                                             .ca_file = options.ca_file,
                                             .breaker_file = breaker_file(options, url)},
                                            options.now));
  if (!options.ca_file.empty()) TRY(client->service_.prepare());
  return client;
}

Client::~Client() {
  running_.with([](auto& running) {
    for (auto& each : running) each.question->stop.request_stop();
  });
}

std::unique_ptr<Recall> Client::ask(const contract::SearchRequest& request,
                                    Clock::time_point deadline, std::stop_token cancelled) {
  const auto question = std::make_shared<Question>();
  question->request = from_the_first(request);
  question->key = cache_key(question->request);
  question->begun = Clock::now();
  question->deadline = deadline;
  auto hit = cache_.find(question->key, now_());
  if (hit && hit->is_fresh())
    return std::make_unique<Known>(cached(*std::move(hit), since(question->begun)));
  if (!start(question)) {
    question->finish(std::unexpected(
        Trouble{Trouble::Kind::Busy,
                fmt::format("{} searches of memory are under way already, or no thread is left; "
                            "ask again when some of them have ended",
                            kMaxRunning)}));
  }
  return std::make_unique<Asked>(*this, question, std::move(cancelled));
}

bool Client::start(const std::shared_ptr<Question>& question) try {
  return running_.with([&](std::list<Running>& running) {
    running.remove_if([](const Running& each) { return each.question->is_done.load(); });
    if (running.size() >= kMaxRunning) return false;
    running.push_back({question, std::jthread([this, question] {
                         answer(*question);
                         question->is_done = true;
                       })});
    return true;
  });
} catch (const std::system_error&) {
  return false;  // there is no thread left
}

void Client::answer(Question& question) try {
  SearchAnswer answer;
  const auto asked = ask_until(service_, search_call(question.request, answer), question.deadline,
                               question.stop.get_token());
  if (!asked) {
    if (asked.error().kind == Trouble::Kind::KeyRefused) cache_.clear();
    return question.finish(std::unexpected(asked.error()));
  }
  // None is kept that may be fuller when it is asked for again. One that there is nothing is not
  // kept either, but ends the one before it.
  if (!answer.partial) cache_.forget(question.key);
  if (!answer.partial && !answer.results.empty()) cache_.keep(question.key, answer, now_());
  question.finish(std::move(answer));
} catch (const std::exception& error) {
  question.finish(std::unexpected(Trouble{Trouble::Kind::Failed, error.what()}));
}

Recalled Client::outcome_of(const Question& question, SearchEnd end) {
  const auto took = since(question.begun);
  if (end) {
    const auto count = static_cast<std::int64_t>(end->results.size());
    return {.answer = *std::move(end),
            .report = {.state = TierState::Ok, .took = took, .count = count}};
  }
  auto& trouble = end.error();
  auto hit =
      trouble.kind == Trouble::Kind::KeyRefused ? std::nullopt : cache_.find(question.key, now_());
  if (hit) return cached(*std::move(hit), took, "an earlier answer, because " + trouble.why);
  return {.answer = {},
          .report = {.state = state_of(trouble.kind), .took = took, .why = std::move(trouble.why)}};
}

Fetched Client::contents(const std::vector<std::string>& ids, std::size_t offset,
                         Clock::time_point deadline, std::stop_token cancelled) {
  const auto begun = Clock::now();
  Fetched fetched;
  auto asked = ask_until(service_, contents_call(ids, offset, fetched.items), deadline,
                         std::move(cancelled));
  fetched.report = {.state = TierState::Ok,
                    .took = since(begun),
                    .count = static_cast<std::int64_t>(fetched.items.size())};
  if (asked) return fetched;
  // A service that keeps no contents has none of these; that is no failure.
  if (asked.error().kind != Trouble::Kind::Absent)
    fetched.report.state = state_of(asked.error().kind);
  fetched.report.why = std::move(asked.error().why);
  return fetched;
}

}  // namespace lightfast::memory

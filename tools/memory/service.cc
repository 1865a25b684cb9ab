#include "tools/memory/service.h"

#include <algorithm>
#include <random>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "tools/memory/answers.h"

namespace lightfast::memory {
namespace {

using std::chrono::milliseconds;

constexpr int kOk = 200;

milliseconds time_left(const web::Patience& patience) {
  const auto left = std::chrono::floor<milliseconds>(patience.deadline() - web::Clock::now());
  return std::max(left, milliseconds(0));
}

Trouble not_asked(const BaseUrl& url, milliseconds pause) {
  return {
      Trouble::Kind::Open,
      fmt::format("'{}' failed {} times in a row, so it is not asked for another {} s", url.text(),
                  Breaker::kFailures, std::chrono::ceil<std::chrono::seconds>(pause).count())};
}

double by_chance() {
  std::random_device random;
  return std::generate_canonical<double, 32>(random);
}

}  // namespace

Service::Service(ServiceOptions options)
    : options_(std::move(options)),
      clients_(
          options_.url, options_.ca_file,
          {.connect = {.time_for_each_address = kConnectTime}, .answer_bytes = kMaxAnswerBytes}),
      breaker_(options_.breaker_file) {}

std::expected<void, Trouble> Service::ask(const Call& call, const web::Patience& patience) {
  const auto had = time_left(patience);
  auto permit = breaker_.admit();
  if (!permit) return std::unexpected(not_asked(options_.url, permit.error()));
  auto outcome = permit->is_trial() ? attempt(call, patience) : twice(call, patience);
  tell(*std::move(permit), outcome, had);
  return outcome;
}

std::expected<void, Trouble> Service::twice(const Call& call, const web::Patience& patience) {
  auto outcome = attempt(call, patience);
  if (outcome) return outcome;
  const auto pause = pause_before_retry(outcome.error(), time_left(patience), by_chance());
  if (!pause || patience.pause(*pause) != web::Patience::Wake::Ready) return outcome;
  return attempt(call, patience);
}

std::expected<void, Trouble> Service::attempt(const Call& call, const web::Patience& patience) {
  const AskedService asked{
      .url = options_.url.text(), .route = call.route, .with_key = !options_.api_key.empty()};
  const auto time = std::max(time_left(patience) - kWayTime, milliseconds(0));
  const web::Request request{
      .method = "POST",
      .path = options_.url.path + call.route,
      .api_key = options_.api_key,
      .body = call.body(time).dump(-1, ' ', false, Json::error_handler_t::replace),
      .headers = {{kDeadlineHeader, std::to_string(time.count())}},
      .is_repeatable = true};
  auto answer = clients_.send(request, patience);
  if (!answer) return std::unexpected(trouble_of(answer.error(), asked));
  if (answer->status != kOk)
    return std::unexpected(
        trouble_of(web::without_key(*std::move(answer), options_.api_key), asked));
  const auto body = parsed(answer->body);
  const auto taken = body ? call.take(*body) : Result<void>(body.error());
  if (!taken) return std::unexpected(trouble_of(taken.error(), asked));
  return {};
}

// An answer of any other kind than a failure is a sign of life.
void Service::tell(Breaker::Permit permit, const std::expected<void, Trouble>& outcome,
                   milliseconds had) {
  const auto url = options_.url.text();
  if (!outcome && counts_as_failure(outcome.error(), had)) {
    if (const auto pause = permit.failed())
      log_for("memory").warn("breaker=open url={} for_ms={} why=\"{}\"", url, pause->count(),
                             outcome.error().why);
    return;
  }
  const bool says_nothing = !outcome && (outcome.error().kind == Trouble::Kind::Late ||
                                         outcome.error().kind == Trouble::Kind::Cancelled);
  if (!says_nothing && permit.succeeded()) log_for("memory").info("breaker=closed url={}", url);
}

std::optional<milliseconds> pause_before_retry(const Trouble& trouble, milliseconds left,
                                               double chance) {
  if (!trouble.retry_after) return std::nullopt;
  const auto spread = std::chrono::floor<milliseconds>(chance * Service::kRetrySpread);
  const auto pause = *trouble.retry_after + spread;
  return pause + Service::kWayTime < left ? std::optional(pause) : std::nullopt;
}

}  // namespace lightfast::memory

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "sandbox/admission.h"

namespace lightfast::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Place = std::unique_ptr<Admission::Place>;

const OrgId kOne{"one"};
const OrgId kTwo{"two"};
constexpr seconds kShort{5};
constexpr seconds kLong{60};

// Asks without waiting: nothing when there is no place.
Place ask(Admission& admission, const OrgId& org, milliseconds time_limit) {
  auto place = admission.enter(org, time_limit, Admission::Clock::now(), {});
  return place ? std::move(*place) : nullptr;
}

// Asks on a thread of its own and waits as long as it takes.
class Asking {
 public:
  Asking(Admission& admission, const OrgId& org, milliseconds time_limit,
         std::atomic<int>* turn = nullptr)
      : thread_([this, &admission, org, time_limit, turn](const std::stop_token& stop) {
          auto place =
              admission.enter(org, time_limit, Admission::Clock::now() + seconds(60), stop);
          if (!place) return;
          if (turn != nullptr) turn_ = ++*turn;
          place_ = std::move(*place);
          admitted_ = true;
        }) {}
  void stop() { thread_.request_stop(); }
  void join() { thread_.join(); }
  void leave() { place_.reset(); }
  [[nodiscard]] bool is_admitted() const { return admitted_; }
  [[nodiscard]] bool becomes_admitted() const {
    for (int i = 0; i < 6000 && !admitted_; ++i) std::this_thread::sleep_for(milliseconds(10));
    return admitted_;
  }
  [[nodiscard]] int turn() const { return turn_; }

 private:
  std::atomic<bool> admitted_ = false;
  std::atomic<int> turn_ = 0;
  Place place_;
  std::jthread thread_;  // last: it uses the others
};

// Time for a thread to come to wait.
void settle() { std::this_thread::sleep_for(milliseconds(50)); }

TEST_CASE("as many run as may, and a place that is left is there again", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 2, .waiting_per_org = 9});
  auto first = ask(admission, kOne, kShort);
  auto second = ask(admission, kOne, kShort);
  CHECK((first && second));
  CHECK_FALSE(ask(admission, kOne, kShort));
  CHECK(ask(admission, kTwo, kShort));
  first.reset();
  CHECK(ask(admission, kOne, kShort));
}

TEST_CASE("all organisations together run no more than may in all", "[admission]") {
  Admission admission({.running = 3, .running_per_org = 2, .waiting_per_org = 9});
  const std::vector<Place> places = [&] {
    std::vector<Place> taken;
    for (const auto& org : {kOne, kOne, kTwo}) taken.push_back(ask(admission, org, kShort));
    return taken;
  }();
  for (const auto& place : places) CHECK(place);
  CHECK_FALSE(ask(admission, kTwo, kShort));
}

TEST_CASE("calls that may take long leave the last place to short ones", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 3, .waiting_per_org = 9});
  const auto first = ask(admission, kOne, kLong);
  const auto second = ask(admission, kOne, kLong);
  CHECK((first && second));
  CHECK_FALSE(ask(admission, kOne, kLong));
  CHECK(ask(admission, kOne, kShort));
}

TEST_CASE("an organisation with one place gives it to any call", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 1, .waiting_per_org = 9});
  CHECK(ask(admission, kOne, kLong));
}

TEST_CASE("a short call passes long ones that wait", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 2, .waiting_per_org = 9});
  const auto running = ask(admission, kOne, kLong);
  Asking waiting(admission, kOne, kLong);
  settle();
  CHECK_FALSE(waiting.is_admitted());
  CHECK(ask(admission, kOne, kShort));
  waiting.stop();
}

TEST_CASE("one more short call is let in when all have run for long", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 1, .waiting_per_org = 9});
  const auto running = ask(admission, kOne, kShort);
  CHECK_FALSE(ask(admission, kOne, kShort));
  Asking waiting(admission, kOne, kShort);
  CHECK(waiting.becomes_admitted());
  CHECK_FALSE(ask(admission, kOne, kShort));
}

TEST_CASE("places go round the organisations", "[admission]") {
  Admission admission({.running = 1, .running_per_org = 1, .waiting_per_org = 9});
  auto running = ask(admission, kOne, kLong);
  std::atomic<int> turns = 0;
  std::vector<std::unique_ptr<Asking>> queue;
  for (const auto& org : {kOne, kOne, kOne, kTwo}) {
    queue.push_back(std::make_unique<Asking>(admission, org, kLong, &turns));
    settle();
  }
  running.reset();
  std::vector<bool> done(queue.size());
  for (int left = static_cast<int>(queue.size()); left > 0;) {
    for (std::size_t i = 0; i < queue.size(); ++i) {
      if (done[i] || !queue[i]->is_admitted()) continue;
      queue[i]->leave();
      done[i] = true;
      --left;
    }
  }
  CHECK(queue[3]->turn() <= 2);  // though it came last
  CHECK(queue[0]->turn() < queue[1]->turn());
  CHECK(queue[1]->turn() < queue[2]->turn());
}

TEST_CASE("a full queue and a wait in vain say when to try again", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 1, .waiting_per_org = 1});
  const auto running = ask(admission, kOne, kShort);
  const auto in_vain = admission.enter(kOne, kShort, Admission::Clock::now(), {});
  REQUIRE_FALSE(in_vain);
  CHECK(in_vain.error().kind == ErrorKind::LimitExceeded);
  CHECK(in_vain.error().retry_after.count() >= 1);
  CHECK(in_vain.error().message.contains("try again in 1 s"));

  Asking waiting(admission, kOne, kLong);
  settle();
  const auto full = admission.enter(kOne, kShort, Admission::Clock::now() + seconds(60), {});
  REQUIRE_FALSE(full);
  CHECK(full.error().message.contains("1 commands of this organisation wait already"));
  CHECK(full.error().retry_after.count() >= 1);
  waiting.stop();
}

TEST_CASE("a stopped wait ends and leaves its place in the queue", "[admission]") {
  Admission admission({.running = 16, .running_per_org = 1, .waiting_per_org = 1});
  auto running = ask(admission, kOne, kLong);
  Asking waiting(admission, kOne, kLong);
  settle();
  waiting.stop();
  waiting.join();
  running.reset();
  CHECK(ask(admission, kOne, kLong));
}

}  // namespace
}  // namespace lightfast::sandbox

// What a search costs in a store of events: CPU of mixed questions, whose words are drawn from its
// texts as often as they stand there, beside FTS5's own ranking of the same words (OR, bm25) in the
// same run.
//
//   lightfast-search-bench STORE [QUESTIONS]
#include <algorithm>
#include <ctime>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "contract/search.h"
#include "tools/ranking/query.h"
#include "tools/search/search.h"
#include "tools/store/readers.h"

namespace lightfast {
namespace {

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().message << '\n';
  std::exit(1);
}

double cpu_ms() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// One to six words of the text of an event.
std::vector<std::string> questions_of(Database& database, std::size_t count) {
  std::minstd_rand chance(7);
  const auto one_of = [&chance](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most - 1)(chance);
  };
  std::int64_t events = 0;
  auto size = must(database.prepare("SELECT max(seq) FROM events"));
  (void)size.run({}, [&events](const SqlRow& row) { events = row.number(0); });
  auto text_of = must(database.prepare("SELECT title || ' ' || body FROM events WHERE seq = ?1"));
  const auto words = must(ranking::Words::stems(database));
  std::vector<std::string> questions;
  while (questions.size() < count) {
    std::string text;
    (void)text_of.run({1 + one_of(events)}, [&text](const SqlRow& row) { text = row.text(0); });
    const auto terms = ranking::terms_of(text, words);
    if (terms.empty()) continue;
    std::string question;
    for (auto left = 1 + one_of(6); left > 0; --left)
      question +=
          terms[static_cast<std::size_t>(one_of(static_cast<std::int64_t>(terms.size())))].text +
          " ";
    questions.push_back(question);
  }
  return questions;
}

struct Costs {
  std::vector<double> ms;

  [[nodiscard]] double at(double share) {
    std::ranges::sort(ms);
    return ms[std::min(ms.size() - 1,
                       static_cast<std::size_t>(static_cast<double>(ms.size()) * share))];
  }
};

void run(const std::string& file, std::size_t count) {
  store::Readers readers(file);
  auto lease = must(readers.take());
  auto& database = lease->store().database();
  const auto questions = questions_of(database, count);
  const auto handler = search::make_search_handler(readers, nullptr);
  const auto words = must(ranking::Words::stems(database));
  auto plain = must(database.prepare(
      "SELECT e.id FROM events_text t JOIN events e ON e.seq = t.rowid WHERE events_text MATCH ?1"
      " ORDER BY bm25(events_text, 2.0, 1.0) LIMIT 10"));
  Costs ours;
  Costs peer;
  int cut = 0;
  for (const auto& question : questions) {
    auto before = cpu_ms();
    const auto answer = must(handler({{"query", question}}, {}));
    ours.ms.push_back(cpu_ms() - before);
    if (answer["partial"] == true) ++cut;
    std::vector<std::string> quoted;
    for (const auto& term : ranking::terms_of(question, words)) quoted.push_back(term.quoted());
    const auto match = fmt::format("{}", fmt::join(quoted, " OR "));
    before = cpu_ms();
    (void)plain.run({std::string_view(match)});
    peer.ms.push_back(cpu_ms() - before);
  }
  std::cout << fmt::format("{} questions, CPU ms         p50      p99      max\n", count);
  std::cout << fmt::format("search                   {:8.2f} {:8.2f} {:8.2f}   cut: {}\n",
                           ours.at(0.5), ours.at(0.99), ours.at(1), cut);
  std::cout << fmt::format("FTS5, OR, bm25           {:8.2f} {:8.2f} {:8.2f}\n", peer.at(0.5),
                           peer.at(0.99), peer.at(1));
  std::cout << fmt::format("ratio                    {:8.2f} {:8.2f}\n",
                           ours.at(0.5) / peer.at(0.5), ours.at(0.99) / peer.at(0.99));
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.empty() || words.size() > 2) {
    std::cerr << "usage: lightfast-search-bench STORE [QUESTIONS]\n";
    return 2;
  }
  lightfast::run(words[0], words.size() == 2 ? std::stoul(words[1]) : 300);
  return 0;
}

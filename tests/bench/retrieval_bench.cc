// How good search is at finding what is meant: nDCG@10 on a set of texts, questions and judgements,
// beside title-weighted BM25 over the same index in the same run.
//
//   lightfast-retrieval-bench DIRECTORY
//
// DIRECTORY holds corpus.jsonl ({"_id", "title", "text", "ts"?, "group"?}), queries.jsonl ({"_id",
// "text", "group"?}) and qrels.tsv (query, document and grade, with a header line). A question sees
// only the documents of its group. Where documents of a group are turns of a dialogue,
// `--thread` makes the group their subject.
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "tools/ranking/query.h"
#include "tools/search/intent.h"
#include "tools/search/local.h"
#include "tools/store/store.h"

namespace lightfast {
namespace {

using Qrels = std::map<std::string, std::map<std::string, int>>;
constexpr std::size_t kShown = 10;

template <class T>
T must(Result<T> result) {
  if (result) return *std::move(result);
  std::cerr << result.error().message << '\n';
  std::exit(1);
}

std::vector<Json> lines_of(const std::filesystem::path& file) {
  std::vector<Json> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) all.push_back(Json::parse(line));
  return all;
}

Qrels qrels_of(const std::filesystem::path& file) {
  Qrels qrels;
  std::ifstream in(file);
  std::string query;
  std::string document;
  std::string grade;
  std::getline(in, query);
  while (std::getline(in, query, '\t') && std::getline(in, document, '\t') &&
         std::getline(in, grade))
    qrels[query][document] = std::stoi(grade);
  return qrels;
}

store::Event event_of(const Json& document, std::int64_t number, bool is_thread) {
  const auto id = document["_id"].get<std::string>();
  return {.id = id,
          .source = "bench",
          .type = is_thread ? "message.sent" : "pull_request.merged",
          .occurred_at = Moment(std::chrono::seconds(document.value("ts", number))),
          .subject = is_thread ? "thread:" + document.value("group", "all") : "pr:" + id,
          .title = document.value("title", ""),
          .body = document["text"].get<std::string>()};
}

double ndcg(const std::vector<std::string>& found, const std::map<std::string, int>& relevant) {
  double gain = 0;
  for (std::size_t i = 0; i < std::min(found.size(), kShown); ++i) {
    const auto grade = relevant.find(found[i]);
    if (grade != relevant.end()) gain += grade->second / std::log2(static_cast<double>(i) + 2);
  }
  std::vector<int> grades;
  for (const auto& [document, grade] : relevant) grades.push_back(grade);
  std::ranges::sort(grades, std::greater<>());
  double ideal = 0;
  for (std::size_t i = 0; i < std::min(grades.size(), kShown); ++i)
    ideal += grades[i] / std::log2(static_cast<double>(i) + 2);
  return ideal > 0 ? gain / ideal : 0;
}

double cpu_ms() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// A place for a store, removed with it.
class Place {
 public:
  Place() {
    std::string name = std::filesystem::temp_directory_path() / "lightfast-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::exit(1);
    path_ = name;
  }
  ~Place() { std::filesystem::remove_all(path_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// The documents of one group in a store of their own.
class Group {
 public:
  explicit Group(const std::vector<store::Event>& events)
      : writer_(must(store::StoreWriter::open(here_ / "store.db", "a benchmark"))),
        local_((must(writer_.add(events, Moment{})), must(search::Local::open(database())))),
        words_(must(ranking::Words::stems(database()))) {}

  std::vector<std::string> ours(const std::string& text) {
    const contract::SearchRequest request{.query = text};
    const auto intent = search::intent_of(request, false, Moment{});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto ranking = must(local_.rank(request, intent, {}, Moment{}, {end, {}}));
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < std::min(ranking.hits.size(), kShown); ++i)
      ids.push_back(must(local_.result(ranking.hits[i], ranking)).id);
    return ids;
  }

  // Every word quoted, OR, stopwords dropped, the title twice as heavy.
  std::vector<std::string> baseline(const std::string& text) {
    std::vector<std::string> quoted;
    for (const auto& term : ranking::terms_of(text, words_)) {
      if (!term.is_part) quoted.push_back(term.quoted());
    }
    const auto match = fmt::format("{}", fmt::join(quoted, " OR "));
    std::vector<std::string> ids;
    auto statement = must(database().prepare(
        "SELECT e.id FROM events_text t JOIN events e ON e.seq = t.rowid WHERE events_text MATCH ?1"
        " ORDER BY bm25(events_text, 2.0, 1.0), e.seq LIMIT 10"));
    (void)statement.run({std::string_view(match)},
                        [&ids](const SqlRow& row) { ids.push_back(row.text(0)); });
    return ids;
  }

 private:
  Database& database() { return writer_.store().database(); }

  Place here_;
  store::StoreWriter writer_;
  search::Local local_;
  ranking::Words words_;
};

struct Score {
  double baseline = 0, ours = 0;
  int count = 0;

  void print(const char* name) const {
    const auto mean = [this](double sum) { return 100 * sum / count; };
    std::cout << fmt::format("{:<12} n={:<5} BM25 {:.2f}   search {:.2f}   {:+.2f}\n", name, count,
                             mean(baseline), mean(ours), mean(ours) - mean(baseline));
  }
};

void run(const std::filesystem::path& directory, bool is_thread) {
  std::map<std::string, std::vector<store::Event>> groups;
  std::int64_t number = 0;
  for (const auto& document : lines_of(directory / "corpus.jsonl"))
    groups[document.value("group", "")].push_back(event_of(document, ++number, is_thread));
  const auto qrels = qrels_of(directory / "qrels.tsv");
  const auto queries = lines_of(directory / "queries.jsonl");
  std::array<Score, 2> halves;
  std::vector<double> took;
  for (const auto& [name, events] : groups) {
    Group group(events);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const auto& query = queries[i];
      if (query.value("group", "") != name) continue;
      const auto text = query["text"].get<std::string>();
      const auto& relevant = qrels.at(query["_id"].get<std::string>());
      auto& half = halves.at(i % 2);
      ++half.count;
      half.baseline += ndcg(group.baseline(text), relevant);
      const auto before = cpu_ms();
      half.ours += ndcg(group.ours(text), relevant);
      took.push_back(cpu_ms() - before);
    }
  }
  std::ranges::sort(took);
  std::cout << fmt::format("{}: nDCG@10 in points\n", directory.filename().string());
  halves[0].print("even half");
  halves[1].print("odd half");
  Score{halves[0].baseline + halves[1].baseline, halves[0].ours + halves[1].ours,
        halves[0].count + halves[1].count}
      .print("all");
  std::cout << fmt::format("search: CPU p50 {:.2f}, p99 {:.2f} ms\n", took[took.size() / 2],
                           took[took.size() * 99 / 100]);
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.empty() || words.size() > 2) {
    std::cerr << "usage: lightfast-retrieval-bench DIRECTORY [--thread]\n";
    return 2;
  }
  lightfast::run(words[0], words.size() == 2 && words[1] == "--thread");
  return 0;
}

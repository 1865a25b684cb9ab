// What the graph procedures cost on a store of events, in CPU time of the calling thread:
//
//   lightfast-graph-bench STORE [ROUNDS [PART]]
//
// PART of their names says which questions are asked; without it all of them.
// Each call is for another time, entity or value, taken from the store by chance but the same each
// time. Beside them, in the same rounds, the same questions in plain SQL on a connection of its
// own, statements prepared once: what a program without bounds, JSON and validation would pay.
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/catalog.h"
#include "contract/graph.h"
#include "tools/graph/graph.h"
#include "tools/store/graph.h"
#include "tools/store/readers.h"

namespace {

using namespace lightfast;

double cpu_ms() {
  struct timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

constexpr const char* kPlainQuery =
    "SELECT id, properties, valid_from, valid_to FROM entity WHERE type = 'pr' AND known_to IS NULL"
    " AND valid_from <= ?1 AND valid_to > ?1 ORDER BY valid_from DESC LIMIT 50";
constexpr const char* kPlainWhere =
    "SELECT id, properties, valid_from, valid_to FROM entity WHERE type = 'pr' AND known_to IS NULL"
    " AND valid_from <= ?1 AND valid_to > ?1 AND properties ->> 'state' = 'open'"
    " ORDER BY valid_from DESC LIMIT 50";
// Two steps in both directions, at most 500 nodes.
constexpr const char* kPlainWalk =
    "WITH RECURSIVE walk (id, depth) AS (SELECT ?1, 0 UNION"
    " SELECT iif(e.source = w.id, e.target, e.source), w.depth + 1 FROM walk w JOIN edge e"
    " ON (e.source = w.id OR e.target = w.id) AND e.known_to IS NULL"
    " AND e.valid_to = 9223372036854775807 WHERE w.depth < 2 LIMIT 2000)"
    " SELECT id, min(depth) FROM walk GROUP BY id ORDER BY 2 LIMIT 500";

struct Measured {
  std::vector<double> ms;
  double at(double part) {
    std::ranges::sort(ms);
    return ms[std::min(ms.size() - 1,
                       static_cast<std::size_t>(part * static_cast<double>(ms.size())))];
  }
};

// What is there to ask about, by the round.
class World {
 public:
  World(store::Reader& reader, std::size_t rounds) : plain_(reader) {
    std::int64_t oldest = 0;
    std::int64_t newest = 0;
    std::int64_t last = 0;
    (void)reader.run("SELECT min(occurred_at), max(occurred_at), max(seq) FROM events", {},
                     [&](const SqlRow& row) {
                       oldest = row.number(0);
                       newest = row.number(1);
                       last = row.number(2);
                     });
    std::minstd_rand chance(1);
    std::uniform_int_distribution<std::int64_t> any_event(1, last);
    for (int i = 0; i < 500; ++i) {
      (void)reader.run("SELECT subject, id FROM events WHERE seq = ?1", {any_event(chance)},
                       [&](const SqlRow& row) {
                         entities_.push_back(row.text(0));
                         events_.push_back(row.text(1));
                       });
    }
    std::uniform_int_distribution<std::int64_t> any_time(oldest, newest);
    for (std::size_t i = 0; i < rounds; ++i) times_.push_back(any_time(chance));
  }

  [[nodiscard]] bool is_empty() const { return entities_.empty(); }
  [[nodiscard]] const std::string& entity(std::size_t i) const {
    return entities_[i % entities_.size()];
  }
  [[nodiscard]] const std::string& event(std::size_t i) const {
    return events_[i % events_.size()];
  }
  [[nodiscard]] std::int64_t time(std::size_t i) const { return times_[i]; }
  [[nodiscard]] std::string at(std::size_t i) const {
    return moment_text(Moment(std::chrono::milliseconds(times_[i])));
  }

  void ask_plain(const char* sql, const SqlValue& value) const {
    std::size_t bytes = 0;
    (void)plain_.run(sql, {value}, [&bytes](const SqlRow& row) {
      bytes += row.text(0).size() + row.text(1).size();
    });
  }

 private:
  store::Reader& plain_;
  std::vector<std::string> entities_, events_;
  std::vector<std::int64_t> times_;
};

class Bench {
 public:
  Bench(store::Readers& readers, std::size_t rounds, std::string part)
      : rounds_(rounds), part_(std::move(part)) {
    catalog_ = std::make_unique<contract::Catalog>(
        contract::Catalog::create(
            {{contract::graph_query_procedure(), graph::make_query_handler(readers)},
             {contract::graph_traverse_procedure(), graph::make_traverse_handler(readers)},
             {contract::related_procedure(), graph::make_related_handler(readers)},
             {contract::contents_procedure(), graph::make_contents_handler(readers)}})
            .value());
  }

  // `input` makes the question of a round; `peer`, where there is one, asks it in plain SQL.
  void run(const std::string& name, const std::string& procedure,
           const std::function<Json(std::size_t round)>& input,
           const std::function<void(std::size_t round)>& peer = {}) {
    if (name.find(part_) == std::string::npos) return;
    Measured own, other;
    std::size_t failed = 0;
    std::size_t bytes = 0;
    for (std::size_t round = 0; round < rounds_; ++round) {
      const auto asked = input(round);
      const auto begun = cpu_ms();
      const auto answer = catalog_->call(*catalog_->find(procedure, "."), asked, {});
      const auto between = cpu_ms();
      if (peer) peer(round);
      const auto ended = cpu_ms();
      if (!answer && failed++ == 0)
        std::cout << "  " << visible_line(answer.error().message) << '\n';
      if (answer) bytes = std::max(bytes, answer->dump().size());
      if (round < rounds_ / 10) continue;  // warming up
      own.ms.push_back(between - begun);
      other.ms.push_back(ended - between);
    }
    std::cout << fmt::format("{:34} {:8.3f} {:8.3f} {:8}", name, own.at(0.5), own.at(0.99), bytes);
    if (peer)
      std::cout << fmt::format(" {:8.3f} {:8.3f} {:7.2f}x", other.at(0.5), other.at(0.99),
                               own.at(0.5) / other.at(0.5));
    std::cout << (failed > 0 ? fmt::format("  {} failed\n", failed) : "\n");
  }

 private:
  const std::size_t rounds_;
  const std::string part_;
  std::unique_ptr<contract::Catalog> catalog_;
};

void ask_queries(Bench& bench, const World& world) {
  bench.run(
      "graph.query at a time", "graph.query",
      [&](std::size_t i) { return Json{{"type", "pr"}, {"at", world.at(i)}}; },
      [&](std::size_t i) { world.ask_plain(kPlainQuery, world.time(i)); });
  bench.run(
      "graph.query at a time, state=open", "graph.query",
      [&](std::size_t i) {
        return Json{{"type", "pr"}, {"at", world.at(i)}, {"where", {{"state", "open"}}}};
      },
      [&](std::size_t i) { world.ask_plain(kPlainWhere, world.time(i)); });
  bench.run("graph.query at a time, with edges", "graph.query", [&](std::size_t i) {
    return Json{{"type", "pr"}, {"at", world.at(i)}, {"include", Json::array({"authored_by"})}};
  });
  bench.run("graph.query of the last day", "graph.query",
            [&](std::size_t) { return Json{{"type", "pr"}, {"since", "24h"}}; });
  bench.run("graph.query, one value in a million", "graph.query", [&](std::size_t i) {
    return Json{{"type", "pr"}, {"at", world.at(i)}, {"where", {{"number", static_cast<int>(i)}}}};
  });
}

void ask_walks(Bench& bench, const World& world) {
  bench.run(
      "graph.traverse, 2 steps", "graph.traverse",
      [&](std::size_t i) { return Json{{"start", world.entity(i)}}; },
      [&](std::size_t i) { world.ask_plain(kPlainWalk, std::string_view(world.entity(i))); });
  bench.run("graph.traverse, 1 step", "graph.traverse",
            [&](std::size_t i) { return Json{{"start", world.entity(i)}, {"depth", 1}}; });
  bench.run("graph.traverse to a type", "graph.traverse", [&](std::size_t i) {
    return Json{{"start", world.entity(i)}, {"target", "person"}, {"depth", 4}};
  });
  bench.run("related of an event", "related",
            [&](std::size_t i) { return Json{{"id", world.event(i)}}; });
  bench.run("related of an event, 3 steps", "related",
            [&](std::size_t i) { return Json{{"id", world.event(i)}, {"depth", 3}}; });
  bench.run("contents of ten events", "contents", [&](std::size_t i) {
    Json ids = Json::array();
    for (std::size_t j = 0; j < 10; ++j) ids.push_back(world.event(i + j));
    return Json{{"ids", ids}};
  });
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: lightfast-graph-bench STORE [ROUNDS [PART]]\n";
    return 2;
  }
  store::Readers readers(arguments[1]);
  const auto rounds = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 1000UL;
  const auto lease = readers.take();
  if (!lease || rounds < 10) {
    std::cerr << (lease ? "ROUNDS: at least 10" : visible_line(lease.error().message)) << '\n';
    return 2;
  }
  const World world(**lease, rounds);
  if (world.is_empty()) return 2;
  Bench bench(readers, rounds, count > 3 ? arguments[3] : "");
  std::cout << fmt::format("{:34} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
                           "CPU ms, and bytes of the longest", "p50", "p99", "bytes", "SQL p50",
                           "SQL p99");
  ask_queries(bench, world);
  ask_walks(bench, world);
  return 0;
}

// What is measured. Each is made once, which starts what it needs, and measures a little in each
// round of a run.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mcp_bench_floor.h"
#include "mcp_bench_table.h"
#include "mcp_bench_world.h"

namespace lightfast::bench {

// Calls over stdio that run nothing, beside a child that answers lines with lines as long.
class StdioPhase {
 public:
  explicit StdioPhase(const World& world);
  void round(Seconds time, bool floor_first);
  [[nodiscard]] std::span<const Comparison> rows() const { return rows_; }
  void print_sizes() const;

 private:
  struct Case {
    std::string line;
    std::unique_ptr<Child> floor;
  };
  Child server_;
  std::string handshake_, tool_list_;  // the answers
  std::vector<Case> cases_;
  std::vector<Comparison> rows_;
};

// Calls over HTTP that run nothing, of one client and of many, beside a server of fixed answers.
class HttpPhase {
 public:
  explicit HttpPhase(const World& world);
  void round(Seconds time, bool floor_first);
  [[nodiscard]] std::span<const Comparison> rows() const { return rows_; }

 private:
  struct Case {
    bool is_modern;
    std::size_t clients;
  };
  [[nodiscard]] static std::vector<std::string> open(HttpClients& clients, const Case& one);

  Serving server_;
  Listener listener_;
  FixedAnswers fixed_;
  std::unique_ptr<Child> floor_;
  std::vector<Case> cases_;
  std::vector<Comparison> rows_;
};

// From the start of a program to its first answer.
class StartPhase {
 public:
  explicit StartPhase(const World& world) : world_(world) {}
  void round();
  void print() const;

 private:
  void time_line(const std::string& line, std::vector<double>& millis) const;

  const World& world_;
  int serves_ = 0;
  std::vector<double> bare_, handshakes_, discoveries_, listening_;  // ms
};

// Memory of streams that say nothing, and calls beside them; once.
void measure_streams(const World& world, Seconds time);

}  // namespace lightfast::bench

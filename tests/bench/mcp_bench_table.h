// What was measured, beside its floor and its bar.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mcp_bench_client.h"

namespace lightfast::bench {

// A figure that is promised: at most, or at least, `bound`.
struct Bar {
  enum class Of { Nothing, P50, Rate } of = Of::Nothing;
  double bound = 0;
};

// One kind of call, ours and the floor's, in the rounds of a run. Ratios are the median of the
// rounds', each of which measures both.
class Comparison {
 public:
  explicit Comparison(std::string name, Bar bar = {}) : name_(std::move(name)), bar_(bar) {}

  void add(const Sample& ours, const Sample& floor);
  [[nodiscard]] std::string row() const;
  // Processor time that others took meanwhile, and the time it took.
  [[nodiscard]] Sample load() const;

 private:
  [[nodiscard]] std::string judgement() const;

  std::string name_;
  Bar bar_;
  Sample ours_, floor_;
  std::vector<double> p50_ratios_, rate_ratios_;
};

double median(std::vector<double> values);

// ` 7.9 <= 8 ok` or ` 8.1 <= 8 OVER`.
std::string at_most(double value, double bound);

void print_comparisons(std::span<const Comparison> comparisons);

}  // namespace lightfast::bench

#include "mcp_bench_table.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <spdlog/fmt/fmt.h>

namespace lightfast::bench {

double median(std::vector<double> values) {
  return Sample{.micros = std::move(values)}.quantile(0.5);
}

std::string at_most(double value, double bound) {
  return fmt::format("{:.2f} <= {:g} {}", value, bound, value <= bound ? "ok" : "OVER");
}

void Comparison::add(const Sample& ours, const Sample& floor) {
  p50_ratios_.push_back(ours.quantile(0.5) / floor.quantile(0.5));
  rate_ratios_.push_back(ours.rate() / floor.rate());
  ours_.add(ours);
  floor_.add(floor);
}

std::string Comparison::judgement() const {
  if (bar_.of == Bar::Of::Nothing) return "-";
  if (bar_.of == Bar::Of::P50) return at_most(median(p50_ratios_), bar_.bound);
  const double ratio = median(rate_ratios_);
  return fmt::format("{:.2f} >= {:g} {}", ratio, bar_.bound, ratio >= bar_.bound ? "ok" : "UNDER");
}

std::string Comparison::row() const {
  const auto figures = [](const Sample& sample) {
    return fmt::format("{:.1f} / {:.1f} | {:.0f} | {:.1f}", sample.quantile(0.5),
                       sample.quantile(0.99), sample.rate(), sample.peer_micros());
  };
  return fmt::format("| {} | {} | {} | {:.2f} | {:.2f} | {} | {:.2f} |", name_, figures(ours_),
                     figures(floor_), median(p50_ratios_), median(rate_ratios_), judgement(),
                     load().others());
}

Sample Comparison::load() const {
  return {.micros = {},
          .seconds = ours_.seconds + floor_.seconds,
          .other_seconds = ours_.other_seconds + floor_.other_seconds};
}

void print_comparisons(std::span<const Comparison> comparisons) {
  if (comparisons.empty()) return;
  std::puts(
      "\n| call | p50 / p99 us | calls/s | CPU us a call | floor: p50 / p99 | calls/s | CPU us | "
      "p50 to floor | calls/s to floor | bar | others' processors |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|");
  Sample load;
  for (const auto& comparison : comparisons) {
    std::puts(comparison.row().c_str());
    load.add(comparison.load());
  }
  std::printf("\nOthers used %.2f of %ld processors meanwhile.\n", load.others(),
              ::sysconf(_SC_NPROCESSORS_ONLN));
}

}  // namespace lightfast::bench

#include "app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast {
namespace {

constexpr std::chrono::milliseconds kBetween{200};
constexpr std::int64_t kWidth = 30;

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), is_shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_shown_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::show(std::int64_t done, std::int64_t all) {
  if (!is_shown_ || std::chrono::steady_clock::now() < next_) return;
  next_ = std::chrono::steady_clock::now() + kBetween;
  const auto part = all <= 0 ? 0 : std::min(done, all) * kWidth / all;
  std::cerr << fmt::format("\r{} [{:<{}}] {} %\033[K", what_,
                           std::string(static_cast<std::size_t>(part), '='), kWidth,
                           all <= 0 ? 0 : std::min(done, all) * 100 / all)
            << std::flush;
}

}  // namespace lightfast

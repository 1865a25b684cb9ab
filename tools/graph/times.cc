#include "tools/graph/times.h"

#include <charconv>
#include <chrono>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/iso_time.h"
#include "base/text.h"

namespace lightfast::graph {
namespace {

constexpr store::Instant kSecond = 1'000;
constexpr store::Instant kMostUnits = 100'000;

store::Instant length_of(char unit) {
  switch (unit) {
    case 's':
      return kSecond;
    case 'm':
      return 60 * kSecond;
    case 'h':
      return 3'600 * kSecond;
    case 'd':
      return 86'400 * kSecond;
    case 'w':
      return 604'800 * kSecond;
    default:
      return 0;
  }
}

}  // namespace

Result<std::optional<store::Instant>> instant_in(const Json& input, const char* field) {
  const auto found = input.find(field);
  if (found == input.end()) return std::optional<store::Instant>();
  const auto text = found->get<std::string>();
  const auto moment = parse_moment(text);
  if (!moment) {
    return Error{
        ErrorKind::InvalidArgument,
        fmt::format("{}: must be a time of ISO 8601 such as 2026-03-01T12:00:00Z, not '{}'", field,
                    visible_line(text.substr(0, utf8_prefix(text, 64)))),
        field};
  }
  return std::optional<store::Instant>(moment->time_since_epoch().count());
}

std::optional<store::Instant> span_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto unit = length_of(text.back());
  text.remove_suffix(1);
  store::Instant count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = failed == std::errc() && end == text.data() + text.size();
  if (unit == 0 || !is_number || count < 0 || count > kMostUnits) return std::nullopt;
  return count * unit;
}

Json time_json(store::Instant instant) {
  if (instant == store::kNoEnd) return nullptr;
  return moment_text(Moment(std::chrono::milliseconds(instant)));
}

}  // namespace lightfast::graph

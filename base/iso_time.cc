#include "base/iso_time.h"

#include <spdlog/fmt/fmt.h>

namespace lightfast {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr Moment kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr Moment kAfterLast = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of a text; remembers once that it was not as it should be.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  // A number of exactly so many digits.
  int digits(std::size_t count) {
    int number = 0;
    const auto digits = rest_.substr(0, count);
    for (const char digit : digits) {
      is_bad_ = is_bad_ || !is_digit(digit);
      number = 10 * number + (digit - '0');
    }
    is_bad_ = is_bad_ || digits.size() < count;
    rest_.remove_prefix(digits.size());
    return number;
  }

  // Whether the next character is `wanted`; then it is passed.
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void need(char wanted) { is_bad_ = !take(wanted) || is_bad_; }
  void need_in(int number, int least, int most) {
    is_bad_ = is_bad_ || number < least || number > most;
  }

  // Digits of a fraction of a second, as milliseconds.
  milliseconds fraction() {
    int value = 0;
    int digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
      if (digits < 3) value = 10 * value + (rest_.front() - '0');
      ++digits;
    }
    is_bad_ = is_bad_ || digits == 0;
    for (; digits < 3; ++digits) value *= 10;
    return milliseconds(value);
  }

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  [[nodiscard]] bool is_bad() const { return is_bad_; }

 private:
  std::string_view rest_;
  bool is_bad_ = false;
};

std::chrono::sys_days date(Reader& reader) {
  const int year = reader.digits(4);
  reader.need('-');
  const int month = reader.digits(2);
  reader.need('-');
  const int day = reader.digits(2);
  reader.need_in(year, 1, 9999);
  const std::chrono::year_month_day ymd{std::chrono::year(year),
                                        std::chrono::month(static_cast<unsigned>(month)),
                                        std::chrono::day(static_cast<unsigned>(day))};
  reader.need_in(ymd.ok() ? 1 : 0, 1, 1);
  return ymd.ok() ? std::chrono::sys_days(ymd) : std::chrono::sys_days();
}

milliseconds time_of_day(Reader& reader) {
  const int hour = reader.digits(2);
  reader.need_in(hour, 0, 23);
  reader.need(':');
  const int minute = reader.digits(2);
  reader.need_in(minute, 0, 59);
  milliseconds time = std::chrono::hours(hour) + minutes(minute);
  if (!reader.take(':')) return time;
  const int second = reader.digits(2);
  reader.need_in(second, 0, 60);  // a leap second is the next one's first
  time += std::chrono::seconds(second);
  return reader.take('.') || reader.take(',') ? time + reader.fraction() : time;
}

minutes offset(Reader& reader) {
  if (reader.take('Z') || reader.take('z')) return minutes(0);
  const bool is_east = reader.take('+');
  if (!is_east) reader.need('-');
  const int hour = reader.digits(2);
  (void)reader.take(':');
  const int minute = reader.digits(2);
  reader.need_in(hour, 0, 23);
  reader.need_in(minute, 0, 59);
  return (is_east ? 1 : -1) * (std::chrono::hours(hour) + minutes(minute));
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) {
  Reader reader(text);
  Moment moment = date(reader);
  if (!reader.is_at_end()) {
    if (!reader.take('T') && !reader.take('t')) reader.need(' ');
    moment += time_of_day(reader);
    moment -= offset(reader);
  }
  if (reader.is_bad() || !reader.is_at_end()) return std::nullopt;
  // An offset may lead out of the years that there are.
  if (moment < kFirst || moment >= kAfterLast) return std::nullopt;
  return moment;
}

// By itself, since fmt counts in nanoseconds, which end in 2262.
std::string moment_text(Moment moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  const auto fraction = time.subseconds().count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     fraction == 0 ? "" : fmt::format(".{:03}", fraction));
}

}  // namespace lightfast

#include "tools/graph/cursor.h"

#include <charconv>

#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "tools/store/event.h"

namespace lightfast::graph {
namespace {

constexpr std::string_view kVersion = "1 ";

// Takes a number and the space behind it off the front.
template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (failed != std::errc() || length == text.size() || text[length] != ' ') return false;
  text.remove_prefix(length + 1);
  return true;
}

}  // namespace

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 14'695'981'039'346'656'037ULL;
  for (const char byte : text)
    number = (number ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211ULL;
  return number;
}

// The first number is that of the rest, so that a text that was cut or changed is known as such.
std::string cursor_text(const Cursor& cursor) {
  const auto rest = fmt::format("{} {} {} {} {}", cursor.query, cursor.at, cursor.since,
                                cursor.behind.from, cursor.behind.id);
  return base64url(fmt::format("{}{} {}", kVersion, number_of(rest), rest));
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto decoded = base64url_decoded(text);
  if (!decoded || !decoded->starts_with(kVersion)) return std::nullopt;
  std::string_view rest(*decoded);
  rest.remove_prefix(kVersion.size());
  std::uint64_t sum = 0;
  if (!take_number(rest, sum) || sum != number_of(rest)) return std::nullopt;
  Cursor cursor;
  const bool is_read = take_number(rest, cursor.query) && take_number(rest, cursor.at) &&
                       take_number(rest, cursor.since) && take_number(rest, cursor.behind.from);
  if (!is_read || rest.size() > store::kMaxId) return std::nullopt;
  cursor.behind.id = rest;
  return cursor_text(cursor) == text ? std::optional(cursor) : std::nullopt;
}

}  // namespace lightfast::graph

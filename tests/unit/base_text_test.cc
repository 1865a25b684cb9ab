#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace lightfast {
namespace {

using namespace std::string_view_literals;  // literals that hold NUL bytes

struct Shown {
  const char* what;
  std::string_view bytes;
  std::string_view text;
};

TEST_CASE("valid UTF-8 is shown byte for byte", "[text]") {
  const auto kept = GENERATE(values<Shown>({
      {"nothing", "", ""},
      {"ASCII", "plain ~", "plain ~"},
      {"tab, line feed and carriage return", "a\tb\nc\r\n", "a\tb\nc\r\n"},
      {"the first behind the C1 controls, U+00A0", "\xC2\xA0", "\xC2\xA0"},
      {"the longest of two bytes, U+07FF", "\xDF\xBF", "\xDF\xBF"},
      {"the shortest of three bytes, U+0800", "\xE0\xA0\x80", "\xE0\xA0\x80"},
      {"the last before the surrogates, U+D7FF", "\xED\x9F\xBF", "\xED\x9F\xBF"},
      {"the first behind the surrogates, U+E000", "\xEE\x80\x80", "\xEE\x80\x80"},
      {"the longest of three bytes, U+FFFF", "\xEF\xBF\xBF", "\xEF\xBF\xBF"},
      {"the shortest of four bytes, U+10000", "\xF0\x90\x80\x80", "\xF0\x90\x80\x80"},
      {"the last of all, U+10FFFF", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
      {"a mixture", "g\xC3\xBCn \xE2\x82\xAC \xF0\x9F\x9A\x80!",
       "g\xC3\xBCn \xE2\x82\xAC \xF0\x9F\x9A\x80!"},
  }));
  INFO(kept.what);
  CHECK(visible_text(kept.bytes) == kept.text);
}

TEST_CASE("bytes that are not UTF-8 become \\xNN, each on its own", "[text]") {
  const auto replaced = GENERATE(values<Shown>({
      {"the first C1 control, U+0080", "\xC2\x80", R"(\xC2\x80)"},
      {"the control sequence introducer, U+009B",
       "\xC2\x9B"
       "2J",
       R"(\xC2\x9B2J)"},
      {"the last C1 control, U+009F", "\xC2\x9F", R"(\xC2\x9F)"},
      {"a continuation byte alone", "\x80", R"(\x80)"},
      {"the last continuation byte", "\xBF", R"(\xBF)"},
      {"an overlong slash of two bytes", "\xC0\xAF", R"(\xC0\xAF)"},
      {"an overlong U+007F", "\xC1\xBF", R"(\xC1\xBF)"},
      {"an overlong slash of three bytes", "\xE0\x80\xAF", R"(\xE0\x80\xAF)"},
      {"an overlong U+07FF", "\xE0\x9F\xBF", R"(\xE0\x9F\xBF)"},
      {"an overlong U+FFFF of four bytes", "\xF0\x8F\xBF\xBF", R"(\xF0\x8F\xBF\xBF)"},
      {"the first surrogate", "\xED\xA0\x80", R"(\xED\xA0\x80)"},
      {"the last surrogate", "\xED\xBF\xBF", R"(\xED\xBF\xBF)"},
      {"the first beyond U+10FFFF", "\xF4\x90\x80\x80", R"(\xF4\x90\x80\x80)"},
      {"a lead byte beyond U+10FFFF", "\xF5\x80\x80\x80", R"(\xF5\x80\x80\x80)"},
      {"bytes that UTF-8 never has", "\xFE\xFF", R"(\xFE\xFF)"},
      {"two bytes, one missing", "\xC3", R"(\xC3)"},
      {"three bytes, one missing", "\xE2\x82", R"(\xE2\x82)"},
      {"four bytes, one missing", "\xF0\x9F\x9A", R"(\xF0\x9F\x9A)"},
      {"a sequence broken off by ASCII", "\xE2\x82x", R"(\xE2\x82x)"},
      {"a sequence broken off by another", "\xE2\xC3\xBC", "\\xE2\xC3\xBC"},
  }));
  INFO(replaced.what);
  CHECK(visible_text(replaced.bytes) == replaced.text);
}

TEST_CASE("control bytes become \\xNN", "[text]") {
  const auto replaced = GENERATE(values<Shown>({
      {"NUL", "a\0b"sv, R"(a\x00b)"},
      {"escape", "\x1B[31m", R"(\x1B[31m)"},
      {"bell and backspace", "\a\b", R"(\x07\x08)"},
      {"vertical tab and form feed", "\v\f", R"(\x0B\x0C)"},
      {"the last control byte below the space", "\x1F ", R"(\x1F )"},
      {"DEL", "\x7F", R"(\x7F)"},
  }));
  INFO(replaced.what);
  CHECK(visible_text(replaced.bytes) == replaced.text);
}

TEST_CASE("control characters are found, one-byte and two-byte ones", "[text]") {
  for (const char* const with : {"a\tb", "\n", "x\r", "\x1B[m", "\x7F", "\xC2\x9B", "\xC2\x80"})
    CHECK(has_control(with));
  CHECK(has_control(std::string_view("\0", 1)));
  for (const char* const without : {"", "a b", "\xC2\xA0", "\xC3\x9B", "\xE2\x82\x9B", "#142"})
    CHECK(!has_control(without));
}

TEST_CASE("a visible line stays one line", "[text]") {
  CHECK(visible_line("one\ntwo\r\n\tthree \xC3\xBC \xFF") == "one two  \tthree \xC3\xBC \\xFF");
}

TEST_CASE("every single byte is either kept or shown as four characters", "[text]") {
  for (int value = 0; value < 256; ++value) {
    const std::string byte(1, static_cast<char>(value));
    const bool kept =
        (value >= 0x20 && value < 0x7F) || value == '\t' || value == '\n' || value == '\r';
    INFO("byte " << value);
    CHECK(visible_text(byte).size() == (kept ? 1U : 4U));
  }
}

struct Cut {
  const char* what;
  std::string_view bytes;
  std::size_t limit;
  std::size_t length;
};

TEST_CASE("a prefix never ends inside a UTF-8 sequence", "[text]") {
  const auto cut = GENERATE(values<Cut>({
      {"shorter than the limit", "abc", 5, 3},
      {"as long as the limit", "abc", 3, 3},
      {"ASCII", "abcdef", 3, 3},
      {"nothing allowed", "abc", 0, 0},
      {"before a sequence", "ab\xE2\x82\xAC", 2, 2},
      {"behind its first byte", "ab\xE2\x82\xAC", 3, 2},
      {"behind its second byte", "ab\xE2\x82\xAC", 4, 2},
      {"behind all of it",
       "ab\xE2\x82\xAC"
       "c",
       5, 5},
      {"inside four bytes", "\xF0\x9F\x9A\x80", 3, 0},
      {"between two sequences", "\xC3\xBC\xC3\xBC", 2, 2},
      {"inside the second sequence", "\xC3\xBC\xC3\xBC", 3, 2},
      {"continuation bytes that belong to none are bytes like others", "\x80\x80\x80\x80\x80\x80",
       5, 5},
      {"a broken sequence is no sequence", "a\xE2x\x80\x80", 4, 4},
  }));
  INFO(cut.what);
  CHECK(utf8_prefix(cut.bytes, cut.limit) == cut.length);
}

struct Nearest {
  std::string_view word;
  std::string_view nearest;
};

TEST_CASE("the nearest word is the one a typing error away, or none", "[text]") {
  static constexpr std::array kKnown = {"repo"sv, "branch"sv, "data-dir"sv, "log-level"sv,
                                        "log-file"sv};
  const auto typed = GENERATE(values<Nearest>({
      {"repo", "repo"},
      {"rpo", "repo"},       // one left out
      {"reppo", "repo"},     // one too many
      {"brunch", "branch"},  // another one
      {"data_dir", "data-dir"},
      {"log-levle", "log-level"},
      {"log-fil", "log-file"},
      {"colour", ""},  // none is near
      {"", ""},
      {"loglevelfile", ""},
  }));
  INFO("typed: " << typed.word);
  CHECK(nearest_word(typed.word, kKnown) == typed.nearest);
}

TEST_CASE("nothing is near when there is nothing to choose from", "[text]") {
  CHECK(nearest_word("repo", {}).empty());
}

TEST_CASE("sizes read as a person writes them", "[text]") {
  const auto [bytes, text] = GENERATE(table<std::size_t, std::string>({
      {0, "0 bytes"},
      {512, "512 bytes"},
      {1023, "1023 bytes"},
      {1024, "1 KiB"},
      {1536, "1.5 KiB"},
      {std::size_t{8} << 20U, "8 MiB"},
      {std::size_t{1536} << 20U, "1.5 GiB"},
      {std::size_t{4096} << 30U, "4096 GiB"},
  }));
  CHECK(size_text(bytes) == text);
}

}  // namespace
}  // namespace lightfast

// Text that outside bytes become before a person or a model reads them. Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lightfast {

// `bytes` as valid UTF-8 that a terminal shows plainly: bytes that are not valid UTF-8 (RFC 3629)
// and control bytes other than TAB, LF and CR (C0, DEL) become `\xNN`; all else is kept byte for
// byte.
std::string visible_text(std::string_view bytes);

// The same on one line: LF and CR become spaces.
std::string visible_line(std::string_view bytes);

// Whether there is a control character in it: C0, TAB, LF and CR among them, DEL or C1.
bool has_control(std::string_view text);

// The length of the longest prefix of `bytes` that is at most `limit` and does not end inside a
// UTF-8 sequence.
std::size_t utf8_prefix(std::string_view bytes, std::size_t limit);

// The candidate nearest to `word` by edit distance, or empty when none is within a third of its
// length (at least 2).
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

// `bytes` as a person writes a size: 512 bytes, 8 MiB, 1.5 GiB.
std::string size_text(std::size_t bytes);

}  // namespace lightfast

// Scripts that put no spaces between words, as Chinese, Japanese and Thai do: to an index of words
// a sentence in them is one word. Pure functions of UTF-8; what is none of it is of no script.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace lightfast::ranking {

// How many characters there are.
std::size_t characters_in(std::string_view text);

// What in `text` is of such scripts: runs that are as long as can be.
std::vector<std::string_view> unspaced_runs(std::string_view text);

// All parts of a text that are three characters long, in their order; none of a shorter one.
std::vector<std::string_view> threes_of(std::string_view text);

}  // namespace lightfast::ranking

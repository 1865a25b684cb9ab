// What in a text looks like a name. Pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace lightfast::ranking {

// Whether a word is rather a name than one of the language: of functions, files, options, tickets.
bool is_name_like(std::string_view word);

// What in `texts` looks like a name, each once, and what is of scripts that put no spaces between
// words (scripts.h), in at most a few thousand bytes.
std::string names_of(std::initializer_list<std::string_view> texts);

}  // namespace lightfast::ranking

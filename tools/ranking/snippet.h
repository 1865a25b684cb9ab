// The part of a text that shows best why it was found. Pure but for the tokenizer.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "tools/ranking/words.h"

namespace lightfast::ranking {

// How much each stem of a question counts.
using StemWeights = std::map<std::string, double, std::less<>>;

// `words` are stems. At most `most` bytes of `text` on one line, around the place where most of the
// question's words are, with an ellipsis where something is left out; its beginning where there are
// none.
std::string snippet_of(std::string_view text, const StemWeights& weights, const Words& words,
                       std::size_t most);

}  // namespace lightfast::ranking

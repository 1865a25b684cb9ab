// Parts of answers as JSON, cut to a size. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"
#include "tools/store/graph.h"

namespace lightfast::graph {

// How many bytes `value` takes in an answer.
std::size_t size_of(const Json& value);

struct ShortProperties {
  Json properties;
  std::size_t cut = 0;  // how many are shortened or left out
};
inline constexpr std::size_t kLongText = 200;  // bytes of one property in a listing
// The properties in at most about `most` bytes: those that say what an entity is come first, texts
// of more than `longest` bytes end in an ellipsis, what has no room is left out.
ShortProperties short_properties(const Json& properties, std::size_t most,
                                 std::size_t longest = kLongText);

// `{id, type, properties, cut?, validFrom, validTo}`, its properties in at most about `most` bytes.
Json entity_json(const store::EntityVersion& entity, std::size_t most);
// The same of properties that were read already.
Json entity_json(const store::EntityVersion& entity, const Json& properties, std::size_t most);

// About how many bytes it takes at least.
std::size_t least_size(const store::EntityVersion& entity);

Json properties_of(const store::EntityVersion& entity);

// `{source, type, target, validFrom, validTo}`.
Json edge_json(const store::EdgeVersion& edge);

// What an entity is called, by its properties; empty where they do not say.
std::string title_in(const Json& properties);

// Its text property `name`; empty when it has none.
std::string text_in(const Json& properties, const char* name);

// The length of the longest prefix of `text` that takes at most `most` bytes as JSON and does not
// end within a character.
std::size_t json_prefix(std::string_view text, std::size_t most);

}  // namespace lightfast::graph

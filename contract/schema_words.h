// How schemas and values read in a message to a person or a model: short phrases, never whole
// values. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace lightfast::contract {

// What a schema allows that says nothing that can be put in words.
inline constexpr const char* kAnyWords = "a value that its schema allows";

// What `schema` allows, with its article: `an integer from 100 to 60000`, `a string of 1 to 32768
// bytes`.
std::string allowed_words(const Json& schema);

// What `value` is: `5`, `the string "10s"`, `a string of 40000 characters`, `an array of 3 items`.
std::string sent_words(const Json& value);

// The names of `schema`'s properties in declared order, separated by commas; `none` when it has
// none.
std::string known_fields(const Json& schema);

// `unknown field 'X'`, the nearest known name where there is one, and all known names. `field` is
// the whole path of the unknown one, `name` its last part.
std::string unknown_field_words(const Json& schema, std::string_view field, std::string_view name);

// `text` as it may stand in a message: visible, and cut with an ellipsis when it is longer than a
// name has reason to be.
std::string quotable(std::string_view text);

// The number of characters (Unicode code points) in `text`, which is valid UTF-8.
std::size_t character_count(std::string_view text);

}  // namespace lightfast::contract

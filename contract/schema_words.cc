#include "contract/schema_words.h"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/text.h"

namespace lightfast::contract {
namespace {

constexpr std::size_t kQuotedBytes = 60;

// JSON text in which no byte can break a line of a message or make dump() throw.
std::string json_words(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* keyword(const Json& schema, const char* name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

// ` from A to B`, ` of at least A`, ` of at most B`, or nothing.
std::string range_words(const Json& schema) {
  const Json* least = keyword(schema, "minimum");
  const Json* most = keyword(schema, "maximum");
  if (least != nullptr && most != nullptr) {
    return fmt::format(" from {} to {}", json_words(*least), json_words(*most));
  }
  std::string words;
  if (least != nullptr) words += fmt::format(" of at least {}", json_words(*least));
  if (most != nullptr) words += fmt::format(" of at most {}", json_words(*most));
  if (const Json* bound = keyword(schema, "exclusiveMinimum"))
    words += fmt::format(" above {}", json_words(*bound));
  if (const Json* bound = keyword(schema, "exclusiveMaximum"))
    words += fmt::format(" below {}", json_words(*bound));
  return words;
}

// ` of 1 to 50 items`, ` of at least 1 item`, ` of at most 50 items`, or nothing.
std::string count_words(const Json* least, const Json* most, std::string_view unit) {
  if (least == nullptr && most == nullptr) return {};
  const bool one = (most != nullptr ? *most : *least) == 1;
  const std::string units = fmt::format("{}{}", unit, one ? "" : "s");
  if (most == nullptr) return fmt::format(" of at least {} {}", json_words(*least), units);
  if (least == nullptr || *least == 0)
    return fmt::format(" of at most {} {}", json_words(*most), units);
  return fmt::format(" of {} to {} {}", json_words(*least), json_words(*most), units);
}

std::string string_words(const Json& schema) {
  const Json* bytes = keyword(schema, "x-maxBytes");
  const Json* most = bytes != nullptr ? bytes : keyword(schema, "maxLength");
  std::string words = "a string" + count_words(keyword(schema, "minLength"), most,
                                               bytes != nullptr ? "byte" : "character");
  if (const Json* format = keyword(schema, "format"))
    words += fmt::format(" ({})", quotable(json_words(*format)));
  return words;
}

std::string array_words(const Json& schema) {
  std::string words =
      "an array" + count_words(keyword(schema, "minItems"), keyword(schema, "maxItems"), "item");
  if (const Json* items = keyword(schema, "items")) words += ", each " + allowed_words(*items);
  return words;
}

std::string type_words(const Json& schema, const Json& type) {
  if (type == "integer") return "an integer" + range_words(schema);
  if (type == "number") return "a number" + range_words(schema);
  if (type == "string") return string_words(schema);
  if (type == "array") return array_words(schema);
  if (type == "boolean") return "true or false";
  if (type == "object") return "an object";
  return "null";
}

// The alternatives in `list`, each by `words`, as `A or B or C`.
template <class Words>
std::string alternatives(const Json& list, Words words) {
  std::vector<std::string> parts;
  parts.reserve(list.size());
  for (const Json& part : list) parts.push_back(words(part));
  return fmt::format("{}", fmt::join(parts, " or "));
}

}  // namespace

std::string allowed_words(const Json& schema) {
  if (!schema.is_object()) return kAnyWords;
  if (const Json* values = keyword(schema, "enum")) return alternatives(*values, json_words);
  if (const Json* value = keyword(schema, "const")) return json_words(*value);
  const Json* type = keyword(schema, "type");
  if (type != nullptr && type->is_string()) return type_words(schema, *type);
  if (type != nullptr && type->is_array()) {
    return alternatives(*type, [&](const Json& each) { return type_words(schema, each); });
  }
  for (const char* combinator : {"anyOf", "oneOf"}) {
    if (const Json* parts = keyword(schema, combinator)) return alternatives(*parts, allowed_words);
  }
  return kAnyWords;
}

std::string sent_words(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array())
    return fmt::format("an array of {} item{}", value.size(), value.size() == 1 ? "" : "s");
  if (!value.is_string()) return json_words(value);
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) return "an empty string";
  if (text.size() <= kQuotedBytes) return "the string " + json_words(value);
  const std::size_t characters = character_count(text);
  const std::string bytes =
      characters == text.size() ? "" : fmt::format(" ({} bytes)", text.size());
  return fmt::format("a string of {} characters{}", characters, bytes);
}

std::string known_fields(const Json& schema) {
  const Json* properties = keyword(schema, "properties");
  if (properties == nullptr || properties->empty()) return "none";
  std::vector<std::string_view> names;
  for (const auto& property : properties->items()) names.push_back(property.key());
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string unknown_field_words(const Json& schema, std::string_view field, std::string_view name) {
  std::vector<std::string_view> names;
  if (const Json* properties = keyword(schema, "properties")) {
    for (const auto& property : properties->items()) names.push_back(property.key());
  }
  const std::string_view nearest = nearest_word(name.substr(0, kQuotedBytes), names);
  const std::string guess = nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest);
  return fmt::format("unknown field '{}'{}; known fields: {}", quotable(field), guess,
                     known_fields(schema));
}

std::string quotable(std::string_view text) {
  const std::size_t kept = utf8_prefix(text, kQuotedBytes);
  std::string words = visible_text(text.substr(0, kept));
  std::ranges::replace(words, '\n', ' ');
  std::ranges::replace(words, '\r', ' ');
  return kept < text.size() ? words + "…" : words;
}

std::size_t character_count(std::string_view text) {
  const auto begins = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

}  // namespace lightfast::contract

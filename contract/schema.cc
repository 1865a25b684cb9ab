#include "contract/schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#define VALIJSON_USE_EXCEPTIONS 1  // without it valijson ends the process
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "contract/schema_words.h"

namespace lightfast::contract {
namespace {

// Bounds a string where valijson does not: by bytes, and by characters beyond a NUL, at which
// valijson stops counting.
class StringBound : public valijson::constraints::PolyConstraint {
 public:
  enum class Unit { MostBytes, MostCharacters, LeastCharacters };
  StringBound(Unit unit, std::uint64_t limit) : unit_(unit), limit_(limit) {}

  bool validate(const valijson::adapters::Adapter& target,
                const std::vector<std::string>& /*context*/,
                valijson::ValidationResults* /*results*/) const override {
    if (!target.isString()) return true;
    const std::string text = target.asString();
    switch (unit_) {
      case Unit::MostBytes:
        return text.size() <= limit_;
      case Unit::MostCharacters:
        return character_count(text) <= limit_;
      case Unit::LeastCharacters:
        return character_count(text) >= limit_;
    }
    return false;
  }

 private:
  Constraint* cloneInto(void* memory) const override { return new (memory) StringBound(*this); }
  size_t sizeOf() const override { return sizeof(StringBound); }

  Unit unit_;
  std::uint64_t limit_;
};

class StringBoundBuilder : public valijson::ConstraintBuilder {
 public:
  explicit StringBoundBuilder(StringBound::Unit unit) : unit_(unit) {}

  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& limit) const override {
    return new StringBound(unit_, static_cast<std::uint64_t>(limit.asInteger()));
  }

 private:
  StringBound::Unit unit_;
};

// Calls `visit` with `schema` and every schema inside it.
void for_each_schema(Json& schema, const std::function<void(Json&)>& visit) {
  static constexpr std::array kSchemas = {
      "items", "additionalProperties", "not", "if", "then", "else", "contains"};
  static constexpr std::array kLists = {"properties", "$defs", "definitions",
                                        "allOf",      "anyOf", "oneOf"};
  if (!schema.is_object()) return;
  visit(schema);
  for (const char* key : kSchemas) {
    if (schema.contains(key)) for_each_schema(schema[key], visit);
  }
  for (const char* key : kLists) {
    if (!schema.contains(key)) continue;
    for (Json& inner : schema[key]) for_each_schema(inner, visit);
  }
}

// `schema` as valijson is to see it. `format` is dropped, because valijson would match it by
// std::regex and throw on values that are no strings; its libstdc++ form overflows the stack on
// long input, hence no `pattern` either.
Result<nlohmann::json> judged_part(Json schema) {
  const char* refused = nullptr;
  for_each_schema(schema, [&](Json& inner) {
    inner.erase("format");
    if (inner.contains("minLength")) {  // valijson would add its own to one of this name
      inner["x-minLength"] = inner["minLength"];
      inner.erase("minLength");
    }
    for (const char* keyword : {"pattern", "patternProperties"}) {
      if (inner.contains(keyword)) refused = keyword;
    }
  });
  if (refused != nullptr) {
    return Error{ErrorKind::InvalidArgument, fmt::format("keyword '{}' is not supported", refused)};
  }
  return nlohmann::json(schema);
}

// JSON Schema counts 10.0 as an integer (Validation, section 6.1.1), valijson does not; and
// valijson reads an integer beyond 63 bits as a negative one, which as a floating-point number it
// refuses.
void settle_integer(Json& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > std::numeric_limits<std::int64_t>::max()) value = static_cast<double>(number);
  } else if (value.is_number_float()) {
    const auto number = value.get<double>();
    if (std::abs(number) <= kExact && std::trunc(number) == number)
      value = static_cast<std::int64_t>(number);
  }
}

// The path of `name` inside `field`.
std::string field_in(const std::string& field, const std::string& name) {
  return field.empty() ? name : field + "." + name;
}

Error fault_at(const std::string& field, std::string message) {
  return {ErrorKind::InvalidArgument, std::move(message), quotable(field)};
}

}  // namespace

// A schema, and apart from it the schemas of its parts, so that the part at fault is found by
// asking valijson about one part after another. (Its own list of errors holds several for each bad
// item: a gigabyte for one large request.)
struct Schema::Compiled {
  struct Property {
    std::string name;
    std::unique_ptr<Compiled> part;  // null when it does not compile alone
    std::optional<Json> usual;       // its default
    bool is_integer = false;
  };

  Json schema;
  valijson::Schema judge;
  std::string allowed;  // in words
  std::vector<Property> properties;
  std::vector<std::string> required;
  bool is_closed = false;            // has no properties but those that are named
  std::unique_ptr<Compiled> items;   // null when the items have no schema of their own
  std::unique_ptr<Compiled> others;  // the same for properties that are not named

  static Result<std::unique_ptr<Compiled>> make(const Json& schema);
  [[nodiscard]] bool accepts(const Json& value) const;
  void complete(Json& value) const;

  // Why `value`, which is not accepted, is not; `field` is its path, empty at the top.
  [[nodiscard]] Error fault(const Json& value, const std::string& field) const;

 private:
  void make_parts();
  void add_property(const std::string& name, const Json& declared);
  [[nodiscard]] const Property* property(const std::string& name) const;
  [[nodiscard]] const Compiled* part(const std::string& name) const;
  [[nodiscard]] std::optional<Error> fault_in_names(const Json& value,
                                                    const std::string& field) const;
  [[nodiscard]] std::optional<Error> fault_in_properties(const Json& value,
                                                         const std::string& field) const;
  [[nodiscard]] std::optional<Error> fault_in_items(const Json& value,
                                                    const std::string& field) const;
};

Result<std::unique_ptr<Schema::Compiled>> Schema::Compiled::make(const Json& schema) {
  const nlohmann::json judged = TRY(judged_part(schema));
  auto compiled = std::make_unique<Compiled>();
  compiled->schema = schema;
  compiled->allowed = allowed_words(schema);
  try {
    valijson::SchemaParser parser;
    parser.addConstraintBuilder("x-maxBytes", new StringBoundBuilder(StringBound::Unit::MostBytes));
    parser.addConstraintBuilder("maxLength",
                                new StringBoundBuilder(StringBound::Unit::MostCharacters));
    parser.addConstraintBuilder("x-minLength",
                                new StringBoundBuilder(StringBound::Unit::LeastCharacters));
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(judged), compiled->judge);
  } catch (const std::exception& error) {
    return Error{ErrorKind::InvalidArgument, fmt::format("compiling a schema: {}", error.what())};
  }
  compiled->make_parts();
  return compiled;
}

void Schema::Compiled::add_property(const std::string& name, const Json& declared) {
  auto part = make(declared);
  Property property{.name = name, .part = part ? std::move(*part) : nullptr, .usual = {}};
  if (declared.is_object()) {
    property.is_integer = declared.value("type", Json()) == "integer";
    if (declared.contains("default")) property.usual = declared["default"];
  }
  properties.push_back(std::move(property));
}

// A part that does not compile alone (a `$ref` to elsewhere in the document) is judged with the
// whole only.
void Schema::Compiled::make_parts() {
  if (!schema.is_object()) return;
  if (const auto named = schema.find("properties"); named != schema.end()) {
    for (const auto& [name, declared] : named->items()) add_property(name, declared);
  }
  for (const Json& name : schema.value("required", Json::array()))
    required.push_back(name.get<std::string>());
  is_closed = schema.value("additionalProperties", Json()) == false;
  for (const auto& [keyword, target] :
       {std::pair{"items", &items}, std::pair{"additionalProperties", &others}}) {
    if (!schema.contains(keyword)) continue;
    if (auto part = make(schema[keyword])) *target = std::move(*part);
  }
}

bool Schema::Compiled::accepts(const Json& value) const {
  try {
    const nlohmann::json plain(value);
    valijson::Validator validator;
    return validator.validate(judge, valijson::adapters::NlohmannJsonAdapter(plain), nullptr);
  } catch (const std::exception&) {
    return false;  // what valijson cannot judge does not pass
  }
}

void Schema::Compiled::complete(Json& value) const {
  for (const auto& property : properties) {
    const auto found = value.find(property.name);
    if (found == value.end()) {
      if (property.usual) value[property.name] = *property.usual;
    } else if (property.is_integer) {
      settle_integer(*found);
    }
  }
}

const Schema::Compiled::Property* Schema::Compiled::property(const std::string& name) const {
  const auto found = std::ranges::find(properties, name, &Property::name);
  return found == properties.end() ? nullptr : &*found;
}

const Schema::Compiled* Schema::Compiled::part(const std::string& name) const {
  const Property* named = property(name);
  return named != nullptr ? named->part.get() : others.get();
}

Error Schema::Compiled::fault(const Json& value, const std::string& field) const {
  if (auto found = fault_in_names(value, field)) return *std::move(found);
  if (auto found = fault_in_properties(value, field)) return *std::move(found);
  if (auto found = fault_in_items(value, field)) return *std::move(found);
  const std::string subject =
      field.empty() ? "the input" : fmt::format("field '{}'", quotable(field));
  const std::string fields = field.empty() ? " with the fields " + known_fields(schema) : "";
  return fault_at(field, fmt::format("{} must be {}{}, but {} was sent", subject, allowed, fields,
                                     sent_words(value)));
}

std::optional<Error> Schema::Compiled::fault_in_names(const Json& value,
                                                      const std::string& field) const {
  if (!value.is_object() || !schema.is_object()) return std::nullopt;
  for (const auto& entry : value.items()) {
    if (!is_closed || property(entry.key()) != nullptr) continue;
    const std::string path = field_in(field, entry.key());
    return fault_at(path, unknown_field_words(schema, path, entry.key()));
  }
  for (const auto& name : required) {
    if (value.contains(name)) continue;
    const std::string path = field_in(field, name);
    const Compiled* declared = part(name);
    return fault_at(path, fmt::format("missing field '{}': it must be {}", path,
                                      declared != nullptr ? declared->allowed : kAnyWords));
  }
  return std::nullopt;
}

std::optional<Error> Schema::Compiled::fault_in_properties(const Json& value,
                                                           const std::string& field) const {
  if (!value.is_object()) return std::nullopt;
  for (const auto& entry : value.items()) {
    const Compiled* compiled = part(entry.key());
    if (compiled == nullptr || compiled->accepts(entry.value())) continue;
    return compiled->fault(entry.value(), field_in(field, entry.key()));
  }
  return std::nullopt;
}

std::optional<Error> Schema::Compiled::fault_in_items(const Json& value,
                                                      const std::string& field) const {
  if (!value.is_array() || items == nullptr) return std::nullopt;
  for (std::size_t index = 0; index < value.size(); ++index) {
    if (items->accepts(value[index])) continue;
    return items->fault(value[index], fmt::format("{}[{}]", field, index));
  }
  return std::nullopt;
}

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

Result<Schema> Schema::compile(const Json& schema) { return Schema(TRY(Compiled::make(schema))); }

Result<Json> Schema::check(Json value) const {
  if (value.is_object()) compiled_->complete(value);
  if (!compiled_->accepts(value)) return compiled_->fault(value, "");
  return value;
}

}  // namespace lightfast::contract

// What a payload says at some place, read without asking what it is first: a member that is missing
// or of another type is as if it said nothing. Values; the payload outlives them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/iso_time.h"
#include "base/json.h"

namespace lightfast::providers {

class Value {
 public:
  Value() = default;
  Value(const Json& json) : json_(&json) {}  // NOLINT(google-explicit-constructor)

  // A member of an object; nothing of whatever else it is.
  Value operator[](std::string_view name) const;

  // The members of a list; none of whatever else it is.
  [[nodiscard]] const std::vector<Json>& items() const;

  // A string as it is, a number as it is written; otherwise empty.
  [[nodiscard]] std::string text() const;

  // ISO 8601, or seconds or milliseconds since 1970.
  [[nodiscard]] std::optional<Moment> moment() const;

  [[nodiscard]] bool is_true() const;
  [[nodiscard]] bool is_object() const { return json_ != nullptr && json_->is_object(); }
  [[nodiscard]] bool is_null() const { return json_ != nullptr && json_->is_null(); }
  // Whether it says anything, and be it false or an empty text.
  explicit operator bool() const { return json_ != nullptr && !json_->is_null(); }

  // Null when it is not in the payload.
  [[nodiscard]] const Json* json() const { return json_; }

 private:
  const Json* json_ = nullptr;
};

// The first of them that is a moment.
std::optional<Moment> first_moment(std::initializer_list<Value> values);

// The latest of them; nothing where none is a moment.
std::optional<Moment> latest_moment(std::initializer_list<Value> values);

// The first of them that is a text.
std::string first_text(std::initializer_list<Value> values);

}  // namespace lightfast::providers

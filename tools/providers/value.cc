#include "tools/providers/value.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace lightfast::providers {
namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;        // of the year 9999
constexpr std::int64_t kFirstMillisecond = 100'000'000'000;  // as seconds: in the year 5138

std::optional<Moment> moment_of(const Json& number) {
  const auto value = number.get<double>();
  if (!(value > 0 && value <= 1000.0 * static_cast<double>(kLastSecond))) return std::nullopt;
  const bool is_fine = value >= static_cast<double>(kFirstMillisecond);
  return Moment(
      std::chrono::milliseconds(static_cast<std::int64_t>(is_fine ? value : value * 1000.0)));
}

}  // namespace

Value Value::operator[](std::string_view name) const {
  if (!is_object()) return {};
  const auto found = json_->find(name);
  return found == json_->end() ? Value() : Value(*found);
}

const std::vector<Json>& Value::items() const {
  static const std::vector<Json> none;
  return json_ != nullptr && json_->is_array() ? json_->get_ref<const Json::array_t&>() : none;
}

std::string Value::text() const {
  if (json_ == nullptr) return {};
  if (json_->is_string()) return json_->get<std::string>();
  return json_->is_number() ? json_->dump() : std::string();
}

std::optional<Moment> Value::moment() const {
  if (json_ == nullptr) return std::nullopt;
  if (json_->is_number()) return moment_of(*json_);
  return json_->is_string() ? parse_moment(json_->get_ref<const std::string&>()) : std::nullopt;
}

bool Value::is_true() const {
  return json_ != nullptr && json_->is_boolean() && json_->get<bool>();
}

std::optional<Moment> first_moment(std::initializer_list<Value> values) {
  for (const auto& value : values) {
    if (const auto moment = value.moment()) return moment;
  }
  return std::nullopt;
}

std::optional<Moment> latest_moment(std::initializer_list<Value> values) {
  std::optional<Moment> latest;
  for (const auto& value : values) latest = std::max(latest, value.moment());
  return latest;
}

std::string first_text(std::initializer_list<Value> values) {
  for (const auto& value : values) {
    if (auto text = value.text(); !text.empty()) return text;
  }
  return {};
}

}  // namespace lightfast::providers

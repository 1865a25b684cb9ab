// An event as it is being made from a payload: whatever is put in, what comes out is one that the
// store takes. Values.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "tools/providers/value.h"
#include "tools/store/event.h"

namespace lightfast::providers {

using Events = std::vector<store::Event>;

// The id of an entity, `TYPE:REST`; empty when there is no rest. Control characters and what is too
// long give way to a mark of what was there, so that different ones stay different.
std::string entity(std::string_view type, std::string_view rest);

// A name of a kind of things, from whatever text: `pull_request.opened`.
std::string kind_name(std::string_view text);

// With the capitals A to Z as small letters.
std::string in_lower_case(std::string_view text);

// What stands in a text's first line, and what after it.
std::string first_line(std::string_view text);
std::string after_first_line(std::string_view text);

// The texts that are not empty, each in its own lines.
std::string in_lines(std::initializer_list<std::string> texts);

// Of events at one time the store takes them in the order of their ids, and providers tell the time
// to the second: what settles how a thing stands has to come after what only saw it before that.
enum class Order : char { First = '-', Then = '.', Last = ':' };

// Which delivery an event comes with: what tells it from others that say nothing of their time.
struct Occasion {
  std::string delivery;
  Moment received_at = {};
};

class Draft {
 public:
  Draft(std::string_view source, std::string_view type, std::string subject);

  // What besides type and subject tells what happened from what else did at the same time: the
  // comment of several, the label that was added.
  Draft& about(std::string_view detail);
  // When it happened: the first of these that is a moment.
  Draft& at(std::initializer_list<Value> times);
  Draft& at(std::optional<Moment> time);
  Draft& among_equals(Order order);
  // It happens once and never again, so that its time is no part of what it is.
  Draft& once();
  // It is gone, which happens once, and of which no time is told: when that was received, but later
  // than all of these.
  Draft& gone(std::initializer_list<Value> earlier);

  Draft& actor(std::string entity);
  Draft& title(std::string text);
  Draft& body(std::string text);
  Draft& url(std::string text);
  // By the id of another event; nothing when it is empty.
  Draft& caused_by(const std::string& event);

  // Edges; nothing when the other entity is none.
  Draft& relate(std::string_view type, std::string entity);
  Draft& unrelate(std::string_view type, std::string entity);

  // Properties: texts, numbers and truth values; of a longer text its beginning. What a payload
  // does not say is left as it was, and what it says is null becomes null.
  Draft& set(std::string_view name, const Value& value);
  Draft& set(std::string_view name, std::string text);
  // Texts, in a list.
  Draft& set(std::string_view name, std::vector<std::string> texts);

  [[nodiscard]] const std::string& subject() const { return event_.subject; }
  [[nodiscard]] const std::string& type() const { return event_.type; }
  [[nodiscard]] const std::optional<Moment>& time() const { return at_; }  // nothing: none is told

  // The id of the event that it becomes.
  [[nodiscard]] std::string id(const Occasion& occasion) const;

  // Adds the event that it has become. Without a time of its own it is of the moment in which it
  // was received, and known by its delivery.
  void finish(Events& events, const Occasion& occasion);

 private:
  Draft& put(std::string_view type, std::string entity, bool is_removed);
  Draft& put(std::string_view name, Json value);

  store::Event event_;
  std::string detail_;
  std::optional<Moment> at_;
  Order order_ = Order::Last;
  Moment not_before_ = {};  // where no time is told
  bool happens_once_ = false;
  std::size_t property_bytes_ = 0;
};

}  // namespace lightfast::providers

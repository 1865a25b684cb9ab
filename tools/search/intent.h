// What kind of question it is, told by its words alone, and with that which tiers are asked. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "contract/search.h"

namespace lightfast::search {

struct Intent {
  enum class Kind {
    Lookup,   // of one thing, by its handle
    Now,      // how things are, or what was last
    History,  // what was long ago, or why
    Open,     // anything else
  };
  Kind kind = Kind::Open;
  std::string because;  // `the word "latest"`

  bool wants_open = false;              // only what is open
  std::vector<std::string> kinds = {};  // of events, or of what they are about: `pull_request`
  bool is_list = false;                 // it says no more than that: `open pull requests`
  std::optional<Moment> since = {};     // the time that it names begins then

  bool operator==(const Intent&) const = default;
};

// `is_handle`: whether the whole text is made of handles. `now` is what "yesterday" is told from.
Intent intent_of(const contract::SearchRequest& request, bool is_handle, Moment now);

// Whether long-term memory is asked, and why (not). `oldest` is from when on there is something
// local; nothing where there is nothing.
struct Route {
  bool asks_memory = true;
  std::string why;
};
Route route_of(const Intent& intent, const contract::SearchRequest& request,
               const std::optional<Moment>& oldest);

}  // namespace lightfast::search

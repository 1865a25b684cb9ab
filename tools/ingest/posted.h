// A webhook's request as it came, whichever provider sent it. Values and pure functions.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/json.h"

namespace lightfast::ingest {

struct Posted {
  std::optional<OrgId> org;                                  // that the route names
  std::string_view body;                                     // the very bytes
  std::function<std::string(std::string_view name)> header;  // several of one name joined by commas
};

// Why a request is not taken, and the HTTP status that says so.
struct Refusal {
  int status;
  std::string why;
};

// Letters, digits and a few marks, at most 100, as in a GUID or an event's name.
bool is_plain(std::string_view text);

// The object that was posted. A Refusal when it is none, or too deep.
std::expected<Json, Refusal> object_in(std::string_view body);

// A member that is a text; empty when there is none, in whatever `object` is.
std::string text_in(const Json& object, const char* name);

}  // namespace lightfast::ingest

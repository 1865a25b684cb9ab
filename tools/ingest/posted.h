// A webhook's request as it came, whichever provider sent it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

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

}  // namespace lightfast::ingest

// Why something on the network did not get to its end, and what may be done about it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/result.h"

namespace lightfast::web {

struct Fault {
  enum class Kind {
    Refused,    // nobody listens there (now)
    Closed,     // the other side ended the connection
    Late,       // the call's time is over
    Cancelled,  // nobody waits for the answer any more
    Other,
  };
  Kind kind = Kind::Other;
  Error error;
};

inline std::unexpected<Fault> fault(Fault::Kind kind, std::string why) {
  const auto error_kind = kind == Fault::Kind::Late ? ErrorKind::Timeout : ErrorKind::Unavailable;
  return std::unexpected(Fault{kind, {error_kind, std::move(why)}});
}

}  // namespace lightfast::web

// What an answer of a server means: a procedure's output, or the error that the server or a proxy
// before it gave. Pure.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "contract/schema.h"
#include "tools/web/http_client.h"

namespace lightfast::remote {

// Who was asked for what.
struct Asked {
  std::string url;        // the base URL, for messages
  std::string procedure;  // its name, for messages
  const contract::Schema& output;
  bool with_key = true;
};

// The output, which fits its schema. Otherwise:
//   the contract's error object  the error it is of, with its words (PermissionDenied for a 401)
//   a redirect                   Unavailable: the URL to give instead
//   413, 429                     LimitExceeded, with the time of Retry-After
//   401, 403                     PermissionDenied
//   another status               Unavailable, with the beginning of what came
//   200, 2xx of anything else    Corrupt
Result<Json> output_of(const web::Answer& answer, const Asked& asked);

}  // namespace lightfast::remote

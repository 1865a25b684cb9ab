// The OpenAPI 3.1 document of procedures.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "contract/procedure.h"

namespace lightfast::contract {

// Every procedure as a path with its request and response schemas, the error responses and the
// bearer scheme.
Json openapi_document(const std::vector<Procedure>& procedures, const std::string& version);

}  // namespace lightfast::contract

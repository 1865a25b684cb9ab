// The OpenAPI 3.1 document of a catalog.
#pragma once

#include <string>

#include "base/json.h"
#include "contract/catalog.h"

namespace lightfast::contract {

// Every procedure as a path with its request and response schemas, the error responses and the
// bearer scheme.
Json openapi_document(const Catalog& catalog, const std::string& version);

}  // namespace lightfast::contract

#include <iostream>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/procedures.h"
#include "contract/openapi.h"

namespace lightfast {

// The document needs declarations only, so nothing is started for it.
Result<int> run_openapi() {
  std::cout << contract::openapi_document(declared_procedures(), LIGHTFAST_VERSION).dump(2) << '\n';
  return 0;
}

}  // namespace lightfast

#include <iostream>

#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/procedures.h"
#include "contract/openapi.h"

namespace lightfast {
namespace {

Result<Json> never_called(const Json& /*input*/, const contract::CallContext& /*context*/) {
  return Error{ErrorKind::Internal, "called a procedure that is only described"};
}

}  // namespace

// The document needs declarations only, so nothing is started for it and no handler is ever called.
Result<int> run_openapi() {
  std::vector<contract::BoundProcedure> procedures;
  for (auto& declaration : declared_procedures())
    procedures.push_back({std::move(declaration), never_called});
  const auto catalog = TRY(contract::Catalog::create(std::move(procedures)));
  std::cout << contract::openapi_document(catalog, LIGHTFAST_VERSION).dump(2) << '\n';
  return 0;
}

}  // namespace lightfast

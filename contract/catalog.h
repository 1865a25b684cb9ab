// The list of all procedures, bound to their handlers, and the one way to call them: validate, fill
// in defaults, handle. Immutable after create(); call() may be used from any thread.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "contract/procedure.h"
#include "contract/schema.h"

namespace lightfast::contract {

class Catalog {
 public:
  // InvalidArgument when a declaration is not well formed: a schema that does not compile, a
  // top-level combinator, a description that is too long, two procedures with one key.
  static Result<Catalog> create(std::vector<BoundProcedure> procedures);

  [[nodiscard]] const std::vector<BoundProcedure>& procedures() const { return procedures_; }

  // The procedure whose key, joined by `separator`, is `name`; null when there is none.
  [[nodiscard]] const BoundProcedure* find(std::string_view name,
                                           const std::string& separator) const;

  // Calls `procedure` (one of procedures()). InvalidArgument with the field's name when `input`
  // does not pass the input schema; otherwise what the handler says. Never throws: whatever escapes
  // a handler is Internal, without its detail.
  [[nodiscard]] Result<Json> call(const BoundProcedure& procedure, const Json& input,
                                  const CallContext& context) const;

 private:
  Catalog() = default;
  std::vector<BoundProcedure> procedures_;
  std::vector<Schema> inputs_;  // parallel to procedures_
};

}  // namespace lightfast::contract

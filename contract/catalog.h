// The list of all procedures, bound to their handlers, and the one way to call them: validate, fill
// in defaults, handle. Immutable after create(); calls may be made on any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/procedure.h"
#include "contract/schema.h"

namespace lightfast::contract {

// Told of each call that was handled, on its thread, by how it ended.
using CallObserver = std::function<void(const Procedure& procedure, const Result<Json>& output,
                                        std::chrono::steady_clock::duration took)>;

class Catalog {
 public:
  // InvalidArgument when a declaration is not well formed: a schema that does not compile, a
  // top-level combinator, a description that is too long, two procedures with one key.
  static Result<Catalog> create(std::vector<BoundProcedure> procedures);

  // Before the first call.
  void observe(CallObserver observer) { observer_ = std::move(observer); }

  [[nodiscard]] const std::vector<BoundProcedure>& procedures() const { return procedures_; }

  // The procedure whose key, joined by `separator`, is `name`; null when there is none.
  [[nodiscard]] const BoundProcedure* find(std::string_view name,
                                           const std::string& separator) const;

  // `input` with the schema's defaults, for handle(). InvalidArgument with the field's name when it
  // does not pass the input schema of `procedure`, one of procedures().
  [[nodiscard]] Result<Json> check(const BoundProcedure& procedure, const Json& input) const;

  // What the handler of `procedure` says to `checked`. Never throws: whatever escapes a handler is
  // Internal, without its detail.
  [[nodiscard]] Result<Json> handle(const BoundProcedure& procedure, const Json& checked,
                                    const CallContext& context) const;

  // Both.
  [[nodiscard]] Result<Json> call(const BoundProcedure& procedure, const Json& input,
                                  const CallContext& context) const;

 private:
  Catalog() = default;
  std::vector<BoundProcedure> procedures_;
  std::vector<Schema> inputs_;  // parallel to procedures_
  CallObserver observer_;       // may be empty
};

}  // namespace lightfast::contract

// A compiled JSON Schema (2020-12 by way of valijson). Immutable; check() may be used from any
// thread.
//
// Beyond the standard keywords it knows `x-maxBytes`: the longest UTF-8 encoding of a string, where
// `maxLength` (JSON Schema Validation, section 6.3.1) counts characters. `format` is an annotation,
// as 2020-12 has it by default: whoever reads such a string parses it.
#pragma once

#include <memory>

#include "base/json.h"
#include "base/result.h"

namespace lightfast::contract {

class Schema {
 public:
  // InvalidArgument when `schema` does not compile, or uses `pattern` or `patternProperties`: they
  // would run a regular expression engine that recurses for each character on bytes from outside.
  static Result<Schema> compile(const Json& schema);
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  // `value` with the defaults of absent top-level properties filled in, and top-level integers that
  // were written as 10.0 made integers. InvalidArgument names the first field at fault
  // (`Error::field`: `limit`, `ids[3]`, `where.name`) and says what is allowed there; an unknown
  // field is answered with the nearest known name.
  [[nodiscard]] Result<Json> check(Json value) const;

 private:
  struct Compiled;
  explicit Schema(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace lightfast::contract

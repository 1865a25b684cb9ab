#include "contract/procedure.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

namespace lightfast::contract {

std::string Procedure::name(const std::string& separator) const {
  return fmt::format("{}", fmt::join(key, separator));
}

}  // namespace lightfast::contract

// What makes texts comparable by their meaning. There is none by default.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lightfast::documents {

using Vector = std::vector<float>;

// Any thread.
class Embedder {
 public:
  virtual ~Embedder() = default;
  // Names the model: vectors of one model alone are compared.
  [[nodiscard]] virtual const std::string& model() const = 0;
  // One vector for each of `texts`, all of the same dimension.
  [[nodiscard]] virtual Result<std::vector<Vector>> embed(
      std::span<const std::string_view> texts) const = 0;
};

}  // namespace lightfast::documents

// Vectors as they are kept.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/documents/embedder.h"

namespace lightfast::documents {

// The vectors of `texts` as bytes, each made of length 1; Internal when the embedder does not give
// one for each.
Result<std::vector<std::string>> kept_vectors(const Embedder& embedder,
                                              std::span<const std::string_view> texts);

// The cosine of the angle between two vectors as they are kept, from -1 to 1; 0 when they are not
// of the same dimension.
double cosine(std::string_view a, std::string_view b);

}  // namespace lightfast::documents

// Vectors as they are kept. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/documents/embedder.h"

namespace lightfast::documents {

// The bytes of `vector`, made of length 1.
std::string kept_vector(const Vector& vector);

// The cosine of the angle between two vectors as they are kept, from -1 to 1; 0 when they are not
// of the same dimension.
double cosine(std::string_view a, std::string_view b);

}  // namespace lightfast::documents

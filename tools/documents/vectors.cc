#include "tools/documents/vectors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>

namespace lightfast::documents {
namespace {

float number_at(std::string_view bytes, std::size_t place) {
  float number = 0;
  std::memcpy(&number, bytes.data() + place, sizeof number);
  return number;
}

std::string kept_vector(const Vector& vector) {
  const auto square = std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0);
  const auto scale = square > 0 ? 1 / std::sqrt(square) : 0;
  std::string bytes(vector.size() * sizeof(float), '\0');
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto number = static_cast<float>(vector[i] * scale);
    std::memcpy(bytes.data() + i * sizeof number, &number, sizeof number);
  }
  return bytes;
}

}  // namespace

Result<std::vector<std::string>> kept_vectors(const Embedder& embedder,
                                              std::span<const std::string_view> texts) {
  const auto vectors = TRY(embedder.embed(texts));
  if (vectors.size() != texts.size())
    return Error{ErrorKind::Internal, "the embedder gave not one vector for each text"};
  std::vector<std::string> kept;
  std::ranges::transform(vectors, std::back_inserter(kept), kept_vector);
  return kept;
}

double cosine(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return 0;
  double sum = 0;
  for (std::size_t at = 0; at + sizeof(float) <= a.size(); at += sizeof(float))
    sum += static_cast<double>(number_at(a, at)) * static_cast<double>(number_at(b, at));
  return sum;
}

}  // namespace lightfast::documents

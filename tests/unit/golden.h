// Golden files: what we promise to others, kept under tests/golden and reviewed as a diff. With
// UPDATE_GOLDEN=1 in the environment they are rewritten instead of compared.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

namespace lightfast::test {

inline std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_whole(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  REQUIRE(file.flush().good());
}

// Checks that `actual` is byte for byte what the golden file `name` (relative to tests/golden)
// holds.
inline void check_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(LIGHTFAST_GOLDEN_DIR) + "/" + name;
  INFO("golden file " << path << "; rewrite it with UPDATE_GOLDEN=1 and review the difference");
  if (std::getenv("UPDATE_GOLDEN") != nullptr) write_whole(path, actual);
  CHECK(actual == read_whole(path));
}

}  // namespace lightfast::test

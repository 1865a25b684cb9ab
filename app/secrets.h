// Secrets from the environment and from files, with the files remembered for who reads them again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast {

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

class Secrets {
 public:
  explicit Secrets(const Environment& environment) : environment_(environment) {}

  // The variable `name`, or what the file holds that `name`_FILE names; empty for neither. The
  // error names the variable.
  Result<std::string> of(const std::string& name);

  // What a file holds without the end of its last line, at most `most` bytes.
  static constexpr std::size_t kMost = 65'536;
  Result<std::string> in(const std::filesystem::path& file, std::size_t most = kMost);

  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  const Environment& environment_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace lightfast

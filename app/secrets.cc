#include "app/secrets.h"

#include "base/files.h"

namespace lightfast {

Result<std::string> Secrets::of(const std::string& name) {
  if (const auto value = environment_(name); value && !value->empty()) return *value;
  const auto file = environment_(name + "_FILE");
  if (!file || file->empty()) return std::string();
  return in(*file).during(name + "_FILE");
}

Result<std::string> Secrets::in(const std::filesystem::path& file, std::size_t most) {
  files_.push_back(std::filesystem::absolute(file));
  auto content = TRY(read_file(file, most));
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  return content;
}

}  // namespace lightfast

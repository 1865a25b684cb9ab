#include "sandbox/toolbox_record.h"

#include <sstream>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

namespace lightfast::sandbox {
namespace {

std::vector<std::string> words(const std::string& line, char separator) {
  std::vector<std::string> found;
  std::istringstream stream(line);
  for (std::string word; std::getline(stream, word, separator);) {
    if (!word.empty()) found.push_back(word);
  }
  return found;
}

}  // namespace

std::string text_of(const ToolboxRecord& record) {
  return fmt::format("{}\n{}\n{}\n{}\n", fmt::join(record.programs, " "),
                     fmt::join(record.missing, " "), fmt::join(record.host_files, ":"),
                     fmt::join(record.identities, "\n"));
}

ToolboxRecord record_of(const std::string& text) {
  ToolboxRecord record;
  std::istringstream lines(text);
  std::string line;
  if (std::getline(lines, line)) record.programs = words(line, ' ');
  if (std::getline(lines, line)) record.missing = words(line, ' ');
  if (std::getline(lines, line)) record.host_files = words(line, ':');
  while (std::getline(lines, line)) record.identities.push_back(line);
  return record;
}

}  // namespace lightfast::sandbox

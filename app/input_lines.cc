#include "app/input_lines.h"

#include <filesystem>
#include <iostream>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast {

InputLines::InputLines(std::unique_ptr<std::ifstream> file, std::int64_t bytes)
    : file_(std::move(file)),
      lines_(file_ ? file_.get() : &std::cin),
      bytes_(bytes),
      progress_(std::make_unique<Progress>("importing")) {}

Result<InputLines> InputLines::open(const std::string& file) {
  if (file == "-") return InputLines(nullptr, 0);
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed))
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("importing '{}': there is no such file", visible_text(file))};
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, failed));
  auto opened = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*opened)
    return Error{ErrorKind::PermissionDenied,
                 fmt::format("importing '{}': it cannot be read", visible_text(file))};
  return InputLines(std::move(opened), bytes);
}

bool InputLines::read_line(std::string& line) {
  line.clear();
  while (*lines_) {
    lines_->getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    const auto count = static_cast<std::size_t>(lines_->gcount());
    const bool is_full = lines_->fail() && !lines_->eof() && count > 0;
    const bool is_end = lines_->eof() && count == 0;
    if (is_end) return !line.empty();
    read_ += static_cast<std::int64_t>(count);
    const auto text =
        std::string_view(buffer_.data(), is_full || lines_->eof() ? count : count - 1);
    if (line.size() <= kMostKept) line.append(text);
    if (!is_full) return true;
    lines_->clear();
  }
  return !line.empty();
}

bool InputLines::next(std::string& line) {
  while (read_line(line)) {
    ++number_;
    if (progress_) progress_->show(read_, bytes_);
    if (line.find_first_not_of(" \t\r") != std::string::npos) return true;
  }
  progress_.reset();
  return false;
}

}  // namespace lightfast

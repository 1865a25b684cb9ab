// A file of lines, such as NDJSON, as commands take it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "app/progress.h"
#include "base/result.h"

namespace lightfast {

class InputLines {
 public:
  // `-` is standard input. InvalidArgument and PermissionDenied name the file.
  static Result<InputLines> open(const std::string& file);

  // Reads the next line that is not blank; false at the end. Shows how far it has come.
  bool next(std::string& line);

  // Of the line that was read last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  InputLines(std::unique_ptr<std::ifstream> file, std::int64_t bytes);

  std::unique_ptr<std::ifstream> file_;  // null: standard input
  std::istream* lines_;
  std::int64_t bytes_, read_ = 0;
  std::size_t number_ = 0;
  std::unique_ptr<Progress> progress_;  // until the end
};

}  // namespace lightfast

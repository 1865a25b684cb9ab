// A file of lines, such as NDJSON, as commands take it in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>
#include <vector>

#include "app/progress.h"
#include "base/result.h"

namespace lightfast {

class InputLines {
 public:
  // `-` is standard input. InvalidArgument and PermissionDenied name the file.
  static Result<InputLines> open(const std::string& file);

  // Reads the next line that is not blank; false at the end. Shows how far it has come. Of a line
  // longer than kMostKept only its beginning is kept, which is longer than that.
  bool next(std::string& line);

  static constexpr std::size_t kMostKept = std::size_t{16} << 20;

  // Of the line that was read last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  InputLines(std::unique_ptr<std::ifstream> file, std::int64_t bytes);
  bool read_line(std::string& line);

  std::unique_ptr<std::ifstream> file_;  // null: standard input
  std::istream* lines_;
  std::int64_t bytes_, read_ = 0;
  std::size_t number_ = 0;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{64} << 10);
  std::unique_ptr<Progress> progress_;  // until the end
};

}  // namespace lightfast

// The files of a starter `.lightfast` repository, embedded from app/starter/ when the program is
// built.
#pragma once

#include <span>
#include <string_view>

namespace lightfast {

struct StarterFile {
  std::string_view path;  // relative, with `/`
  std::string_view content;
};

std::span<const StarterFile> starter_files();

}  // namespace lightfast

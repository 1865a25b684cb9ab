// What a program or library needs to be loaded, read from its ELF file without running it (System V
// ABI, chapter 5).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

struct ElfNeeds {
  bool is_elf = false;      // false: something else, a script perhaps
  std::string interpreter;  // PT_INTERP, the loader; empty for libraries and static programs
  std::vector<std::string> libraries;  // DT_NEEDED
  std::vector<std::string> run_path;   // DT_RUNPATH or DT_RPATH, $ORIGIN replaced
};

// Reads 64-bit ELF files of this machine's byte order; Corrupt when offsets point outside the file.
Result<ElfNeeds> read_elf(const std::filesystem::path& file);

}  // namespace lightfast::sandbox

// ELF files: any bytes are read or refused as damaged, and every name that is found is in the file.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/handles.h"
#include "sandbox/elf.h"

namespace {

using namespace lightfast;

// The one file that is read, in memory, with the fuzzer's bytes in it.
std::string path_of(std::string_view bytes) {
  static const UniqueFd file(::memfd_create("program", MFD_CLOEXEC));
  const bool written = ::ftruncate(file.get(), 0) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0 &&
                       write_all(file.get(), bytes).has_value();
  assert(written);
  return "/proc/self/fd/" + std::to_string(file.get());
}

void check_found(const sandbox::ElfNeeds& needs, std::string_view bytes) {
  const auto is_there = [bytes](std::string_view name) {
    return name.find('\0') == std::string_view::npos && bytes.find(name) != std::string_view::npos;
  };
  assert(is_there(needs.interpreter));
  assert(std::ranges::all_of(needs.libraries, is_there));
  for (const auto& directory : needs.run_path)
    assert(directory.starts_with('/') && directory.find(':') == std::string::npos);
  assert(needs.is_elf || (needs.interpreter.empty() && needs.libraries.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto needs = sandbox::read_elf(path_of(bytes));
  if (needs) {
    check_found(*needs, bytes);
  } else {
    assert(needs.error().kind == ErrorKind::Corrupt);
  }
  return 0;
}

#include "sandbox/elf.h"

#include <elf.h>

#include <bit>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/files.h"

namespace lightfast::sandbox {
namespace {

constexpr std::size_t kLargestProgram = 256U << 20U;

// A structure at `offset` of the file, when it lies inside.
template <class T>
std::optional<T> at(std::string_view file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::string text_at(std::string_view file, std::uint64_t offset) {
  if (offset >= file.size()) return {};
  const auto rest = file.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

class ElfFile {
 public:
  ElfFile(std::string_view bytes, std::string origin) : bytes_(bytes), origin_(std::move(origin)) {}

  Result<ElfNeeds> needs() {
    const auto header = at<Elf64_Ehdr>(bytes_, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return needs_;
    constexpr unsigned char kOwnOrder =
        std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (header->e_ident[EI_DATA] != kOwnOrder)
      return Error{ErrorKind::Corrupt, "of another byte order"};
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
      return Error{ErrorKind::Corrupt, "not a 64-bit program"};
    needs_.is_elf = true;
    TRY(read_segments(*header));
    for (const auto& segment : segments_) {
      if (segment.p_type == PT_INTERP) {
        needs_.interpreter = text_at(bytes_, segment.p_offset);
        names_outside_ |= segment.p_offset >= bytes_.size();
      }
      if (segment.p_type == PT_DYNAMIC) read_dynamic(segment);
    }
    if (names_outside_) return Error{ErrorKind::Corrupt, "names outside the file"};
    return needs_;
  }

 private:
  Result<void> read_segments(const Elf64_Ehdr& header) {
    if (header.e_phnum > 0 && header.e_phentsize < sizeof(Elf64_Phdr))
      return Error{ErrorKind::Corrupt, "program headers that lie over each other"};
    for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
      const auto segment = at<Elf64_Phdr>(bytes_, header.e_phoff + i * header.e_phentsize);
      if (!segment) return Error{ErrorKind::Corrupt, "program headers outside the file"};
      segments_.push_back(*segment);
    }
    return {};
  }

  void read_dynamic(const Elf64_Phdr& segment) {
    std::vector<Elf64_Dyn> entries;
    for (std::uint64_t offset = 0; offset < segment.p_filesz; offset += sizeof(Elf64_Dyn)) {
      const auto entry = at<Elf64_Dyn>(bytes_, segment.p_offset + offset);
      if (!entry || entry->d_tag == DT_NULL) break;
      entries.push_back(*entry);
    }
    const std::uint64_t strings = string_table(entries);
    for (const auto& entry : entries) {
      if (entry.d_tag == DT_NEEDED) needs_.libraries.push_back(name_of(entry, strings));
      const bool is_run_path = entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH;
      if (is_run_path) add_run_path(name_of(entry, strings));
    }
  }

  std::string name_of(const Elf64_Dyn& entry, std::uint64_t strings) {
    const bool inside = strings < bytes_.size() && entry.d_un.d_val < bytes_.size() - strings;
    names_outside_ |= !inside;
    return inside ? text_at(bytes_, strings + entry.d_un.d_val) : std::string();
  }

  // DT_STRTAB holds an address; the segment that is loaded there tells the offset in the file.
  std::uint64_t string_table(const std::vector<Elf64_Dyn>& entries) const {
    std::uint64_t address = 0;
    for (const auto& entry : entries) {
      if (entry.d_tag == DT_STRTAB) address = entry.d_un.d_ptr;
    }
    for (const auto& segment : segments_) {
      const bool holds = segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
                         address - segment.p_vaddr < segment.p_filesz;
      if (holds) return segment.p_offset + (address - segment.p_vaddr);
    }
    return bytes_.size();
  }

  void add_run_path(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find(':'), text.size());
      std::string directory(text.substr(0, end));
      for (const std::string_view name : {"$ORIGIN", "${ORIGIN}"}) {
        if (directory.starts_with(name)) directory.replace(0, name.size(), origin_);
      }
      if (directory.starts_with('/')) needs_.run_path.push_back(directory);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::string_view bytes_;
  std::string origin_;
  std::vector<Elf64_Phdr> segments_;
  ElfNeeds needs_;
  bool names_outside_ = false;
};

}  // namespace

Result<ElfNeeds> read_elf(const std::filesystem::path& file) {
  const auto bytes = TRY(read_file(file, kLargestProgram));
  return ElfFile(bytes, file.parent_path().string())
      .needs()
      .during("reading program '" + file.string() + "'");
}

}  // namespace lightfast::sandbox

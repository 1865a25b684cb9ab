#include "sandbox/zygote/mappings.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace lightfast::sandbox {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kHeapTop = 8 * kPage;  // where the next allocations come from
constexpr std::uint64_t kLargestPart = 32 * kPage;

struct Mapping {
  std::uint64_t begin = 0, end = 0;
  bool is_writable = false, is_heap = false, is_stack = false;
};

// A line of proc(5)'s maps: `begin-end perms offset device inode path`.
Mapping mapping_of(std::string_view line) {
  Mapping mapping;
  const char* const end = line.end();
  const auto [dash, bad] = std::from_chars(line.begin(), end, mapping.begin, 16);
  if (bad != std::errc() || dash == end) return {};
  const auto [space, also_bad] = std::from_chars(dash + 1, end, mapping.end, 16);
  if (also_bad != std::errc() || end - space < 5) return {};
  mapping.is_writable = space[2] == 'w';
  mapping.is_heap = line.ends_with("[heap]");
  mapping.is_stack = line.ends_with("[stack]");
  return mapping;
}

// The part that is written to; nothing of a mapping that is too large to be worth it.
iovec written_part(const Mapping& mapping) {
  auto begin = mapping.begin;
  if (mapping.is_heap) begin = std::max(begin, mapping.end - kHeapTop);
  if (mapping.is_stack) {
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    begin = std::max(begin, (here - kPage) / kPage * kPage);
  }
  if (mapping.end - begin > kLargestPart) return {};
  return {.iov_base = std::bit_cast<void*>(begin), .iov_len = mapping.end - begin};
}

}  // namespace

std::vector<iovec> written_mappings() {
  std::ifstream lines("/proc/self/maps");
  std::vector<iovec> written;
  for (std::string line; std::getline(lines, line);) {
    const Mapping mapping = mapping_of(line);
    if (!mapping.is_writable) continue;
    if (const iovec part = written_part(mapping); part.iov_len > 0) written.push_back(part);
  }
  return written;
}

void own_pages(const std::vector<iovec>& ranges) {
  for (const auto& range : ranges) ::madvise(range.iov_base, range.iov_len, MADV_POPULATE_WRITE);
}

}  // namespace lightfast::sandbox

#include "sandbox/toolbox_caches.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace lightfast::sandbox {
namespace {

template <typename Value>
void append(std::string& bytes, const Value& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t size_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

// ---- The loader's cache.

struct CacheHeader {
  std::array<char, 20> magic;
  std::uint32_t libraries;
  std::uint32_t string_bytes;
  std::uint8_t flags;
  std::array<std::uint8_t, 3> padding;
  std::uint32_t extensions;  // offset of none
  std::array<std::uint32_t, 3> unused;
};
static_assert(sizeof(CacheHeader) == 48);

struct CacheEntry {
  std::uint32_t flags;
  std::uint32_t name, path;  // offsets from the file's start
  std::uint32_t unused;
  std::uint64_t capabilities;
};
static_assert(sizeof(CacheEntry) == 24);

constexpr std::string_view kCacheMagic = "glibc-ld.so.cache1.1";
constexpr std::uint8_t kLittleEndian = 2;
#if defined(__x86_64__)
constexpr std::uint32_t kOwnLibraries = 0x0303;  // FLAG_X8664_LIB64 | FLAG_ELF_LIBC6
#elif defined(__aarch64__)
constexpr std::uint32_t kOwnLibraries = 0x0a03;  // FLAG_AARCH64_LIB64 | FLAG_ELF_LIBC6
#else
constexpr std::uint32_t kOwnLibraries = 0x0003;
#endif

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Takes a number off the front of `text`.
std::uint64_t take_number(std::string_view& text) {
  std::uint64_t value = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1))
    value = value * 10 + static_cast<std::uint64_t>(text.front() - '0');
  return value;
}

// The order in which the loader searches: numbers by value, and after what is no number
// (_dl_cache_libcmp).
bool is_before(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    if (is_digit(left.front()) && is_digit(right.front())) {
      const auto one = take_number(left);
      const auto other = take_number(right);
      if (one != other) return one < other;
    } else if (is_digit(left.front()) != is_digit(right.front())) {
      return is_digit(right.front());
    } else if (left.front() != right.front()) {
      return left.front() < right.front();
    } else {
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  return left.empty() && !right.empty();
}

// ---- The locale archive.

// The categories by their numbers (locale.h); the sixth is LC_ALL, which has no file.
constexpr std::array<std::string_view, 13> kCategories = {"LC_CTYPE",
                                                          "LC_NUMERIC",
                                                          "LC_TIME",
                                                          "LC_COLLATE",
                                                          "LC_MONETARY",
                                                          "LC_MESSAGES",
                                                          "",
                                                          "LC_PAPER",
                                                          "LC_NAME",
                                                          "LC_ADDRESS",
                                                          "LC_TELEPHONE",
                                                          "LC_MEASUREMENT",
                                                          "LC_IDENTIFICATION"};

struct Table {
  std::uint32_t offset, used, size;
};
struct ArchiveHeader {
  std::uint32_t magic, serial;
  Table names, strings, locales, sums;
};
struct ArchiveName {
  std::uint32_t hash, name, locale;  // the last two are offsets
};
struct Piece {
  std::uint32_t offset, size;
};
struct ArchiveLocale {
  std::uint32_t references;
  std::array<Piece, kCategories.size()> categories;
};

constexpr std::uint32_t kArchiveMagic = 0xde020109;
constexpr std::uint32_t kNames = 7;  // places in the hash table; its steps take three or more
constexpr std::size_t kAlignment = 16;

// glibc's hash of a name (locale/hashval.h, with 32 bits).
std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = size_of(name);
  for (const char c : name) hash = (hash << 9U | hash >> 23U) + static_cast<std::uint8_t>(c);
  return hash != 0 ? hash : ~std::uint32_t{0};
}

void align(std::string& bytes) {
  bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment, '\0');
}

}  // namespace

std::string loader_cache(const std::map<std::string, std::string>& libraries) {
  std::vector<std::pair<std::string, std::string>> ordered(libraries.begin(), libraries.end());
  std::ranges::sort(ordered, [](const auto& left, const auto& right) {
    return is_before(right.first, left.first);  // the last comes first
  });
  std::string entries;
  std::string strings;
  const auto first_string =
      static_cast<std::uint32_t>(sizeof(CacheHeader) + ordered.size() * sizeof(CacheEntry));
  for (const auto& [name, path] : ordered) {
    const auto at = first_string + size_of(strings);
    append(entries, CacheEntry{.flags = kOwnLibraries,
                               .name = at,
                               .path = at + size_of(name) + 1,
                               .unused = 0,
                               .capabilities = 0});
    strings.append(name).append(1, '\0').append(path).append(1, '\0');
  }
  CacheHeader header = {};
  std::ranges::copy(kCacheMagic, header.magic.begin());
  header.libraries = static_cast<std::uint32_t>(ordered.size());
  header.string_bytes = size_of(strings);
  header.flags = kLittleEndian;
  std::string bytes;
  append(bytes, header);
  return bytes + entries + strings;
}

std::string locale_archive(const std::string& name,
                           const std::map<std::string, std::string>& categories) {
  constexpr std::uint32_t kNamesAt = sizeof(ArchiveHeader);
  constexpr std::uint32_t kStringsAt = kNamesAt + kNames * sizeof(ArchiveName);
  const std::uint32_t string_bytes = (size_of(name) + 1 + 3) / 4 * 4;
  const std::uint32_t locales_at = kStringsAt + string_bytes;
  const std::uint32_t sums_at = locales_at + sizeof(ArchiveLocale);

  const ArchiveHeader header = {
      .magic = kArchiveMagic,
      .serial = 1,
      .names = {.offset = kNamesAt, .used = 1, .size = kNames},
      .strings = {kStringsAt, string_bytes, string_bytes},
      .locales = {locales_at, sizeof(ArchiveLocale), sizeof(ArchiveLocale)},
      .sums = {.offset = sums_at, .used = 0, .size = 0}};
  std::array<ArchiveName, kNames> names = {};
  names[hash_of(name) % kNames] = {.hash = hash_of(name), .name = kStringsAt, .locale = locales_at};

  std::string contents(sums_at, '\0');
  ArchiveLocale locale = {.references = 1, .categories = {}};
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    const auto found = categories.find(std::string(kCategories[i]));
    if (found == categories.end()) continue;
    align(contents);
    locale.categories[i] = {.offset = size_of(contents), .size = size_of(found->second)};
    contents += found->second;
  }
  std::string start;
  append(start, header);
  append(start, names);
  start += name;
  start.resize(locales_at, '\0');
  append(start, locale);
  return contents.replace(0, start.size(), start);
}

}  // namespace lightfast::sandbox

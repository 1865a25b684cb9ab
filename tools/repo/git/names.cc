#include "tools/repo/git/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace lightfast::repo {
namespace {

// Code points that HFS+ ignores in names, as git's is_hfs_dotgit lists them, by their three UTF-8
// bytes.
bool starts_with_ignored(std::string_view bytes) {
  if (bytes.size() < 3) return false;
  const auto head = bytes.substr(0, 2);
  const auto last = static_cast<unsigned char>(bytes[2]);
  if (head == "\xE2\x80") return (last >= 0x8C && last <= 0x8F) || (last >= 0xAA && last <= 0xAE);
  if (head == "\xE2\x81") return last >= 0xAA && last <= 0xAF;
  return bytes.starts_with("\xEF\xBB\xBF");
}

// Lower case (ASCII), without the code points that HFS+ ignores.
std::string folded(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    if (starts_with_ignored(name)) {
      name.remove_prefix(3);
      continue;
    }
    const char byte = name[0];
    result.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte);
    name.remove_prefix(1);
  }
  return result;
}

// Windows drops dots and spaces at the end and takes what follows a colon for a stream of the file.
bool is_git_alias(std::string_view part) {
  const std::size_t length = part.starts_with(".git") ? 4 : part.starts_with("git~1") ? 5 : 0;
  if (length == 0) return false;
  const auto rest = part.substr(length, part.find(':') - length);
  return rest.find_first_not_of(". ") == std::string_view::npos;
}

bool holds_git_alias(std::string_view name) {
  const std::string lower = folded(name);
  std::string_view rest = lower;
  while (true) {
    const auto backslash = rest.find('\\');
    if (is_git_alias(rest.substr(0, backslash))) return true;
    if (backslash == std::string_view::npos) return false;
    rest.remove_prefix(backslash + 1);
  }
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kRuleTexts = {{
    {"empty-name", "a name is empty"},
    {"dot-name", "a name is '.' or '..'"},
    {"nul-in-name", "a name holds a NUL byte"},
    {"slash-in-name", "a name holds a '/'"},
    {"name-length", "a name is longer than 255 bytes"},
    {"git-name", "a name stands for '.git' on some system"},
    {"duplicate-name", "a directory holds this name twice"},
    {"path-depth", "directories nest deeper than 64"},
    {"path-length", "a path is longer than 4096 bytes"},
    {"paths-length", "the paths are longer than 16 MiB in all"},
    {"entry-count", "the tree has more than 50,000 entries"},
    {"total-size", "the files and links are larger than 64 MiB in all"},
    {"link-target", "a link's target is empty, longer than 4095 bytes or holds a NUL byte"},
    {"mode", "an entry is no file, directory, link or submodule"},
}};

}  // namespace

std::string_view broken_name_rule(std::string_view name) {
  if (name.empty()) return "empty-name";
  if (name == "." || name == "..") return "dot-name";
  if (name.find('\0') != std::string_view::npos) return "nul-in-name";
  if (name.find('/') != std::string_view::npos) return "slash-in-name";
  if (name.size() > kMaxNameBytes) return "name-length";
  if (holds_git_alias(name)) return "git-name";
  return {};
}

std::string_view rule_text(std::string_view rule) {
  const auto* const found = std::find_if(kRuleTexts.begin(), kRuleTexts.end(),
                                         [&](const auto& pair) { return pair.first == rule; });
  return found == kRuleTexts.end() ? rule : found->second;
}

std::string display_path(std::string_view path) {
  constexpr std::size_t kMaxShown = 300;
  std::string shown;
  for (const char byte : visible_text(path)) {
    if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\r') {
      shown += "\\r";
    } else if (byte == '\t') {
      shown += "\\t";
    } else {
      shown.push_back(byte);
    }
  }
  if (shown.size() <= kMaxShown) return shown;
  shown.resize(utf8_prefix(shown, kMaxShown));
  return shown + "...";
}

}  // namespace lightfast::repo

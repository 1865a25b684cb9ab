#include "tools/files/uri.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace lightfast::files {
namespace {

constexpr std::string_view kPrefix = "lightfast://repo/";

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~/").contains(c);  // RFC 3986 section 2.3, and the slash
}

std::optional<char> escaped_byte(std::string_view digits) {
  unsigned char byte = 0;
  if (digits.size() != 2) return std::nullopt;
  const auto [end, failed] = std::from_chars(digits.begin(), digits.end(), byte, 16);
  if (failed != std::errc() || end != digits.end()) return std::nullopt;
  return static_cast<char>(byte);
}

std::optional<std::string> without_escapes(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    if (text.front() != '%') {
      bytes += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto byte = escaped_byte(text.substr(1, 2));
    if (!byte) return std::nullopt;
    bytes += *byte;
    text.remove_prefix(3);
  }
  return bytes;
}

bool is_component(std::string_view name) { return !name.empty() && name != "." && name != ".."; }

bool is_path(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    if (!is_component(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kTypes = {{
    {".md", "text/markdown"},      {".markdown", "text/markdown"},
    {".txt", "text/plain"},        {".json", "application/json"},
    {".yaml", "application/yaml"}, {".yml", "application/yaml"},
    {".toml", "application/toml"}, {".xml", "application/xml"},
    {".csv", "text/csv"},          {".tsv", "text/tab-separated-values"},
    {".html", "text/html"},        {".htm", "text/html"},
    {".css", "text/css"},          {".js", "text/javascript"},
    {".ts", "text/x-typescript"},  {".py", "text/x-python"},
    {".sh", "application/x-sh"},   {".svg", "image/svg+xml"},
    {".png", "image/png"},         {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},       {".gif", "image/gif"},
    {".webp", "image/webp"},       {".pdf", "application/pdf"},
    {".zip", "application/zip"},   {".gz", "application/gzip"},
    {".woff2", "font/woff2"},      {".ico", "image/vnd.microsoft.icon"},
}};

}  // namespace

std::string uri_of(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri(kPrefix);
  for (const char c : path) {
    if (is_plain(c)) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri.append({'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]});
  }
  return uri;
}

std::optional<std::string> path_of(std::string_view uri) {
  if (!uri.starts_with(kPrefix)) return std::nullopt;
  uri.remove_prefix(kPrefix.size());
  if (uri.find_first_of("?#") != std::string_view::npos) return std::nullopt;
  auto path = without_escapes(uri);
  if (!path || path->contains('\0') || !is_path(*path)) return std::nullopt;
  return path;
}

std::string_view media_type(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return {};
}

}  // namespace lightfast::files

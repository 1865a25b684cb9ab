#include "app/table.h"

#include <algorithm>
#include <iostream>

namespace lightfast {
namespace {

// The width of a text on a terminal, near enough: characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

}  // namespace

void print_table(const std::vector<TableRow>& rows) {
  if (rows.empty()) return;
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      std::cout << row[i] << std::string(widths[i] + 2 - width_of(row[i]), ' ');
    std::cout << row.back() << '\n';
  }
}

}  // namespace lightfast

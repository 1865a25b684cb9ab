// Tables for a terminal.
#pragma once

#include <string>
#include <vector>

namespace lightfast {

using TableRow = std::vector<std::string>;

// Prints `rows`, all as long as the first, on stdout, with their columns in line.
void print_table(const std::vector<TableRow>& rows);

}  // namespace lightfast

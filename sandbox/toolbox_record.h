// The file `record` of a toolbox: what is in it, and from which files of the host. Pure functions.
#pragma once

#include <string>
#include <vector>

namespace lightfast::sandbox {

// First line the programs, then the missing ones, then the host files, then one identity per
// source.
struct ToolboxRecord {
  std::vector<std::string> programs, missing, host_files, identities;
  bool operator==(const ToolboxRecord&) const = default;
};

std::string text_of(const ToolboxRecord& record);

// Any text is a record; of one that is no record, little is found in it.
ToolboxRecord record_of(const std::string& text);

}  // namespace lightfast::sandbox

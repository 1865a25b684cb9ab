// Where the data of one repository is below the data dir, and which repository a directory is for.
#pragma once

#include <filesystem>
#include <string>

#include "base/ids.h"
#include "base/result.h"

namespace lightfast::repo {

// Which repository and branch, as one text: the same for all processes that share a data dir.
struct SourceIdentity {
  std::string kind;      // `remote` or `local`
  std::string location;  // URL, or canonical path of the git directory
  std::string branch;    // empty: the default branch

  bool operator==(const SourceIdentity&) const = default;
};

struct Layout {
  std::filesystem::path key_directory;
  [[nodiscard]] std::filesystem::path snapshots() const { return key_directory / "snapshots"; }
  [[nodiscard]] std::filesystem::path current() const { return key_directory / "current"; }
};

// 16 hexadecimal digits, from an FNV-1a hash of the identity.
std::string source_key(const SourceIdentity& identity);

Result<void> check_org(const OrgId& org);

// Makes the directory `orgs/ORG/KEY` and its `source` file, or checks that what is there is for
// this source. KEY is 0755, for the helper may have another uid; missing parents are made 0700.
Result<Layout> prepare_layout(const std::filesystem::path& data_dir, const OrgId& org,
                              const SourceIdentity& identity);

}  // namespace lightfast::repo

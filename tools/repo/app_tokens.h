// Tokens of a GitHub App for one repository: made by the helper `lightfast-github`, kept until ten
// minutes before their end. One thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "tools/repo/git_job.h"
#include "tools/repo/tokens.h"

namespace lightfast::repo {

struct AppOptions {
  OrgId org;
  std::string source;  // the repository's https URL, whose path ends with OWNER/NAME
  std::string app_id;
  std::string private_key;  // PEM
  std::string api_url = "https://api.github.com";
  std::filesystem::path ca_file = {};
};

// InvalidArgument when the URLs are not what is wanted.
Result<std::unique_ptr<Tokens>> make_app_tokens(const AppOptions& options, GitJobs& jobs);

}  // namespace lightfast::repo

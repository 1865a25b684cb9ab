#include "app/organisation.h"

#include <system_error>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "app/about.h"
#include "app/procedures.h"
#include "base/text.h"
#include "tools/repo/app_tokens.h"

namespace lightfast {
namespace {

constexpr std::size_t kMaxInstructions = 2000;

// Null where the token stays the same, or there is none.
Result<std::shared_ptr<repo::Tokens>> tokens_for(const OrgSettings& own, const Settings& common,
                                                 repo::GitJobs& jobs) {
  const bool is_remote = own.repo.starts_with("https://") || own.repo.starts_with("http://");
  const bool is_app = !common.github_app_id.empty() && own.uses_app && own.repo_token.empty();
  if (!is_app || !is_remote) return std::shared_ptr<repo::Tokens>();
  repo::AppOptions options{.org = own.id,
                           .source = own.repo,
                           .app_id = common.github_app_id,
                           .private_key = common.github_app_key,
                           .ca_file = common.ca_file};
  if (!common.github_api_url.empty()) options.api_url = common.github_api_url;
  return std::shared_ptr<repo::Tokens>(TRY(repo::make_app_tokens(options, jobs)));
}

}  // namespace

Result<std::unique_ptr<Organisation>> Organisation::open(const OrgSettings& own,
                                                         const Settings& common,
                                                         const Shared& shared) {
  std::unique_ptr<Organisation> org(new Organisation(own, shared));
  auto tokens = TRY(tokens_for(own, common, shared.git_jobs));
  org->repo_ = TRY(repo::Repo::open({.org = own.id,
                                     .source = own.repo,
                                     .branch = own.branch,
                                     .data_dir = common.data_dir,
                                     .token = own.repo_token,
                                     .tokens = std::move(tokens),
                                     .ssh_key = own.ssh_key,
                                     .known_hosts = own.ssh_known_hosts,
                                     .ca_file = common.ca_file,
                                     .poll_interval = common.poll_interval},
                                    shared.git_jobs));
  org->memory_ = TRY(OwnMemory::open(own, common, shared.make_long_term));
  org->catalog_ =
      std::make_unique<contract::Catalog>(TRY(contract::Catalog::create(bound_to(*org))));
  return org;
}

Result<void> Organisation::start() {
  try {
    repo_->start();
  } catch (const std::system_error& failure) {
    return Error{ErrorKind::Unavailable, fmt::format("organisation '{}': starting its sync: {}",
                                                     own_.id.value, failure.what())};
  }
  return {};
}

std::string Organisation::instructions() const {
  std::string text(kAboutTheServer);
  const auto record = repo_->last_record();
  if (!record) return text + "The first sync of the repository is running; a call waits for it.";
  text +=
      fmt::format("Commit {} of branch {}. Top of the tree: ", record->commit.value.substr(0, 12),
                  visible_text(record->branch));
  std::size_t shown = 0;
  for (const auto& name : record->top) {
    const auto entry = (shown == 0 ? "" : ", ") + visible_text(name);
    if (text.size() + entry.size() + 32 > kMaxInstructions) break;
    text += entry;
    ++shown;
  }
  if (shown < record->top.size()) text += fmt::format(", and {} more", record->top.size() - shown);
  return text;
}

}  // namespace lightfast

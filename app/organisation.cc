#include "app/organisation.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "app/about.h"
#include "base/text.h"
#include "contract/graph.h"
#include "contract/shell.h"
#include "tools/graph/graph.h"
#include "tools/repo/app_tokens.h"
#include "tools/shell/shell.h"

namespace lightfast {
namespace {

constexpr std::size_t kMaxInstructions = 2000;

contract::Handler bind_shell(Organisation& org) {
  return shell::make_shell_handler(org.repo(), org.sandboxes());
}

// By what it needs: an organisation, or the store of events alone.
struct Binding {
  contract::Procedure (*declare)();
  contract::Handler (*bind)(Organisation& org) = nullptr;
  contract::Handler (*bind_to_store)(store::Readers& readers) = nullptr;
};

// The one list of all procedures.
constexpr std::array kProcedures = {
    Binding{.declare = contract::shell_procedure, .bind = bind_shell},
    Binding{.declare = contract::contents_procedure, .bind_to_store = graph::make_contents_handler},
    Binding{.declare = contract::related_procedure, .bind_to_store = graph::make_related_handler},
    Binding{.declare = contract::graph_query_procedure, .bind_to_store = graph::make_query_handler},
    Binding{.declare = contract::graph_traverse_procedure,
            .bind_to_store = graph::make_traverse_handler},
};

// A store that is only to be made is served where it was asked for. Of several organisations none
// sees what is not its own.
bool has_store(const Settings& common) {
  std::error_code failed;
  return !common.declares_orgs &&
         (common.asked_store || std::filesystem::exists(common.store, failed));
}

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

std::vector<contract::Procedure> declared_procedures() {
  std::vector<contract::Procedure> procedures;
  procedures.reserve(kProcedures.size());
  for (const auto& binding : kProcedures) procedures.push_back(binding.declare());
  return procedures;
}

std::optional<contract::BoundProcedure> bound_to_store(std::size_t place, store::Readers& readers) {
  const auto& binding = kProcedures.at(place);
  if (binding.bind_to_store == nullptr) return std::nullopt;
  return contract::BoundProcedure{binding.declare(), binding.bind_to_store(readers)};
}

Result<std::unique_ptr<Organisation>> Organisation::open(const OrgSettings& own,
                                                         const Settings& common,
                                                         const Shared& shared) {
  std::unique_ptr<Organisation> org(new Organisation(own, common, shared));
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
  std::vector<contract::BoundProcedure> procedures;
  procedures.reserve(kProcedures.size());
  for (const auto& binding : kProcedures) {
    if (binding.bind != nullptr) {
      procedures.push_back({binding.declare(), binding.bind(*org)});
    } else if (has_store(common)) {
      procedures.push_back({binding.declare(), binding.bind_to_store(org->readers_)});
    }
  }
  org->catalog_ =
      std::make_unique<contract::Catalog>(TRY(contract::Catalog::create(std::move(procedures))));
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

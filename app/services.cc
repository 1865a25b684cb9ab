#include "app/services.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "app/about.h"
#include "app/git_jobs.h"
#include "app/sandbox_settings.h"
#include "base/files.h"
#include "base/log.h"
#include "base/scheduling.h"
#include "base/text.h"
#include "contract/shell.h"
#include "sandbox/confine.h"
#include "tools/repo/app_tokens.h"
#include "tools/shell/shell.h"

namespace lightfast {
namespace {

contract::Handler bind_shell(Services& services) {
  return shell::make_shell_handler(services.repo(), services.sandboxes());
}

struct Binding {
  contract::Procedure (*declare)();
  contract::Handler (*bind)(Services& services);
};

// The one list of all procedures.
constexpr std::array kProcedures = {
    Binding{contract::shell_procedure, bind_shell},
};

Result<sandbox::SandboxOptions> sandbox_options(const Settings& settings) {
  sandbox::SandboxOptions options{.data_dir = settings.data_dir};
  TRY(apply_limits(settings.limits, options));
  if (!settings.programs.empty()) options.programs = TRY(programs_of(settings.programs));
  return options;
}

constexpr std::size_t kMaxInstructions = 2000;
constexpr std::chrono::seconds kFirstSync{60};

}  // namespace

std::vector<contract::Procedure> declared_procedures() {
  std::vector<contract::Procedure> procedures;
  procedures.reserve(kProcedures.size());
  for (const auto& binding : kProcedures) procedures.push_back(binding.declare());
  return procedures;
}

Result<std::unique_ptr<Services>> Services::create(const Settings& settings,
                                                   const OwnAccess& access) {
  std::unique_ptr<Services> services(new Services);
  services->org_ = settings.org;
  auto options = TRY(sandbox_options(settings));
  TRY(make_private_directories(settings.data_dir).during("data dir"));
  services->launcher_ = TRY(sandbox::LauncherProcess::start());
  ask_for_short_turns(Children::Alike);
  services->sandboxes_ =
      std::make_unique<sandbox::Sandboxes>(*services->launcher_, std::move(options));
  services->git_jobs_ = std::make_unique<ConfinedGitJobs>(*services->sandboxes_);
  if (!settings.repo.empty()) TRY(services->open_repo(settings));
  services->confine(settings, access);
  return services;
}

// Null where the token stays the same, or there is none.
Result<std::shared_ptr<repo::Tokens>> Services::tokens_for(const Settings& settings) {
  const bool is_remote =
      settings.repo.starts_with("https://") || settings.repo.starts_with("http://");
  if (settings.github_app_id.empty() || !settings.repo_token.empty() || !is_remote)
    return std::shared_ptr<repo::Tokens>();
  repo::AppOptions options{.org = settings.org,
                           .source = settings.repo,
                           .app_id = settings.github_app_id,
                           .private_key = settings.github_app_key,
                           .ca_file = settings.ca_file};
  if (!settings.github_api_url.empty()) options.api_url = settings.github_api_url;
  return std::shared_ptr<repo::Tokens>(TRY(repo::make_app_tokens(options, *git_jobs_)));
}

Result<void> Services::open_repo(const Settings& settings) {
  auto tokens = TRY(tokens_for(settings));
  repo_ = TRY(repo::Repo::open({.org = settings.org,
                                .source = settings.repo,
                                .branch = settings.branch,
                                .data_dir = settings.data_dir,
                                .token = settings.repo_token,
                                .tokens = std::move(tokens),
                                .ca_file = settings.ca_file,
                                .poll_interval = settings.poll_interval},
                               *git_jobs_));
  std::vector<contract::BoundProcedure> procedures;
  procedures.reserve(kProcedures.size());
  for (const auto& binding : kProcedures)
    procedures.push_back({binding.declare(), binding.bind(*this)});
  catalog_ =
      std::make_unique<contract::Catalog>(TRY(contract::Catalog::create(std::move(procedures))));
  return {};
}

// The threads end before what they use.
Services::~Services() { warm_up_ = {}; }

// A server that cannot confine itself still serves: what runs commands is confined by the launcher,
// and refuses without.
void Services::confine(const Settings& settings, const OwnAccess& access) {
  sandbox::ServerPaths paths{
      .read = access.read, .write = {settings.data_dir}, .connect_ports = access.connect_ports};
  if (repo_) {
    std::ranges::copy(repo_->read_paths(), std::back_inserter(paths.read));
    std::ranges::copy(repo_->write_paths(), std::back_inserter(paths.write));
  }
  if (const auto confined = sandbox::confine_server(paths); !confined) {
    unconfined_ = confined.error().message;
    log_for("app").warn("confined=no reason=\"{}\"", unconfined_);
  }
}

void Services::start() {
  repo_->start();
  warm_up_ = std::jthread([this](const std::stop_token& stop) { warm_up(stop); });
}

void Services::warm_up(const std::stop_token& stop) {
  const auto prepared = [&]() -> Result<void> {
    TRY(sandboxes_->report(false));
    const auto current = TRY(repo_->current(std::chrono::steady_clock::now() + kFirstSync, stop));
    return sandboxes_->prepare(org_, current.snapshot->root());
  }();
  if (!prepared && !stop.stop_requested())
    log_for("app").warn("ready=no reason=\"{}\"", prepared.error().message);
  warmed_up_.with([&](auto& warmed_up) { warmed_up = prepared; });
}

// A warm-up that failed for want of a snapshot says nothing any more once there is one.
Result<Json> Services::readiness() {
  const auto snapshot = repo_->last();
  const auto problem = repo_->state().problem;
  const auto warmed_up = warmed_up_.with([](const auto& result) { return result; });
  const auto tier = sandboxes_->known_tier();
  if (!snapshot && !problem.empty()) return Error{ErrorKind::Unavailable, problem};
  if (!snapshot || !warmed_up)
    return Error{ErrorKind::Unavailable, "the first sync and the first sandbox are being prepared"};
  if (!*warmed_up && tier.value_or(0) == 0) return warmed_up->error();
  const auto& record = snapshot->record();
  Json ready = {{"ready", true},
                {"commit", record.commit.value},
                {"branch", visible_text(record.branch)},
                {"isolationTier", tier.value_or(0)}};
  if (!problem.empty()) ready["stale"] = visible_line(problem);
  return ready;
}

std::string Services::instructions() const {
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

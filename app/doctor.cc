#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <chrono>
#include <iostream>

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "app/commands.h"
#include "app/sandbox_settings.h"
#include "app/services.h"
#include "base/text.h"

namespace lightfast {
namespace {

constexpr std::chrono::seconds kPatience{60};

// Answers 1 in a UTF-8 locale, else 2.
constexpr const char* kTrial = "x=\xC3\xA9; echo ${#x}";

// Prints findings as they come, one line each, and remembers whether a command could run safely.
class Findings {
 public:
  void good(const std::string& what) { print("ok  ", what); }
  void note(const std::string& what) { print("    ", what); }
  void warn(const std::string& what) { print("warn", what); }
  void bad(const std::string& what) {
    print("FAIL", what);
    could_run_ = false;
  }
  [[nodiscard]] bool could_run() const { return could_run_; }

 private:
  static void print(const char* grade, const std::string& what) {
    std::cout << grade << "  " << what << std::endl;
  }
  bool could_run_ = true;
};

void look_at_machine(Findings& findings) {
  utsname name = {};
  ::uname(&name);
  findings.good(fmt::format("lightfast {} on {} {} {}", LIGHTFAST_VERSION, name.sysname,
                            name.release, name.machine));
}

std::string tier_name(int tier) {
  switch (tier) {
    case 1:
      return "tier 1, server: namespaces made with root's rights, an own uid per organisation";
    case 2:
      return "tier 2, user namespaces: the same walls, made with an ordinary user's rights";
    default:
      return "tier 3, Landlock without namespaces: no reads outside toolbox and repository, no "
             "writes, no network; "
             "no /tmp, names and sizes of other files can be seen";
  }
}

std::string what_to_do() {
  return "commands are refused on this machine: allow user namespaces (sysctl "
         "user.max_user_namespaces, on Ubuntu "
         "kernel.apparmor_restrict_unprivileged_userns=0 or an AppArmor profile for lightfast), or "
         "run as root, "
         "or use a kernel with Landlock (5.13 or later)";
}

void look_at_isolation(Findings& findings, sandbox::Sandboxes& sandboxes) {
  const auto report = sandboxes.report(true);
  if (!report) return findings.bad("isolation: " + report.error().message);
  if (report->tier == 0) findings.bad("isolation: none; " + what_to_do());
  if (report->tier != 0) findings.good("isolation: " + tier_name(report->tier));
  for (const auto& probe : report->probes) {
    if (probe.tier == report->tier) continue;
    findings.note(fmt::format("  tier {}: {}", probe.tier,
                              probe.available ? "would work too" : "not here: " + probe.why_not));
  }
  findings.good(fmt::format("kernel layers: Landlock ABI {}, seccomp", report->landlock_abi));
  if (report->controllers.empty())
    findings.note("control groups: none; " + report->no_controllers_why);
  else
    findings.good("control groups: " + report->controllers + " of each organisation");
}

void look_at_toolbox(Findings& findings, sandbox::Sandboxes& sandboxes) {
  const auto toolbox = sandboxes.toolbox();
  if (!toolbox) return findings.bad("toolbox: " + toolbox.error().message);
  findings.good(fmt::format("toolbox: {} programs in {}", (*toolbox)->programs.size(),
                            (*toolbox)->directory.string()));
  if (!(*toolbox)->missing.empty()) {
    findings.warn(
        fmt::format("toolbox: not on this machine: {}; install them to have them in commands",
                    fmt::join((*toolbox)->missing, " ")));
  }
}

void look_at_limits(Findings& findings, const sandbox::SandboxOptions& options) {
  findings.good(fmt::format("limits: {}", fmt::join(limits_in_words(options), " ")));
}

void look_at_data_dir(Findings& findings, const Settings& settings) {
  struct statvfs space = {};
  if (::statvfs(settings.data_dir.c_str(), &space) != 0)
    return findings.bad("data dir: cannot be looked at");
  const std::size_t free = static_cast<std::size_t>(space.f_bavail) * space.f_frsize;
  constexpr std::size_t kLittle = 512U << 20U;
  const auto line =
      fmt::format("data dir: {}, {} free", settings.data_dir.string(), size_text(free));
  free < kLittle ? findings.warn(line + "; snapshots need up to 64 MiB each") : findings.good(line);
}

std::string describe(const repo::SnapshotRecord& record) {
  const auto when = std::chrono::sys_seconds(std::chrono::seconds(record.committed_at));
  return fmt::format("branch {}, commit {} of {:%Y-%m-%d %H:%M} UTC, {} entries, {}",
                     visible_text(record.branch), record.commit.value.substr(0, 12), when,
                     record.entries, size_text(record.bytes));
}

void look_at_repo(Findings& findings, Organisation& org, const std::string& name) {
  const auto& source = org.settings().repo;
  const auto current = org.repo().current(std::chrono::steady_clock::now() + kPatience, {});
  if (!current)
    return findings.bad(fmt::format("{}: {}: {}", name, source, current.error().message));
  const auto& record = current->snapshot->record();
  findings.good(fmt::format("{}: {}: {}", name, source, describe(record)));
  if (!current->stale.empty())
    findings.warn(fmt::format("{}: an older state is served: {}", name, current->stale));
  for (const auto& note : record.notes) findings.note("  " + visible_text(note));
}

// All sync at the same time.
void look_at_orgs(Findings& findings, Services& services, bool are_several) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (const auto& [id, org] : services.orgs()) org->repo().await_sync(deadline, {});
  for (const auto& [id, org] : services.orgs())
    look_at_repo(findings, *org, are_several ? fmt::format("repo of '{}'", id.value) : "repo");
  for (const auto& bad : services.bad_orgs()) findings.bad("org not served: " + bad.why);
}

void look_at_store(Findings& findings, Organisation& org, const std::filesystem::path& file,
                   const std::string& name) {
  const auto shown = visible_text(file.string());
  const auto reader = org.memory().readers().take();
  if (reader) return findings.good(fmt::format("{}: {}", name, shown));
  if (reader.error().kind != ErrorKind::NotFound)
    return findings.warn(fmt::format("{}: {}", name, reader.error().message));
  findings.note(fmt::format("{}: none yet at {}; webhooks, or `lightfast store import`, make one",
                            name, shown));
}

void look_at_memory(Findings& findings, Services& services, const Settings& settings) {
  for (const auto& [id, org] : services.orgs()) {
    const auto of = settings.declares_orgs ? fmt::format(" of '{}'", id.value) : std::string();
    look_at_store(findings, *org, store_of(org->settings(), settings), "store" + of);
    const auto& url = org->settings().memory_url;
    if (!url.empty())
      findings.note(
          fmt::format("memory{}: {}, not asked now; each search says how it went", of, url));
  }
}

void try_a_command(Findings& findings, Services& services, const OrgId& org,
                   const std::filesystem::path& snapshot) {
  const auto run = services.sandboxes().run(org, snapshot, {.script = kTrial}, {});
  const bool has_run = run && run->outcome == sandbox::Outcome::Exited;
  if (has_run && run->out.head == "1\n") {
    findings.good("a command ran in the sandbox");
  } else if (has_run && run->out.head == "2\n") {
    findings.warn(
        "a command ran in the sandbox, but it does not know UTF-8: the locale C.UTF-8 is missing "
        "on "
        "this machine, or its C library does not take the archive made of it");
  } else {
    findings.bad("a command could not run: " +
                 (run ? std::string("unexpected result") : run.error().message));
  }
}

// In the first organisation whose repository is there.
void try_a_command(Findings& findings, Services& services) {
  for (const auto& [id, org] : services.orgs()) {
    const auto current = org->repo().current(std::chrono::steady_clock::now(), {});
    if (current) return try_a_command(findings, services, id, current->snapshot->root());
  }
}

}  // namespace

Result<int> run_doctor(const Settings& settings) {
  Findings findings;
  look_at_machine(findings);
  auto services = Services::create(settings);
  if (!services) {
    findings.bad(services.error().message);
    return 1;
  }
  const bool has_repo = !(*services)->orgs().empty();
  if (has_repo) (*services)->start();
  if (const auto& why = (*services)->unconfined(); !why.empty())
    findings.warn("the server cannot confine itself: " + why);
  look_at_isolation(findings, (*services)->sandboxes());
  look_at_toolbox(findings, (*services)->sandboxes());
  look_at_limits(findings, (*services)->sandboxes().options());
  look_at_data_dir(findings, settings);
  look_at_orgs(findings, **services, settings.declares_orgs);
  look_at_memory(findings, **services, settings);
  if (has_repo) try_a_command(findings, **services);
  if (!has_repo) findings.warn("repo: none configured; give --repo URL|PATH or set LIGHTFAST_REPO");
  return findings.could_run() ? 0 : 1;
}

}  // namespace lightfast

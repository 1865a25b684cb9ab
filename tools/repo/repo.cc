#include "tools/repo/repo.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/guarded.h"
#include "base/log.h"
#include "tools/repo/git/response.h"
#include "tools/repo/layout.h"
#include "tools/repo/snapshots.h"
#include "tools/repo/sync_job.h"
#include "tools/repo/syncer.h"

namespace lightfast::repo {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

class SyncedRepo final : public Repo {
 public:
  SyncedRepo(const RepoOptions& options, FoundSource source, Layout layout, GitJobs& jobs)
      : options_(options),
        source_(std::move(source)),
        branch_(options.branch),
        layout_(std::move(layout)),
        jobs_(jobs),
        syncer_({.look = [this] { return look(); },
                 .attempt = [this](const std::stop_token& stop) { return attempt(stop); },
                 .retries = source_.remote.has_value(),
                 .interval = source_.remote ? options.poll_interval : std::chrono::seconds(0)}) {}

  void start() override {
    started_ = std::chrono::steady_clock::now();
    syncer_.request();
    syncer_.start();
  }

  void end() override { syncer_.end(); }

  void request_sync() override { syncer_.request(); }

  Result<CurrentSnapshot> current(Deadline deadline, std::stop_token stop) override {
    if (source_.local) return after_waiting(syncer_.request_for(look()), deadline, stop);
    auto pinned = pin();
    if (pinned && !syncer_.status().tried) return after_first_sync(deadline, stop);
    if (pinned) return as_current(std::move(*pinned), staleness(syncer_.status()));
    if (const auto status = syncer_.status(); status.tried && !status.problem.empty())
      return no_snapshot(status);
    return after_waiting(syncer_.request_for(""), deadline, stop);
  }

  void sync(std::function<void(const Result<void>&)> ended) override {
    syncer_.request(std::move(ended));
  }

  void await_sync(Deadline deadline, std::stop_token stop) override {
    (void)syncer_.wait(syncer_.request_for(look()), deadline, stop);
  }

  [[nodiscard]] std::shared_ptr<const PinnedSnapshot> last() override {
    return pinned_.with([](const auto& pinned) { return pinned; });
  }

  void on_change(std::function<void()> changed) override {
    changed_.with([&](auto& told) { told = std::move(changed); });
  }

  [[nodiscard]] std::optional<SnapshotRecord> last_record() const override {
    return current_record(layout_);
  }

  [[nodiscard]] SyncState state() const override {
    auto status = syncer_.status();
    return {.ever_synced = status.ever_succeeded,
            .current = last_record(),
            .problem = std::move(status.problem)};
  }

  [[nodiscard]] std::vector<std::filesystem::path> read_paths() const override {
    auto paths = source_.read_paths();
    paths.push_back(layout_.key_directory);
    return paths;
  }

  // Only the helper writes.
  [[nodiscard]] std::vector<std::filesystem::path> write_paths() const override { return {}; }

 private:
  [[nodiscard]] std::string look() const {
    return source_.local ? head_fingerprint(*source_.local, branch_) : std::string();
  }

  Result<CurrentSnapshot> after_waiting(std::uint64_t attempt, Deadline deadline,
                                        const std::stop_token& stop) {
    const bool ended = syncer_.wait(attempt, deadline, stop);
    auto status = syncer_.status();
    if (!ended) status.problem = fmt::format("syncing '{}': still running", source_.name());
    return as_it_stands(status);
  }

  Result<CurrentSnapshot> as_it_stands(const Syncer::Status& status) {
    auto pinned = pin();
    if (pinned) return as_current(std::move(*pinned), status.problem);
    if (!status.problem.empty()) return no_snapshot(status);
    return std::move(pinned).error();
  }

  // What a healthy host takes to answer is waited for, so that the first commands see its newest
  // commit; from a slow one, what is there is served.
  Result<CurrentSnapshot> after_first_sync(Deadline deadline, const std::stop_token& stop) {
    (void)syncer_.wait(syncer_.request_for(""), std::min(deadline, started_ + kFirstSyncPatience),
                       stop);
    return as_current(TRY(pin()), staleness(syncer_.status()));
  }

  // A local source was looked at just now.
  CurrentSnapshot as_current(std::shared_ptr<const PinnedSnapshot> snapshot, std::string stale) {
    auto seen_at = std::chrono::system_clock::now();
    if (source_.remote || !stale.empty())
      seen_at =
          seen_at_.with([](const auto& seen) { return seen; }).value_or(current_since(layout_));
    return {.snapshot = std::move(snapshot), .stale = std::move(stale), .seen_at = seen_at};
  }

  [[nodiscard]] static Error no_snapshot(const Syncer::Status& status) {
    return {ErrorKind::Unavailable, "no snapshot of the repository yet: " + status.problem};
  }

  [[nodiscard]] std::string staleness(const Syncer::Status& status) const {
    if (status.tried) return status.problem;
    return fmt::format("the first sync with '{}' since the start is still running", source_.name());
  }

  // Of a local source, what this process synced last: its head was just looked at, while `current`
  // may be what another process saw at another time. Of a remote one, what any process fetched
  // last; the same object as long as that stays the same commit, so that this costs one small read.
  Result<std::shared_ptr<const PinnedSnapshot>> pin() {
    auto kept = last();
    if (kept && source_.local) return kept;
    const auto commit = current_commit(layout_);
    if (kept && commit && kept->record().commit == *commit) return kept;
    auto fresh = TRY(pin_current(layout_));
    keep(fresh);
    return fresh;
  }

  // Lets go of the previous one, so that it can be collected.
  void keep(std::shared_ptr<const PinnedSnapshot> fresh) {
    const auto previous = pinned_.with([&](auto& pinned) { return std::exchange(pinned, fresh); });
    if (previous && previous->record().commit == fresh->record().commit) return;
    changed_.with([](const auto& told) {
      if (told) told();
    });
  }

  Result<void> attempt(const std::stop_token& stop) {
    const auto doing = fmt::format("syncing '{}'", source_.name());
    const auto begun = std::chrono::system_clock::now();
    auto done = run_helper(stop);
    if (!done) {
      auto error = std::move(done).error().during(doing);
      if (stop.stop_requested()) return error;  // the end of the program, not of the repository
      log_for("repo").warn("sync failed org={} reason=\"{}\"", options_.org.value, error.message);
      return error;
    }
    if (done->changed) {
      log_for("repo").info("new snapshot org={} commit={}", options_.org.value,
                           done->record.commit.value);
    }
    keep(TRY(pin_snapshot(layout_, done->record.commit)));
    seen_at_.with([begun](auto& seen) { seen = begun; });
    return {};
  }

  // A token that is refused before its time is made anew, once.
  Result<SyncDone> run_helper(const std::stop_token& stop) {
    const auto& tokens = options_.tokens;
    if (!tokens || !source_.remote) return run_helper_with(options_.token, stop);
    const auto token = TRY(tokens->token(stop));
    auto done = run_helper_with(token, stop);
    if (done || done.error().kind != ErrorKind::PermissionDenied) return done;
    tokens->forget();
    const auto another = TRY(tokens->token(stop));
    return run_helper_with(another, stop);
  }

  Result<SyncDone> run_helper_with(const std::string& token, const std::stop_token& stop) {
    const auto answer = TRY(jobs_.run(make_sync_job(options_, source_, layout_, token), stop));
    return parse_response(answer);
  }

  static constexpr std::chrono::milliseconds kFirstSyncPatience{1000};  // from the start on

  const RepoOptions options_;
  const FoundSource source_;
  const std::string branch_;
  const Layout layout_;
  GitJobs& jobs_;
  Guarded<std::shared_ptr<const PinnedSnapshot>> pinned_;
  Guarded<std::optional<std::chrono::system_clock::time_point>> seen_at_;  // by this process
  Guarded<std::function<void()>> changed_;
  Deadline started_;
  Syncer syncer_;  // last: its thread uses all of the above
};

}  // namespace

Result<std::unique_ptr<Repo>> Repo::open(const RepoOptions& options, GitJobs& jobs) {
  TRY(check_org(options.org));
  TRY(check_branch(options.branch));
  FoundSource source = TRY(find_source(options));
  Layout layout =
      TRY(prepare_layout(options.data_dir, options.org, source.identity(options.branch)));
  return std::make_unique<SyncedRepo>(options, std::move(source), std::move(layout), jobs);
}

}  // namespace lightfast::repo

#include "tools/repo/repo.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "repo_fixture.h"

namespace lightfast::repo {
namespace {

using namespace std::chrono_literals;

auto soon() { return std::chrono::steady_clock::now() + 30s; }

struct Setting {
  TemporaryDirectory home;
  WorkTree work{home.path() / "work"};
  UnconfinedJobs jobs;

  RepoOptions options() {
    return {.org = {}, .source = work.path().string(), .data_dir = home.path() / "data"};
  }
  std::unique_ptr<Repo> started() {
    auto repo = Repo::open(options(), jobs);
    REQUIRE(repo.has_value());
    (*repo)->start();
    return std::move(*repo);
  }
};

CurrentSnapshot current_of(Repo& repo) {
  auto current = repo.current(soon(), {});
  INFO((current ? std::string() : current.error().message));
  REQUIRE(current.has_value());
  return *current;
}

std::string content_of(const CurrentSnapshot& current, const std::string& file) {
  return read_file(current.snapshot->root() / file).value_or("missing");
}

// A helper that answers when it is told to, with what it is told.
class ScriptedJobs final : public GitJobs {
 public:
  Result<std::string> run(const GitJob& job, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    last_job = job;
    ++begun;
    changed_.notify_all();
    changed_.wait(lock, stop, [this] { return answers_ > 0; });
    if (stop.stop_requested()) return Error{ErrorKind::Unavailable, "stopped"};
    --answers_;
    return Error{ErrorKind::Timeout, "no answer from the host"};
  }
  void answer() {
    const std::lock_guard lock(mutex_);
    ++answers_;
    changed_.notify_all();
  }
  void wait_for_run(int number) {
    std::unique_lock lock(mutex_);
    const bool seen = changed_.wait_for(lock, 30s, [&] { return begun >= number; });
    REQUIRE(seen);
  }
  int begun = 0;
  GitJob last_job;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int answers_ = 0;
};

TEST_CASE("the first command waits for the first snapshot of a local repository") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto repo = setting.started();
  const auto current = current_of(*repo);
  CHECK(content_of(current, "a") == "1");
  CHECK(current.stale.empty());
  CHECK(current.snapshot->record().top == std::vector<std::string>{"a"});
  CHECK(repo->last_record()->commit == current.snapshot->record().commit);
  CHECK(repo->state().ever_synced);
  CHECK(repo->state().problem.empty());
}

TEST_CASE(
    "a commit in a local repository is visible to the next command, without a sync when nothing "
    "changed") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto repo = setting.started();
  for (int round = 0; round < 3; ++round) CHECK(content_of(current_of(*repo), "a") == "1");
  CHECK(setting.jobs.runs == 1);
  for (int round = 2; round < 6; ++round) {
    setting.work.commit("a", std::to_string(round));
    CHECK(content_of(current_of(*repo), "a") == std::to_string(round));
    CHECK(setting.jobs.runs == round);
  }
}

TEST_CASE("many commands at once cause one sync") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto repo = setting.started();
  (void)current_of(*repo);
  setting.work.commit("a", "2");
  std::atomic<int> right = 0;
  const auto look = [&] {
    const auto current = repo->current(soon(), {});
    if (current && content_of(*current, "a") == "2") ++right;
  };
  std::array<std::jthread, 8> threads;
  for (auto& thread : threads) thread = std::jthread(look);
  for (auto& thread : threads) thread.join();
  CHECK(right == 8);
  CHECK(setting.jobs.runs == 2);
}

TEST_CASE("a pinned snapshot stays while newer ones come and go") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto repo = setting.started();
  auto first = current_of(*repo);
  const auto root = first.snapshot->root();
  for (int round = 2; round < 8; ++round) {
    setting.work.commit("a", std::to_string(round));
    (void)current_of(*repo);
  }
  CHECK(content_of(first, "a") == "1");
  first = {};
  setting.work.commit("a", "8");
  (void)current_of(*repo);
  CHECK_FALSE(std::filesystem::exists(root));
}

TEST_CASE("a repository that cannot be synced serves the last snapshot and says why it is stale") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto repo = setting.started();
  (void)current_of(*repo);
  setting.work.git("symbolic-ref HEAD refs/heads/gone");
  const auto stale = current_of(*repo);
  CHECK(content_of(stale, "a") == "1");
  CHECK_THAT(stale.stale, Catch::Contains("default branch 'gone' does not exist; branches: main"));
  CHECK(repo->state().problem == stale.stale);
  const int runs = setting.jobs.runs;
  CHECK(current_of(*repo).stale == stale.stale);
  CHECK(setting.jobs.runs == runs);  // the same failure is not sought again by each command

  setting.work.git("symbolic-ref HEAD refs/heads/main");
  CHECK(current_of(*repo).stale.empty());
}

TEST_CASE("an empty repository is unavailable with the reason until its first commit") {
  Setting setting;
  const auto repo = setting.started();
  const auto none = repo->current(soon(), {});
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(none.error().message, Catch::Contains("repository is empty: push a first commit"));
  CHECK_FALSE(repo->last_record().has_value());
  setting.work.commit("a", "1");
  CHECK(content_of(current_of(*repo), "a") == "1");
}

TEST_CASE("two processes share the snapshots of one repository") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto one = setting.started();
  const auto other = setting.started();
  CHECK(current_of(*one).snapshot->root() == current_of(*other).snapshot->root());
}

TEST_CASE(
    "a remote source asks the helper for exactly its host's port, its directory and its "
    "authority") {
  const TemporaryDirectory home;
  ScriptedJobs jobs;
  RepoOptions options{.org = {"acme"},
                      .source = "https://git.example:8443/x.git",
                      .data_dir = home.path() / "data",
                      .token = "tok",
                      .ca_file = "/etc/own-ca.pem"};
  auto repo = Repo::open(options, jobs);
  REQUIRE(repo.has_value());
  (*repo)->start();
  jobs.wait_for_run(1);
  CHECK(jobs.last_job.org.value == "acme");
  CHECK(jobs.last_job.connect_port == 8443);
  CHECK(jobs.last_job.read_paths == std::vector<std::filesystem::path>{"/etc/own-ca.pem"});
  CHECK(jobs.last_job.write_paths == (*repo)->read_paths());
  CHECK((*repo)->write_paths().empty());
}

TEST_CASE(
    "before the first snapshot a command waits until its deadline, later failures answer at once") {
  const TemporaryDirectory home;
  ScriptedJobs jobs;
  auto repo = Repo::open(
      {.org = {}, .source = "https://git.example/x.git", .data_dir = home.path() / "data"}, jobs);
  REQUIRE(repo.has_value());
  (*repo)->start();
  jobs.wait_for_run(1);
  const auto late = (*repo)->current(std::chrono::steady_clock::now() + 10ms, {});
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(late.error().message, Catch::Contains("still running"));
  jobs.answer();
  const auto failed = (*repo)->current(soon(), {});
  REQUIRE_FALSE(failed.has_value());
  CHECK_THAT(failed.error().message,
             Catch::Contains("syncing 'https://git.example/x.git': no answer from the host"));
  CHECK((*repo)->state().problem == "syncing 'https://git.example/x.git': no answer from the host");
}

TEST_CASE(
    "requests that come during a sync become one more, and the end of the repo does not wait for "
    "it") {
  const TemporaryDirectory home;
  ScriptedJobs jobs;
  auto repo = Repo::open(
      {.org = {}, .source = "https://git.example/x.git", .data_dir = home.path() / "data"}, jobs);
  REQUIRE(repo.has_value());
  (*repo)->start();
  jobs.wait_for_run(1);
  for (int index = 0; index < 5; ++index) (*repo)->request_sync();
  jobs.answer();
  jobs.wait_for_run(2);
  repo->reset();  // stops the second, which nobody answers
  CHECK(jobs.begun == 2);
}

TEST_CASE("a remote that cannot be reached after a restart serves what is on disk, as stale") {
  Setting setting;
  setting.work.commit("a", "1");
  const auto url = "https://git.example/x.git";
  const RepoOptions options{.org = {}, .source = url, .data_dir = setting.home.path() / "data"};
  ScriptedJobs silent;
  auto repo = Repo::open(options, silent);
  REQUIRE(repo.has_value());
  {
    // A local source's snapshot, put where the remote's would be.
    const auto local = setting.started();
    (void)current_of(*local);
    std::filesystem::copy(
        local->read_paths().back(), (*repo)->read_paths().back(),
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  }
  (*repo)->start();
  silent.wait_for_run(1);
  auto current = current_of(**repo);
  CHECK(content_of(current, "a") == "1");
  CHECK_THAT(current.stale, Catch::Contains("is still running"));
  CHECK((*repo)->last_record()->commit == current.snapshot->record().commit);
}

TEST_CASE("options that cannot work are refused when the repo is opened") {
  const TemporaryDirectory home;
  ScriptedJobs jobs;
  const auto open = [&](const std::string& source, const std::string& branch,
                        const std::string& org) {
    return Repo::open(
        {.org = {org}, .source = source, .branch = branch, .data_dir = home.path() / "data"}, jobs);
  };
  struct Case {
    std::string source, branch, org, field;
  };
  for (const auto& [source, branch, org, field] :
       {Case{"ssh://h/x", "", "default", "repo"}, Case{"https://t@h/x", "", "default", "repo"},
        Case{"https://h/x", "a..b", "default", "branch"}, Case{"https://h/x", "", "../x", "org"}}) {
    const auto repo = open(source, branch, org);
    REQUIRE_FALSE(repo.has_value());
    CHECK(repo.error().kind == ErrorKind::InvalidArgument);
    CHECK(repo.error().field == field);
  }
  CHECK(open(home.path().string(), "", "default").error().kind == ErrorKind::InvalidArgument);
}

}  // namespace
}  // namespace lightfast::repo

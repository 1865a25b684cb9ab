// What the tests of the repo room share: temporary directories, real git repositories, and the real
// helper, unconfined.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tools/repo/git_job.h"

namespace lightfast::repo {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = std::filesystem::temp_directory_path() / "repo-test-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A work tree that commits are made in with git itself.
class WorkTree {
 public:
  explicit WorkTree(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    git("init --quiet --initial-branch=main");
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void git(const std::string& arguments) const {
    const auto command = "GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -C '" +
                         path_.string() + "' -c user.name=Test -c user.email=test@example.org " +
                         arguments + " >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
  }

  void commit(const std::string& file, const std::string& content) const {
    std::ofstream(path_ / file) << content;
    git("add --all");
    git("commit --quiet -m change");
  }

 private:
  std::filesystem::path path_;
};

// Runs the real helper, which is built beside the tests.
class UnconfinedJobs final : public GitJobs {
 public:
  Result<std::string> run(const GitJob& job, std::stop_token /*stop*/) override {
    ++runs;
    const TemporaryDirectory pipes;
    const auto input = pipes.path() / "in";
    const auto output = pipes.path() / "out";
    TRY(write_file_atomically(input, job.request));
    const auto helper = TRY(program_directory()) / "lightfast-git";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT, 0600);
    std::string name = helper.string();
    char* const arguments[] = {name.data(), nullptr};
    char* const environment[] = {nullptr};
    pid_t child = 0;
    const int failed =
        ::posix_spawn(&child, name.c_str(), &actions, nullptr, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return errno_error("starting the helper", failed);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
      return Error{ErrorKind::Internal, "the helper failed"};
    return read_file(output);
  }

  std::atomic<int> runs = 0;
};

}  // namespace lightfast::repo

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "repo_fixture.h"
#include "tools/repo/layout.h"
#include "tools/repo/local_repository.h"

namespace lightfast::repo {
namespace {

namespace fs = std::filesystem;

TEST_CASE(
    "a local repository is found through its work tree, its git directory, a worktree and "
    "alternates") {
  const TemporaryDirectory home;
  const WorkTree work(home.path() / "work");
  work.commit("a", "1");
  work.git("worktree add --quiet -b side ../tree");
  work.git("clone --quiet --shared . ../shared");
  const auto root = fs::canonical(home.path());
  const auto git_dir = root / "work" / ".git";

  CHECK(find_local_repository(root / "work")->git_dir == git_dir);
  CHECK(find_local_repository(git_dir) == LocalRepository{git_dir, git_dir, {}});
  CHECK(find_local_repository(root / "tree") ==
        LocalRepository{git_dir / "worktrees" / "tree", git_dir, {}});
  CHECK(find_local_repository(root / "shared") ==
        LocalRepository{root / "shared/.git", root / "shared/.git", {git_dir / "objects"}});
}

TEST_CASE("another user's repository leads to nothing of somebody else") {
  if (::geteuid() != 0) return;
  constexpr uid_t kOther = 65534;
  const TemporaryDirectory home;
  const WorkTree secret(home.path() / "secret");
  secret.commit("a", "1");
  const WorkTree theirs(home.path() / "theirs");
  theirs.commit("b", "2");
  const auto secret_git = (fs::canonical(home.path()) / "secret/.git").string();
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(home.path() / "theirs/.git" / name) << text << "\n";
  };
  const auto give_away = [&] {
    REQUIRE(::lchown((home.path() / "theirs").c_str(), kOther, kOther) == 0);
    for (const auto& entry : fs::recursive_directory_iterator(home.path() / "theirs"))
      REQUIRE(::lchown(entry.path().c_str(), kOther, kOther) == 0);
  };
  SECTION("by alternates") {
    write("objects/info/alternates", secret_git + "/objects");
    CHECK(find_local_repository(theirs.path())->object_dirs.size() == 1);
    give_away();
    CHECK(find_local_repository(theirs.path())->object_dirs.empty());
  }
  SECTION("by a common directory") {
    write("commondir", secret_git);
    give_away();
    CHECK(find_local_repository(theirs.path()).error().kind == ErrorKind::PermissionDenied);
  }
  SECTION("by a link") {
    fs::remove_all(home.path() / "theirs/.git/objects");
    fs::create_symlink(secret_git + "/objects", home.path() / "theirs/.git/objects");
    give_away();
    CHECK(find_local_repository(theirs.path()).error().kind == ErrorKind::PermissionDenied);
  }
  SECTION("by a file that names the git directory") {
    fs::remove_all(home.path() / "theirs/.git");
    std::ofstream(home.path() / "theirs/.git") << "gitdir: " << secret_git << "\n";
    give_away();
    const auto found = find_local_repository(theirs.path());
    CHECK(found.error().kind == ErrorKind::PermissionDenied);
    CHECK_THAT(found.error().message, Catch::Contains(secret_git));
  }
}

TEST_CASE("a path without a repository is said to be none") {
  const TemporaryDirectory home;
  for (const auto& path : {home.path(), home.path() / "missing"}) {
    const auto found = find_local_repository(path);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == ErrorKind::InvalidArgument);
    CHECK_THAT(found.error().message, Catch::Contains(path.string()));
  }
}

TEST_CASE("the fingerprint changes with every move of the head and with nothing else") {
  const TemporaryDirectory home;
  const WorkTree work(home.path() / "work");
  work.commit("a", "1");
  work.git("branch other");
  const auto repository = find_local_repository(work.path());
  REQUIRE(repository.has_value());
  const auto head = [&] { return head_fingerprint(*repository, ""); };

  auto last = head();
  CHECK(head() == last);
  work.git("tag unrelated");
  CHECK(head() == last);
  const auto other = head_fingerprint(*repository, "other");

  const auto moves = [&](const std::string& what, auto&& change) {
    INFO(what);
    change();
    const auto now = head();
    CHECK(now != last);
    last = now;
  };
  moves("commit", [&] { work.commit("a", "2"); });
  CHECK(head_fingerprint(*repository, "other") == other);
  moves("packed references", [&] { work.git("pack-refs --all"); });
  moves("commit on packed references", [&] { work.commit("a", "3"); });
  moves("another branch", [&] { work.git("checkout --quiet other"); });
  moves("detached", [&] { work.git("checkout --quiet --detach main"); });
  moves("reset", [&] { work.git("reset --quiet --hard HEAD~1"); });
}

TEST_CASE("each source and branch has a directory of its own, the same one each time") {
  const SourceIdentity identity{.kind = "remote", .location = "https://h/x", .branch = "main"};
  CHECK(source_key(identity) == "31cd6e60e33048d0");
  CHECK(source_key({.kind = "local", .location = "https://h/x", .branch = "main"}) !=
        source_key(identity));
  CHECK(source_key({.kind = "remote", .location = "https://h/x", .branch = ""}) !=
        source_key(identity));

  const TemporaryDirectory home;
  const auto layout = prepare_layout(home.path() / "data", {"acme"}, identity);
  REQUIRE(layout.has_value());
  CHECK(layout->key_directory == home.path() / "data" / "orgs" / "acme" / source_key(identity));
  CHECK(read_file(layout->key_directory / "source") == "remote\nhttps://h/x\nmain\n");
  const auto others = fs::perms::others_read | fs::perms::others_exec;
  CHECK((fs::status(layout->key_directory).permissions() & fs::perms::others_all) == others);
  CHECK(prepare_layout(home.path() / "data", {"acme"}, identity).has_value());

  std::ofstream(layout->key_directory / "source") << "remote\nhttps://other/x\nmain\n";
  const auto taken = prepare_layout(home.path() / "data", {"acme"}, identity);
  REQUIRE_FALSE(taken.has_value());
  CHECK_THAT(taken.error().message, Catch::Contains("belongs to another repository"));
}

TEST_CASE("an organisation's name cannot lead elsewhere") {
  for (const std::string good : {"default", "acme-1", "A.b_c"})
    CHECK(check_org({good}).has_value());
  for (const std::string bad : {"", ".", "..", ".x", "a/b", "a b", "ä"})
    CHECK_FALSE(check_org({bad}).has_value());
  CHECK_FALSE(check_org({std::string(65, 'a')}).has_value());
}

}  // namespace
}  // namespace lightfast::repo

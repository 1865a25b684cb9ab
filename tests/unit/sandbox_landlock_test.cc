// Each case is tried for real in a child: what goes well unconfined must fail behind the rules.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "sandbox/landlock.h"
#include "sandbox_child.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;
using test::Attempt;
using test::errno_in_child;
using test::errno_unconfined;
using test::TempDirectory;

// False, with a warning, on a kernel that does not know what is to be tested.
bool has_abi(std::uint64_t wanted) {
  if (landlock_abi() >= wanted) return true;
  WARN("this kernel's Landlock is of ABI " << landlock_abi() << ", not " << wanted
                                           << ": nothing is tested");
  return false;
}

int errno_behind(const LandlockPolicy& policy, const Attempt& attempt) {
  return errno_in_child([&policy] { return apply_landlock(policy).has_value(); }, attempt);
}

LandlockPolicy grants(std::vector<LandlockRule> rules) {
  LandlockPolicy policy;
  policy.rules = std::move(rules);
  return policy;
}

LandlockPolicy allows_network(Network network, std::vector<std::uint16_t> connect_ports = {}) {
  LandlockPolicy policy;
  policy.network = network;
  policy.connect_ports = std::move(connect_ports);
  return policy;
}

LandlockPolicy scopes_signals(bool scoped) {
  LandlockPolicy policy;
  policy.scope_signals = scoped;
  return policy;
}

Attempt opening(const fs::path& path, int flags) {
  return [path, flags] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); };
}

Attempt listing(const fs::path& path) { return opening(path, O_RDONLY | O_DIRECTORY); }

Attempt executing(const fs::path& path) {
  return [path] {
    std::string name = path;
    char* const arguments[] = {name.data(), nullptr};
    return ::execve(name.c_str(), arguments, arguments + 1);
  };
}

Attempt making_directory(const fs::path& path) {
  return [path] { return ::mkdir(path.c_str(), 0700); };
}

// A tree with something to read, to write and to run.
struct Tree {
  TempDirectory here;
  fs::path inside = here / "inside", outside = here / "outside";

  Tree() {
    for (const auto& directory : {inside, outside}) {
      fs::create_directory(directory);
      (void)here.with_file(directory.filename() / "file", "content");
      fs::copy_file("/bin/true", directory / "true");
    }
  }
};

// What a program needs besides itself to be run.
std::vector<LandlockRule> with_system(LandlockRule rule) {
  std::vector<LandlockRule> rules = {std::move(rule)};
  for (const char* path : {"/usr", "/lib", "/lib64"})
    rules.push_back({.path = path, .grant = Grant::ReadExecute, .may_be_missing = true});
  rules.push_back({.path = "/etc", .grant = Grant::Read});
  return rules;
}

TEST_CASE("without a rule nothing can be opened, listed, made or run", "[landlock]") {
  if (!has_abi(1)) return;
  const Tree tree;
  const auto check_denied = [](const char* what, const Attempt& attempt) {
    INFO(what);
    CHECK(errno_unconfined(attempt) == 0);
    CHECK(errno_behind({}, attempt) == EACCES);
  };
  check_denied("reading", opening(tree.inside / "file", O_RDONLY));
  check_denied("writing", opening(tree.inside / "file", O_WRONLY));
  check_denied("making a file", opening(tree.inside / "new", O_WRONLY | O_CREAT));
  check_denied("listing", listing(tree.inside));
  check_denied("running", executing(tree.inside / "true"));
}

TEST_CASE("a grant is for what is below its path only", "[landlock]") {
  if (!has_abi(1)) return;
  const Tree tree;
  const auto grant = GENERATE(Grant::Read, Grant::ReadExecute, Grant::ReadWrite);
  const auto policy = grants({{.path = tree.inside, .grant = grant}});
  CHECK(errno_behind(policy, opening(tree.inside / "file", O_RDONLY)) == 0);
  CHECK(errno_behind(policy, listing(tree.inside)) == 0);
  CHECK(errno_unconfined(opening(tree.outside / "file", O_RDONLY)) == 0);
  CHECK(errno_behind(policy, opening(tree.outside / "file", O_RDONLY)) == EACCES);
  CHECK(errno_behind(policy, listing(tree.outside)) == EACCES);
  CHECK(errno_behind(policy, opening(tree.inside / "../outside/file", O_RDONLY)) == EACCES);
}

TEST_CASE("each grant allows its own and no more", "[landlock]") {
  if (!has_abi(3)) return;  // truncation is a right from ABI 3 on
  struct Allowed {
    Grant grant;
    bool list, read, write, make, execute;
  };
  const auto allowed = GENERATE(values<Allowed>({
      {Grant::List, true, false, false, false, false},
      {Grant::Read, true, true, false, false, false},
      {Grant::ReadExecute, true, true, false, false, true},
      {Grant::ReadWrite, true, true, true, true, false},
      {Grant::Device, false, true, true, false, false},
  }));
  const Tree tree;
  const auto policy = grants(with_system({.path = tree.inside, .grant = allowed.grant}));
  const auto answer = [](bool may) { return may ? 0 : EACCES; };
  INFO("grant " << static_cast<int>(allowed.grant));
  CHECK(errno_behind(policy, listing(tree.inside)) == answer(allowed.list));
  CHECK(errno_behind(policy, opening(tree.inside / "file", O_RDONLY)) == answer(allowed.read));
  CHECK(errno_behind(policy, opening(tree.inside / "file", O_WRONLY)) == answer(allowed.write));
  const auto truncating = [&] { return ::truncate((tree.inside / "file").c_str(), 0); };
  CHECK(errno_behind(policy, truncating) == answer(allowed.write));
  CHECK(errno_behind(policy, making_directory(tree.inside / "made")) == answer(allowed.make));
  CHECK(errno_behind(policy, opening(tree.inside / "new", O_WRONLY | O_CREAT | O_EXCL)) ==
        answer(allowed.make));
  CHECK(errno_behind(policy, executing(tree.inside / "true")) == answer(allowed.execute));
  // Unconfined, all of it goes well.
  CHECK(errno_unconfined(making_directory(tree.inside / "also made")) == 0);
  CHECK(errno_unconfined(truncating) == 0);
}

TEST_CASE("what can be written can be renamed and removed, but no devices or sockets be made",
          "[landlock]") {
  if (!has_abi(2)) return;  // renaming between directories is a right from ABI 2 on
  const Tree tree;
  fs::create_directory(tree.inside / "other");
  const auto policy = grants({{.path = tree.inside, .grant = Grant::ReadWrite}});
  const auto renaming = [&] {
    return ::rename((tree.inside / "file").c_str(), (tree.inside / "other/file").c_str());
  };
  const auto removing = [&] { return ::unlink((tree.inside / "other/file").c_str()); };
  const auto fifo = [&] { return ::mknod((tree.inside / "fifo").c_str(), S_IFIFO | 0600U, 0); };
  CHECK(errno_behind(policy, renaming) == 0);
  CHECK(errno_behind(policy, removing) == 0);
  CHECK(errno_behind(policy, fifo) == EACCES);
  CHECK(errno_unconfined(fifo) == 0);
  const auto removing_outside = [&] { return ::unlink((tree.outside / "file").c_str()); };
  CHECK(errno_behind(policy, removing_outside) == EACCES);
  CHECK(errno_unconfined(removing_outside) == 0);
}

TEST_CASE("a file may be granted by itself", "[landlock]") {
  if (!has_abi(1)) return;
  const Tree tree;
  const auto policy = grants({{.path = tree.inside / "file", .grant = Grant::Read}});
  CHECK(errno_behind(policy, opening(tree.inside / "file", O_RDONLY)) == 0);
  CHECK(errno_behind(policy, opening(tree.inside / "true", O_RDONLY)) == EACCES);
}

TEST_CASE("a missing path fails the whole unless it may be missing", "[landlock]") {
  if (!has_abi(1)) return;
  const Tree tree;
  const auto kind_of_error = [](const LandlockPolicy& policy) {
    return errno_in_child([] { return true; },
                          [&policy]() -> long {
                            const auto applied = apply_landlock(policy);
                            errno = applied ? 0 : static_cast<int>(applied.error().kind);
                            return applied ? 0 : -1;
                          });
  };
  const auto missing = tree.here / "missing";
  CHECK(kind_of_error(grants({{.path = missing}})) == static_cast<int>(ErrorKind::NotFound));
  CHECK(kind_of_error(grants({{.path = missing, .may_be_missing = true}})) == 0);
}

// A listening socket on a free loopback port.
struct Listener {
  UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address = {};

  Listener() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket.get(), raw, size) == 0);
    REQUIRE(::listen(socket.get(), 8) == 0);
    REQUIRE(::getsockname(socket.get(), raw, &size) == 0);
  }
  [[nodiscard]] std::uint16_t port() const { return ntohs(address.sin_port); }

  [[nodiscard]] Attempt connecting() const {
    return [to = address] {
      const UniqueFd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (!made) return -1;
      return ::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
    };
  }
};

TEST_CASE("TCP is for named ports only", "[landlock]") {
  if (!has_abi(4)) return;
  const Listener listener;
  const auto other_port = static_cast<std::uint16_t>(listener.port() - 1);
  CHECK(errno_unconfined(listener.connecting()) == 0);
  CHECK(errno_behind(allows_network(Network::Deny), listener.connecting()) == EACCES);
  CHECK(errno_behind(allows_network(Network::Deny, {other_port}), listener.connecting()) == EACCES);
  CHECK(errno_behind(allows_network(Network::Deny, {listener.port()}), listener.connecting()) == 0);
  CHECK(errno_behind(allows_network(Network::Unhandled), listener.connecting()) == 0);
}

TEST_CASE("no TCP port can be bound", "[landlock]") {
  if (!has_abi(4)) return;
  const Attempt binding = [] {
    const UniqueFd made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in any_port = {};
    any_port.sin_family = AF_INET;
    any_port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(made.get(), reinterpret_cast<const sockaddr*>(&any_port), sizeof any_port);
  };
  CHECK(errno_unconfined(binding) == 0);
  CHECK(errno_behind(allows_network(Network::Deny), binding) == EACCES);
}

TEST_CASE("signals stay inside unless told otherwise", "[landlock]") {
  if (!has_abi(6)) return;
  const Attempt to_parent = [] { return ::kill(::getppid(), 0); };
  CHECK(errno_unconfined(to_parent) == 0);
  CHECK(errno_behind(scopes_signals(true), to_parent) == EPERM);
  CHECK(errno_behind(scopes_signals(false), to_parent) == 0);
}

TEST_CASE("no program gains privileges behind the rules", "[landlock]") {
  if (!has_abi(1)) return;
  const Attempt is_bound = [] {
    errno = EBADE;  // prctl only answers
    return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -1;
  };
  CHECK(errno_unconfined(is_bound) == EBADE);
  CHECK(errno_behind({}, is_bound) == 0);
}

}  // namespace
}  // namespace lightfast::sandbox

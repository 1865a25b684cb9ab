#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/api_keys.h"
#include "auth/key_file.h"
#include "base/json.h"
#include "base/log.h"
#include "temp_directory.h"

namespace lightfast::auth {
namespace {

using test::content_of;
using test::names_in;
using test::TempDirectory;

const OrgId kOrg{"acme"};

ApiKeys opened(const TempDirectory& here) {
  auto keys = ApiKeys::open(here.path());
  REQUIRE(keys.has_value());
  return std::move(*keys);
}

NewApiKey created(ApiKeys& keys, const OrgId& org = kOrg, const std::string& label = "") {
  auto made = keys.create(org, label);
  REQUIRE(made.has_value());
  return *made;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

TEST_CASE("a new key names its organisation and has the form that was promised", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  const auto [key, secret] = created(keys, kOrg, "deploy robot");
  CHECK(std::regex_match(secret, std::regex("sk-lf-[A-Za-z0-9_-]{43}")));
  CHECK(std::regex_match(key.id, std::regex("key_[0-9a-f]{12}")));
  CHECK(std::regex_match(key.created_at, std::regex(R"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
  CHECK(key.org == kOrg);
  CHECK(key.label == "deploy robot");
  CHECK(key.scopes == std::vector<std::string>{"context:read"});
  CHECK_FALSE(key.revoked_at);
  const auto caller = keys.known()->find(secret);
  REQUIRE(caller);
  CHECK(*caller == Principal{key.id, kOrg, {"context:read"}});
  CHECK(caller->may("context:read"));
  CHECK_FALSE(caller->may("context:write"));
}

TEST_CASE("keys are all different", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  std::set<std::string> ids;
  std::set<std::string> secrets;
  for (int i = 0; i < 20; ++i) {
    const auto [key, secret] = created(keys);
    ids.insert(key.id);
    secrets.insert(secret);
  }
  CHECK(ids.size() == 20);
  CHECK(secrets.size() == 20);
  CHECK(keys.list().value().size() == 20);
}

TEST_CASE("the file holds the digest of a key and is its owner's alone", "[api keys]") {
  const TempDirectory here;
  const auto directory = here / "data";
  auto keys = ApiKeys::open(directory).value();
  const auto umask_before = ::umask(0);
  const auto secret = created(keys).secret;
  ::umask(umask_before);
  CHECK(mode_of(directory / "keys.json") == 0600);
  CHECK(mode_of(directory / "keys.lock") == 0600);
  CHECK(mode_of(directory) == 0700);
  CHECK(names_in(directory) == std::vector<std::string>{"keys.json", "keys.lock"});
  const auto text = content_of(directory / "keys.json");
  CHECK_FALSE(text.contains(secret));
  CHECK_FALSE(text.contains(secret.substr(6, 20)));
  std::string hex;
  for (const auto byte : sha256(secret)) {
    constexpr auto* kDigits = "0123456789abcdef";
    hex += {kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  CHECK(text.contains(hex));
}

TEST_CASE("a digest is SHA-256", "[api keys]") {  // FIPS 180-2, appendix B.1
  const Digest abc = {0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40,
                      0xDE, 0x5D, 0xAE, 0x22, 0x23, 0xB0, 0x03, 0x61, 0xA3, 0x96, 0x17,
                      0x7A, 0x9C, 0xB4, 0x10, 0xFF, 0x61, 0xF2, 0x00, 0x15, 0xAD};
  CHECK(sha256("abc") == abc);
}

TEST_CASE("only the very text of a key is one", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  const auto secret = created(keys).secret;
  REQUIRE(keys.known()->find(secret));
  std::vector<std::string> others = {"",
                                     "sk-lf-",
                                     secret.substr(0, secret.size() - 1),
                                     secret + "A",
                                     secret + "=",
                                     secret + "\n",
                                     " " + secret,
                                     "SK-LF-" + secret.substr(6),
                                     "sk_lf_" + secret.substr(6),
                                     secret.substr(6),
                                     "Bearer " + secret,
                                     "sk-lf-" + std::string(43, 'A'),
                                     std::string(1 << 20, 'A')};
  for (std::size_t i = 0; i < secret.size(); ++i) {
    others.push_back(secret);
    others.back()[i] = secret[i] == 'A' ? 'B' : 'A';
  }
  for (const auto& other : others) {
    CAPTURE(other.size(), other.substr(0, 60));
    CHECK_FALSE(keys.known()->find(other));
  }
}

TEST_CASE("a revoked key is as good as an unknown one", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  const auto [bad, bad_secret] = created(keys);
  const auto [good, good_secret] = created(keys);
  REQUIRE(keys.known()->find(bad_secret));
  const auto revoked = keys.revoke(bad.id);
  REQUIRE(revoked.has_value());
  CHECK(revoked->revoked_at);
  CHECK_FALSE(keys.known()->find(bad_secret));
  CHECK(keys.known()->find(good_secret));
  const auto listed = keys.list().value();
  REQUIRE(listed.size() == 2);
  CHECK(listed[0] == *revoked);
  CHECK(listed[1] == good);
  CHECK(keys.revoke(bad.id).value() == *revoked);  // the time of the first revocation stays
}

TEST_CASE("what another process changes is seen at the next call", "[api keys]") {
  const TempDirectory here;
  auto serving = opened(here);
  auto command = opened(here);
  CHECK_FALSE(serving.known()->any_ever_created());
  for (int i = 0; i < 20; ++i) {
    const auto [key, secret] = created(command);
    CHECK(serving.known()->find(secret).value().id == key.id);
    REQUIRE(command.revoke(key.id).has_value());
    CHECK_FALSE(serving.known()->find(secret));
  }
  CHECK(serving.known()->any_ever_created());
}

TEST_CASE("an id that there is none of is answered with the nearest", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  CHECK(keys.revoke("key_000000000000").error().kind == ErrorKind::NotFound);
  const auto id = created(keys).key.id;
  auto mistyped = id;
  mistyped.back() = mistyped.back() == '0' ? '1' : '0';
  CHECK_THAT(keys.revoke(mistyped).error().message, Catch::Contains("did you mean '" + id + "'"));
  const auto other = keys.revoke("nothing like it");
  CHECK(other.error().kind == ErrorKind::NotFound);
  CHECK_THAT(other.error().message, Catch::Contains("lightfast keys list"));
}

TEST_CASE("a label is one line of text", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  const std::string plain = "größe \"quoted\" \\ 日本";
  created(keys, kOrg, plain);
  CHECK(keys.list().value().at(0).label == plain);
  const auto label = GENERATE(as<std::string>{}, "a\nb", "a\rb", "\x1b[31m", "\xFF",
                              std::string("a\0b", 3), std::string(kMaxLabelBytes + 1, 'a'));
  const auto made = keys.create(kOrg, label);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().kind == ErrorKind::InvalidArgument);
  CHECK(keys.list().value().size() == 1);
}

TEST_CASE("no key is good while the file is damaged, others can write it, or it is gone",
          "[api keys]") {
  REQUIRE(configure_logging({.level = "off"}));
  const TempDirectory here;
  auto keys = opened(here);
  const auto secret = created(keys).secret;
  REQUIRE(keys.known()->find(secret));
  const auto file = here / "keys.json";
  const auto good = content_of(file);

  std::ofstream(file, std::ios::trunc) << good.substr(0, good.size() / 2);
  CHECK_FALSE(keys.known()->find(secret));
  CHECK_FALSE(keys.known()->find(secret));
  CHECK(keys.known()->any_ever_created());
  CHECK(keys.create(kOrg, "").error().kind == ErrorKind::Corrupt);
  CHECK(content_of(file) == good.substr(0, good.size() / 2));

  std::ofstream(file, std::ios::trunc) << good;
  CHECK(keys.known()->find(secret));

  std::filesystem::permissions(file, std::filesystem::perms(0620));
  CHECK_FALSE(keys.known()->find(secret));
  CHECK(keys.known()->any_ever_created());
  CHECK(ApiKeys::open(here.path()).error().kind == ErrorKind::PermissionDenied);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  CHECK(keys.known()->find(secret));

  std::filesystem::rename(file, here / "elsewhere");
  CHECK_FALSE(keys.known()->find(secret));
  std::filesystem::create_directory(file);
  CHECK_FALSE(keys.known()->find(secret));
  std::filesystem::remove(file);
  std::filesystem::rename(here / "elsewhere", file);
  CHECK(keys.known()->find(secret));
  REQUIRE(configure_logging({}));
}

TEST_CASE("a file that cannot be read is said in the log once", "[api keys]") {
  const TempDirectory here;
  const auto log = here / "log";
  REQUIRE(configure_logging({.level = "info", .file = log}));
  auto keys = opened(here);
  const auto secret = created(keys).secret;
  std::ofstream(here / "keys.json", std::ios::trunc) << "damaged";
  for (int i = 0; i < 5; ++i) CHECK_FALSE(keys.known()->find(secret));
  std::ofstream(here / "keys.json", std::ios::app) << "still";
  CHECK_FALSE(keys.known()->find(secret));
  REQUIRE(configure_logging({.level = "off", .file = here / "other"}));
  const auto said = content_of(log);
  CHECK(std::ranges::count(said, '\n') == 1);
  CHECK_THAT(said, Catch::Contains(" error auth: ") && Catch::Contains("keys.json"));
  CHECK_FALSE(said.contains(secret));
}

TEST_CASE("keys that are made and revoked at once are all kept", "[api keys]") {
  const TempDirectory here;
  constexpr int kThreads = 4;
  constexpr int kEach = 5;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&here, &failed] {
        auto keys = ApiKeys::open(here.path());  // as in a process of its own
        for (int made = 0; made < kEach; ++made) {
          const auto key = keys->create(kOrg, "");
          if (!key || !keys->revoke(key->key.id)) ++failed;
        }
      });
    }
  }
  CHECK(failed == 0);
  const auto all = opened(here).list().value();
  CHECK(all.size() == kThreads * kEach);
  CHECK(std::ranges::all_of(all, [](const ApiKey& key) { return key.revoked_at.has_value(); }));
  CHECK(names_in(here.path()) == std::vector<std::string>{"keys.json", "keys.lock"});
}

TEST_CASE("keys are looked up from many threads while they change", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  const auto secret = created(keys).secret;
  std::atomic<int> missed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) missed += keys.known()->find(secret) ? 0 : 1;
      });
    }
    auto command = opened(here);
    for (int i = 0; i < 20; ++i) created(command);
  }
  CHECK(missed == 0);
}

TEST_CASE("a link in the place of the lock is not followed", "[api keys]") {
  const TempDirectory here;
  auto keys = opened(here);
  std::filesystem::create_symlink(here / "victim", here / "keys.lock");
  CHECK_FALSE(keys.create(kOrg, "").has_value());
  CHECK_FALSE(std::filesystem::exists(here / "victim"));
  (void)here.with_file("victim", "");
  CHECK_FALSE(keys.create(kOrg, "").has_value());
}

TEST_CASE("what root makes in another user's directory is that user's", "[api keys]") {
  if (::geteuid() != 0) return;
  const TempDirectory here;
  constexpr uid_t kOther = 65534;
  REQUIRE(::chown(here.path().c_str(), kOther, kOther) == 0);
  auto keys = opened(here);
  created(keys);
  for (const char* name : {"keys.json", "keys.lock"}) {
    struct stat status = {};
    REQUIRE(::stat((here / name).c_str(), &status) == 0);
    CHECK(status.st_uid == kOther);
    CHECK(status.st_gid == kOther);
  }
}

TEST_CASE("there is a bound on keys", "[api keys]") {
  const TempDirectory here;
  std::vector<StoredKey> many;
  for (std::size_t i = 0; i < kMaxKeys; ++i) {
    many.push_back({.key = {.id = "key_" + std::to_string(i),
                            .org = {std::string(64, 'o')},
                            .label = std::string(kMaxLabelBytes, '"'),
                            .scopes = {"context:read"},
                            .created_at = "2026-01-02T03:04:05Z",
                            .revoked_at = "2026-01-02T03:04:05Z"},
                    .digest = {}});
  }
  const auto file = here.with_file("keys.json", key_file_text(many));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  auto keys = opened(here);  // the largest file there can be is read
  CHECK(keys.create(kOrg, "").error().kind == ErrorKind::LimitExceeded);
  CHECK(keys.list().value().size() == kMaxKeys);
}

}  // namespace
}  // namespace lightfast::auth

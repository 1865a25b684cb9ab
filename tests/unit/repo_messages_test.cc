#include <catch2/catch.hpp>

#include "tools/repo/git/request.h"
#include "tools/repo/git/response.h"

namespace lightfast::repo {
namespace {

TEST_CASE("a request says the same after its way through JSON") {
  const SyncRequest remote{.directory = "/data/key",
                           .git_dir = {},
                           .remote = {.url = "https://h/x", .token = "t", .ca_file = "/ca.pem"},
                           .branch = "main",
                           .lock_wait = std::chrono::milliseconds(5),
                           .stall_limit = std::chrono::milliseconds(7)};
  CHECK(parse_request(to_json_text(remote)) == remote);
  const SyncRequest over_ssh{.directory = "/data/key",
                             .git_dir = {},
                             .remote = {.url = "ssh://git@h/x",
                                        .ssh_key = "one\ntwo\n",
                                        .known_hosts = "h ssh-ed25519 AAAA\n"},
                             .branch = ""};
  CHECK(parse_request(to_json_text(over_ssh)) == over_ssh);
  const SyncRequest local{
      .directory = "/data/key", .git_dir = "/src/.git", .remote = {}, .branch = ""};
  CHECK(parse_request(to_json_text(local)) == local);
}

TEST_CASE("a record says the same after its way through JSON") {
  SyncDone done;
  done.record = {.commit = {std::string(40, 'c')},
                 .branch = "main",
                 .committed_at = 17,
                 .entries = 3,
                 .bytes = 9,
                 .top = {"a", "b/"},
                 .notes = {"note"}};
  done.changed = true;
  const auto parsed = parse_response(done_text(done));
  REQUIRE(parsed.has_value());
  CHECK(parsed->changed);
  CHECK(parsed->record.commit == done.record.commit);
  CHECK(parsed->record.branch == "main");
  CHECK(parsed->record.committed_at == 17);
  CHECK(parsed->record.entries == 3);
  CHECK(parsed->record.bytes == 9);
  CHECK(parsed->record.top == done.record.top);
  CHECK(parsed->record.notes == done.record.notes);
}

TEST_CASE("every kind of error survives its way through JSON") {
  for (const auto kind : {ErrorKind::InvalidArgument, ErrorKind::NotFound,
                          ErrorKind::PermissionDenied, ErrorKind::Timeout, ErrorKind::Unavailable,
                          ErrorKind::Corrupt, ErrorKind::LimitExceeded, ErrorKind::Internal}) {
    const auto parsed =
        parse_response(error_text({kind, "text"}, {.rule = "git-name", .path = "a/.git"}));
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error() == Error{kind, "text"});
  }
}

TEST_CASE("an answer that is no such document is corrupt") {
  for (const std::string text :
       {"", "{}", "[]", "null", R"({"ok":true})", R"({"ok":true,"record":{"version":1}})",
        R"({"ok":true,"record":[]})"}) {
    INFO(text);
    const auto parsed = parse_response(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().kind == ErrorKind::Corrupt);
  }
}

}  // namespace
}  // namespace lightfast::repo

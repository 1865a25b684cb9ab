#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "sandbox/protocol.h"
#include "sandbox/wire.h"
#include "sandbox/zygote_start.h"

namespace lightfast::sandbox {
namespace {

// Every member differs, so that two that are read in the wrong order show.
Limits other_limits() {
  return {.memory_bytes = 1,
          .address_space_bytes = 2,
          .processes = 3,
          .open_files = 4,
          .tmp_bytes = 5,
          .tmp_entries = 6,
          .output_bytes = 7};
}

WorkspaceSpec workspace() {
  return {.org_index = 42,
          .toolbox = "/data/toolbox",
          .snapshot = std::string("/data/snap\0shot\n", 16),
          .host_files = {"/usr/lib/one", "", "/usr/lib/two"},
          .limits = other_limits(),
          .running = 7};
}

JobSpec job() {
  return {.org_index = 43,
          .program = "helper",
          .read_paths = {"/etc/ssl"},
          .write_paths = {"/data/mirror", "/data/new"},
          .connect_port = 443,
          .wall_clock_ms = 60'000};
}

TierReport report() {
  return {.tier = 2,
          .probes = {{.tier = 1, .available = false, .why_not = "not root"},
                     {.tier = 2, .available = true, .why_not = ""},
                     {.tier = 3, .available = false, .why_not = "no Landlock"}},
          .landlock_abi = 6,
          .controllers = "memory, pids",
          .no_controllers_why = "none is delegated"};
}

TEST_CASE("launcher requests arrive as they were sent", "[protocol]") {
  SECTION("a report") {
    const ReportSpec spec = {
        .toolbox = "/data/toolbox", .host_files = {"/lib/one"}, .all = GENERATE(false, true)};
    const auto decoded = decode_request(encode(spec));
    REQUIRE(decoded.has_value());
    CHECK(decoded->kind == LauncherRequest::Report);
    CHECK(decoded->report == spec);
  }
  SECTION("a workspace") {
    const auto decoded = decode_request(encode(workspace()));
    REQUIRE(decoded.has_value());
    CHECK(decoded->kind == LauncherRequest::OpenWorkspace);
    CHECK(decoded->workspace == workspace());
  }
  SECTION("a job") {
    const auto decoded = decode_request(encode(job()));
    REQUIRE(decoded.has_value());
    CHECK(decoded->kind == LauncherRequest::RunJob);
    CHECK(decoded->job == job());
  }
}

TEST_CASE("launcher replies arrive as they were sent", "[protocol]") {
  CHECK(decode_report(encode(report())).value() == report());
  CHECK(decode_report(encode(TierReport{})).value() == TierReport{});
  const auto end = GENERATE(JobEnd::Exited, JobEnd::Signaled, JobEnd::TimedOut, JobEnd::CpuLimit,
                            JobEnd::SetupFailed);
  const JobReply reply = {.end = end, .status = 9, .problem = "why"};
  CHECK(decode_job_reply(encode(reply)).value() == reply);
}

TEST_CASE("zygote messages arrive as they were sent", "[protocol]") {
  const auto order = decode_zygote_request(encode_order(16, true));
  REQUIRE(order.has_value());
  CHECK(order->kind == ZygoteRequest::Order);
  CHECK(order->sandbox == 16);
  const auto kill = decode_zygote_request(encode_kill(17));
  REQUIRE(kill.has_value());
  CHECK(kill->kind == ZygoteRequest::Kill);
  CHECK(kill->sandbox == 17);
  const ZygoteReply reply = {.sandbox = 18, .problem = "none left"};
  CHECK(decode_zygote_reply(encode(reply)).value() == reply);
}

TEST_CASE("what a zygote is started with arrives as it was sent", "[protocol]") {
  const BpfProgram program = {{.code = 6, .jt = 1, .jf = 2, .k = 0x7FFF0000U}};
  const ZygoteStart start = {.tier = 2,
                             .workspace = workspace(),
                             .launcher = {.uid = 5, .gid = 6, .privileged = true},
                             .filters = {{FilterFor::Command, program}}};
  const auto read = decode_zygote_start(encode(start));
  REQUIRE(read.has_value());
  CHECK(read->tier == 2);
  CHECK(read->workspace == workspace());
  CHECK(read->launcher.uid == 5);
  CHECK(read->launcher.gid == 6);
  CHECK(read->launcher.privileged);
  REQUIRE(read->filters.contains(FilterFor::Command));
  CHECK(read->filters.at(FilterFor::Command).size() == 1);
  CHECK(read->filters.at(FilterFor::Command)[0].k == program[0].k);
}

TEST_CASE("init messages arrive as they were sent", "[protocol]") {
  const auto kind = GENERATE(Notice::Exited, Notice::Signaled, Notice::SetupFailed,
                             Notice::MemoryExceeded, Notice::ProcessesExhausted);
  const auto notice =
      decode_notice(encode(SandboxNotice{.notice = kind, .value = 5, .text = "why"}));
  REQUIRE(notice.has_value());
  CHECK(notice->notice == kind);
  CHECK(notice->value == 5);
  CHECK(notice->text == "why");
}

// A message with the function that reads it; its answer is the error's kind, if there is one.
struct Message {
  const char* what;
  std::string bytes;
  std::function<Result<void>(std::string_view)> decode;
};

template <auto kDecode>
Result<void> only_check(std::string_view bytes) {
  TRY(kDecode(bytes));
  return {};
}

std::vector<Message> all_messages() {
  return {
      {"report request",
       encode(ReportSpec{.toolbox = "/t", .host_files = {"/a", "/b"}, .all = true}),
       only_check<decode_request>},
      {"workspace request", encode(workspace()), only_check<decode_request>},
      {"job request", encode(job()), only_check<decode_request>},
      {"report", encode(report()), only_check<decode_report>},
      {"job reply", encode(JobReply{.end = JobEnd::Exited, .status = 1, .problem = "p"}),
       only_check<decode_job_reply>},
      {"order", encode_order(2, true), only_check<decode_zygote_request>},
      {"kill", encode_kill(3), only_check<decode_zygote_request>},
      {"zygote reply", encode(ZygoteReply{.sandbox = 1, .problem = "p"}),
       only_check<decode_zygote_reply>},
      {"zygote start",
       encode(ZygoteStart{.tier = 1, .workspace = workspace(), .launcher = {}, .filters = {}}),
       only_check<decode_zygote_start>},
      {"notice", encode(SandboxNotice{.notice = Notice::Exited, .value = 1, .text = "t"}),
       only_check<decode_notice>},
  };
}

TEST_CASE("every prefix of a message is refused, and so is one with more behind it", "[protocol]") {
  for (const auto& message : all_messages()) {
    INFO(message.what);
    REQUIRE(message.decode(message.bytes).has_value());
    for (std::size_t length = 0; length < message.bytes.size(); ++length) {
      INFO("first " << length << " bytes");
      const auto decoded = message.decode(std::string_view(message.bytes).substr(0, length));
      REQUIRE_FALSE(decoded.has_value());
      REQUIRE(decoded.error().kind == ErrorKind::Corrupt);
    }
    CHECK_FALSE(message.decode(message.bytes + '\0').has_value());
    CHECK_FALSE(message.decode(message.bytes + message.bytes).has_value());
  }
}

TEST_CASE("unknown kinds are refused", "[protocol]") {
  const std::uint64_t unknown = GENERATE(std::uint64_t{0}, std::uint64_t{99}, ~std::uint64_t{0});
  const auto bytes = WireWriter().number(unknown).number(0).text("").bytes();
  CHECK_FALSE(decode_request(bytes).has_value());
  CHECK_FALSE(decode_job_reply(bytes).has_value());
  CHECK_FALSE(decode_zygote_request(WireWriter().number(unknown).number(0).bytes()).has_value());
  CHECK_FALSE(decode_notice(bytes).has_value());
}

TEST_CASE("lengths and counts beyond the message are refused", "[protocol]") {
  const std::uint64_t huge =
      GENERATE(std::uint64_t{3}, std::uint64_t{4}, std::uint64_t{1} << 32U, ~std::uint64_t{0});
  INFO("length " << huge);
  const auto text = WireWriter().number(10).number(huge).bytes();
  CHECK_FALSE(decode_zygote_reply(text + "ab").has_value());
  const auto list = WireWriter()
                        .number(static_cast<std::uint64_t>(LauncherRequest::Report))
                        .text("/t")
                        .number(huge);
  CHECK_FALSE(decode_request(list.bytes()).has_value());
  const auto probes = WireWriter().number(1).number(6).text("").number(huge);
  CHECK_FALSE(decode_report(probes.bytes()).has_value());
}

TEST_CASE("bytes changed or made at random never do harm", "[protocol]") {
  std::mt19937_64 random(20'260'728);  // the same bytes in every run
  const auto byte = [&random] { return static_cast<char>(random() & 0xFFU); };
  const auto messages = all_messages();
  for (int round = 0; round < 2000; ++round) {
    std::string noise(random() % 200, '\0');
    for (auto& each : noise) each = byte();
    for (const auto& message : messages) {
      (void)message.decode(noise);
      auto changed = message.bytes;
      changed[random() % changed.size()] = byte();
      const auto decoded = message.decode(changed);
      // Whatever was read is a message or is refused as damaged, nothing else.
      REQUIRE((decoded.has_value() || decoded.error().kind == ErrorKind::Corrupt));
    }
  }
}

TEST_CASE("a reader that met a malformed field gives only empty values from then on",
          "[protocol]") {
  WireReader reader("short");
  CHECK(reader.number() == 0);
  CHECK(reader.text().empty());
  CHECK(reader.texts().empty());
  CHECK_FALSE(reader.ok());
}

}  // namespace
}  // namespace lightfast::sandbox

// The messages between the server, the launcher, zygotes and sandboxes: any bytes are read whole or
// refused as damaged, and a message that was read, or made of any values, arrives as it was sent.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/protocol.h"
#include "sandbox/zygote_start.h"
#include "tests/fuzz/values.h"

namespace lightfast::sandbox {
namespace {

std::string encode(const DecodedRequest& request) {
  switch (request.kind) {
    case LauncherRequest::Report:
      return encode(request.report);
    case LauncherRequest::OpenWorkspace:
      return encode(request.workspace);
    case LauncherRequest::RunJob:
      return encode(request.job);
  }
  assert(false);
  return {};
}

std::string encode(const DecodedZygoteRequest& request) {
  return request.kind == ZygoteRequest::Kill
             ? encode_kill(request.sandbox)
             : encode_order(request.sandbox, request.has_neighbours);
}

template <class T>
void check_arrives(const T& sent, Result<T> (*decode)(std::string_view)) {
  const auto bytes = encode(sent);
  const auto read = decode(bytes);
  assert(read.has_value());
  assert(encode(*read) == bytes);
  if constexpr (requires { sent == sent; }) assert(*read == sent);
}

template <class T>
void check_read(std::string_view bytes, Result<T> (*decode)(std::string_view)) {
  const auto read = decode(bytes);
  if (read) {
    check_arrives(*read, decode);
  } else {
    assert(read.error().kind == ErrorKind::Corrupt);
  }
}

void check_bytes(std::string_view bytes) {
  check_read(bytes, decode_request);
  check_read(bytes, decode_report);
  check_read(bytes, decode_job_reply);
  check_read(bytes, decode_zygote_request);
  check_read(bytes, decode_zygote_reply);
  check_read(bytes, decode_notice);
  check_read(bytes, decode_zygote_start);
}

// Values for messages, made of the fuzzer's bytes.
class Values {
 public:
  Values(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  std::uint64_t number() { return bytes_.number<std::uint64_t>(); }
  std::uint64_t number_to(std::uint64_t most) { return bytes_.number<std::uint64_t>(0, most); }
  std::uint32_t small() { return bytes_.number<std::uint32_t>(); }
  bool flag() { return bytes_.flag(); }
  std::string text() { return bytes_.text(64); }

  std::vector<std::string> texts() {
    std::vector<std::string> made(number_to(5));
    for (auto& each : made) each = text();
    return made;
  }

  WorkspaceSpec workspace() {
    return {.org_index = number(),
            .toolbox = text(),
            .snapshot = text(),
            .host_files = texts(),
            .limits = {.memory_bytes = number(),
                       .address_space_bytes = number(),
                       .processes = number(),
                       .open_files = number(),
                       .tmp_bytes = number(),
                       .tmp_entries = number(),
                       .output_bytes = number()}};
  }

  TierReport report() {
    TierReport made{.tier = static_cast<int>(small()),
                    .probes = {},
                    .landlock_abi = number(),
                    .controllers = text(),
                    .no_controllers_why = text()};
    made.probes.resize(number_to(3));
    for (auto& probe : made.probes)
      probe = {.tier = static_cast<int>(small()), .available = flag(), .why_not = text()};
    return made;
  }

  ZygoteStart start() {
    ZygoteStart made{.tier = static_cast<int>(small()),
                     .workspace = workspace(),
                     .launcher = {.uid = small(), .gid = small(), .privileged = flag()},
                     .filters = {}};
    for (auto filters = number_to(8); filters > 0; --filters) {
      BpfProgram program(number_to(4));
      for (auto& step : program) step = {.code = 6, .jt = 1, .jf = 2, .k = small()};
      made.filters.emplace(static_cast<FilterFor>(number_to(4)), program);
    }
    return made;
  }

 private:
  test::Values bytes_;
};

void check_values(Values values) {
  check_arrives(
      {.kind = LauncherRequest::Report,
       .report = {.toolbox = values.text(), .host_files = values.texts(), .all = values.flag()},
       .workspace = {},
       .job = {}},
      decode_request);
  check_arrives({.kind = LauncherRequest::OpenWorkspace,
                 .report = {},
                 .workspace = values.workspace(),
                 .job = {}},
                decode_request);
  check_arrives({.kind = LauncherRequest::RunJob,
                 .report = {},
                 .workspace = {},
                 .job = {.org_index = values.number(),
                         .program = values.text(),
                         .read_paths = values.texts(),
                         .write_paths = values.texts(),
                         .connect_port = values.number(),
                         .wall_clock_ms = values.number()}},
                decode_request);
  check_arrives(values.report(), decode_report);
  check_arrives({.end = static_cast<JobEnd>(1 + values.number_to(4)),
                 .status = values.number(),
                 .problem = values.text()},
                decode_job_reply);
  check_arrives(
      {.kind = static_cast<ZygoteRequest>(1 + values.number_to(1)), .sandbox = values.number()},
      decode_zygote_request);
  check_arrives({.sandbox = values.number(), .problem = values.text()}, decode_zygote_reply);
  check_arrives({.notice = static_cast<Notice>(1 + values.number_to(6)),
                 .value = values.number(),
                 .text = values.text()},
                decode_notice);
  check_arrives(values.start(), decode_zygote_start);
}

}  // namespace
}  // namespace lightfast::sandbox

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightfast::sandbox::check_bytes({reinterpret_cast<const char*>(data), size});
  lightfast::sandbox::check_values({data, size});
  return 0;
}

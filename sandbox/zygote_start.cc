#include "sandbox/zygote_start.h"

#include <cstring>

#include "sandbox/wire.h"

namespace lightfast::sandbox {
namespace {

std::string bytes_of(const BpfProgram& program) {
  std::string bytes(program.size() * sizeof(sock_filter), '\0');
  if (!program.empty()) std::memcpy(bytes.data(), program.data(), bytes.size());
  return bytes;
}

BpfProgram program_of(const std::string& bytes) {
  BpfProgram program(bytes.size() / sizeof(sock_filter));
  if (!program.empty())
    std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
  return program;
}

}  // namespace

std::string encode(const ZygoteStart& start) {
  WireWriter writer;
  writer.number(static_cast<std::uint64_t>(start.tier)).text(encode(start.workspace));
  writer.number(start.launcher.uid).number(start.launcher.gid);
  writer.number(start.launcher.privileged ? 1 : 0).number(start.filters.size());
  for (const auto& [whom, program] : start.filters)
    writer.number(static_cast<std::uint64_t>(whom)).text(bytes_of(program));
  return writer.bytes();
}

Result<ZygoteStart> decode_zygote_start(std::string_view bytes) {
  WireReader reader(bytes);
  ZygoteStart start;
  start.tier = static_cast<int>(reader.number());
  const auto workspace = reader.text();
  start.launcher = {.uid = static_cast<std::uint32_t>(reader.number()),
                    .gid = static_cast<std::uint32_t>(reader.number()),
                    .privileged = reader.number() != 0};
  constexpr std::uint64_t kMostFilters = 8;
  const std::uint64_t count = reader.number();
  for (std::uint64_t i = 0; i < count && i < kMostFilters; ++i) {
    const auto whom = static_cast<FilterFor>(reader.number());
    start.filters.emplace(whom, program_of(reader.text()));
  }
  if (!reader.ok() || count > kMostFilters)
    return Error{ErrorKind::Corrupt, "reading how to start a zygote: malformed"};
  const auto request = TRY(decode_request(workspace));
  if (request.kind != LauncherRequest::OpenWorkspace)
    return Error{ErrorKind::Corrupt, "reading how to start a zygote: no workspace"};
  start.workspace = request.workspace;
  return start;
}

}  // namespace lightfast::sandbox

#include "sandbox/protocol.h"

#include <algorithm>

#include "sandbox/wire.h"

namespace lightfast::sandbox {
namespace {

Error malformed(std::string_view what) {
  return {ErrorKind::Corrupt,
          std::string("reading a message of the sandbox: malformed ") + std::string(what)};
}

void write_limits(WireWriter& writer, const Limits& limits) {
  writer.number(static_cast<std::uint64_t>(limits.wall_clock.count()))
      .number(limits.cpu_seconds)
      .number(limits.memory_bytes)
      .number(limits.address_space_bytes)
      .number(limits.processes)
      .number(limits.open_files)
      .number(limits.tmp_bytes)
      .number(limits.tmp_entries)
      .number(limits.output_bytes);
}

// Braces fix the order in which the members are read.
Limits read_limits(WireReader& reader) {
  return Limits{.wall_clock = std::chrono::seconds(reader.number()),
                .cpu_seconds = reader.number(),
                .memory_bytes = reader.number(),
                .address_space_bytes = reader.number(),
                .processes = reader.number(),
                .open_files = reader.number(),
                .tmp_bytes = reader.number(),
                .tmp_entries = reader.number(),
                .output_bytes = reader.number()};
}

WorkspaceSpec read_workspace(WireReader& reader) {
  return WorkspaceSpec{.org_index = reader.number(),
                       .toolbox = reader.text(),
                       .snapshot = reader.text(),
                       .host_files = reader.texts(),
                       .limits = read_limits(reader),
                       .running = reader.number()};
}

JobSpec read_job(WireReader& reader) {
  return JobSpec{.org_index = reader.number(),
                 .program = reader.text(),
                 .read_paths = reader.texts(),
                 .write_paths = reader.texts(),
                 .connect_port = reader.number(),
                 .wall_clock_ms = reader.number()};
}

TierProbe read_probe(WireReader& reader) {
  return TierProbe{.tier = static_cast<int>(reader.number()),
                   .available = reader.number() != 0,
                   .why_not = reader.text()};
}

WireWriter begin(LauncherRequest kind) {
  WireWriter writer;
  writer.number(static_cast<std::uint64_t>(kind));
  return writer;
}

}  // namespace

std::string encode(const ReportSpec& spec) {
  return begin(LauncherRequest::Report)
      .text(spec.toolbox)
      .texts(spec.host_files)
      .number(spec.all ? 1 : 0)
      .bytes();
}

std::string encode(const WorkspaceSpec& spec) {
  auto writer = begin(LauncherRequest::OpenWorkspace);
  writer.number(spec.org_index).text(spec.toolbox).text(spec.snapshot).texts(spec.host_files);
  write_limits(writer, spec.limits);
  writer.number(spec.running);
  return writer.bytes();
}

std::string encode(const JobSpec& spec) {
  auto writer = begin(LauncherRequest::RunJob);
  writer.number(spec.org_index).text(spec.program).texts(spec.read_paths).texts(spec.write_paths);
  writer.number(spec.connect_port).number(spec.wall_clock_ms);
  return writer.bytes();
}

Result<DecodedRequest> decode_request(std::string_view bytes) {
  WireReader reader(bytes);
  DecodedRequest request;
  request.kind = static_cast<LauncherRequest>(reader.number());
  switch (request.kind) {
    case LauncherRequest::Report:
      request.report = {
          .toolbox = reader.text(), .host_files = reader.texts(), .all = reader.number() != 0};
      break;
    case LauncherRequest::OpenWorkspace:
      request.workspace = read_workspace(reader);
      break;
    case LauncherRequest::RunJob:
      request.job = read_job(reader);
      break;
    default:
      return malformed("request");
  }
  if (!reader.ok()) return malformed("request");
  return request;
}

std::string encode(const TierReport& report) {
  WireWriter writer;
  writer.number(static_cast<std::uint64_t>(report.tier)).number(report.landlock_abi);
  writer.number(report.probes.size());
  for (const auto& probe : report.probes) {
    writer.number(static_cast<std::uint64_t>(probe.tier)).number(probe.available ? 1 : 0);
    writer.text(probe.why_not);
  }
  return writer.text(report.controllers).text(report.no_controllers_why).bytes();
}

Result<TierReport> decode_report(std::string_view bytes) {
  WireReader reader(bytes);
  TierReport report;
  report.tier = static_cast<int>(reader.number());
  report.landlock_abi = reader.number();
  constexpr std::uint64_t kTiers = 3;
  const std::uint64_t count = reader.number();
  for (std::uint64_t i = 0; i < std::min(count, kTiers); ++i)
    report.probes.push_back(read_probe(reader));
  report.controllers = reader.text();
  report.no_controllers_why = reader.text();
  if (!reader.ok() || count > kTiers) return malformed("report");
  return report;
}

std::string encode(const JobReply& reply) {
  WireWriter writer;
  writer.number(static_cast<std::uint64_t>(reply.end)).number(reply.status).text(reply.problem);
  return writer.bytes();
}

Result<JobReply> decode_job_reply(std::string_view bytes) {
  WireReader reader(bytes);
  JobReply reply{.end = static_cast<JobEnd>(reader.number()),
                 .status = reader.number(),
                 .problem = reader.text()};
  if (!reader.ok() || reply.end < JobEnd::Exited || reply.end > JobEnd::SetupFailed)
    return malformed("job reply");
  return reply;
}

std::string encode_order(std::uint64_t started, bool has_neighbours) {
  return WireWriter()
      .number(static_cast<std::uint64_t>(ZygoteRequest::Order))
      .number(started)
      .number(has_neighbours ? 1 : 0)
      .bytes();
}

std::string encode_kill(std::uint64_t sandbox) {
  return WireWriter()
      .number(static_cast<std::uint64_t>(ZygoteRequest::Kill))
      .number(sandbox)
      .number(0)
      .bytes();
}

Result<DecodedZygoteRequest> decode_zygote_request(std::string_view bytes) {
  WireReader reader(bytes);
  const DecodedZygoteRequest request{.kind = static_cast<ZygoteRequest>(reader.number()),
                                     .sandbox = reader.number(),
                                     .has_neighbours = reader.number() != 0};
  const bool known = request.kind == ZygoteRequest::Order || request.kind == ZygoteRequest::Kill;
  if (!reader.ok() || !known) return malformed("zygote request");
  return request;
}

std::string encode(const ZygoteReply& reply) {
  return WireWriter().number(reply.sandbox).text(reply.problem).bytes();
}

Result<ZygoteReply> decode_zygote_reply(std::string_view bytes) {
  WireReader reader(bytes);
  ZygoteReply reply{.sandbox = reader.number(), .problem = reader.text()};
  if (!reader.ok()) return malformed("zygote reply");
  return reply;
}

std::string encode(const SandboxNotice& notice) {
  return WireWriter()
      .number(static_cast<std::uint64_t>(notice.notice))
      .number(notice.value)
      .text(notice.text)
      .bytes();
}

Result<SandboxNotice> decode_notice(std::string_view bytes) {
  WireReader reader(bytes);
  SandboxNotice notice{.notice = static_cast<Notice>(reader.number()),
                       .value = reader.number(),
                       .text = reader.text()};
  const bool known = notice.notice >= Notice::Exited && notice.notice <= Notice::ProcessesExhausted;
  if (!reader.ok() || !known) return malformed("notice");
  return notice;
}

}  // namespace lightfast::sandbox

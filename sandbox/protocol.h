// The messages of the sandbox. Three channels, all SOCK_SEQPACKET:
//
//   server -> launcher    one request a packet, with a reply socket of its own as first descriptor
//   server <-> zygote     the reply socket of OpenWorkspace: a first reply when it is set up, then
//                         orders for sandboxes, each answered by one, and requests to kill
//   server <-> sandbox    its control socket: the script, as it is, which its shell reads, then
//                         notices from its init, the last of which ends it
//
// Closing a channel ends what is behind it: the server's death ends the launcher, a closed
// workspace its zygote and all that runs in it, a closed control socket its command.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/limits.h"

namespace lightfast::sandbox {

// ---- server -> launcher

enum class LauncherRequest : std::uint64_t { Report = 1, OpenWorkspace, RunJob };

// One (org, snapshot) for commands to run in.
struct WorkspaceSpec {
  std::uint64_t org_index = 0;          // gives the org its own uid in tier 1
  std::string toolbox;                  // directory made by make_toolbox()
  std::string snapshot;                 // directory that becomes /repo
  std::vector<std::string> host_files;  // see Toolbox; only tier 3 uses them
  Limits limits;
  std::uint64_t running = 4;  // commands of the org at once
  bool operator==(const WorkspaceSpec&) const = default;
};

// One run of a confined helper program. Descriptors with it: reply socket, standard input, standard
// output.
struct JobSpec {
  std::uint64_t org_index = 0;
  std::string program;                  // a name beside the launcher
  std::vector<std::string> read_paths;  // readable below
  std::vector<std::string>
      write_paths;                 // writable below; in tier 1 they are given to the org's uid
  std::uint64_t connect_port = 0;  // TCP, besides DNS; 0: no sockets at all
  std::uint64_t wall_clock_ms = 0;
  bool operator==(const JobSpec&) const = default;
};

std::string encode(const WorkspaceSpec& spec);
std::string encode(const JobSpec& spec);

// Which tiers there are, tried with `toolbox` (and its `host_files`). `all`: also those below the
// first that works.
struct ReportSpec {
  std::string toolbox;
  std::vector<std::string> host_files;
  bool all = false;
  bool operator==(const ReportSpec&) const = default;
};
std::string encode(const ReportSpec& spec);

// The kind of a request and the body behind it.
struct DecodedRequest {
  LauncherRequest kind = LauncherRequest::Report;
  ReportSpec report;
  WorkspaceSpec workspace;
  JobSpec job;
};
Result<DecodedRequest> decode_request(std::string_view bytes);

// ---- launcher -> server, on the reply sockets

// What one tier needs and whether it was there when really tried.
struct TierProbe {
  int tier = 0;
  bool available = false;
  std::string why_not;
  bool operator==(const TierProbe&) const = default;
};

struct TierReport {
  int tier = 0;  // the one in use; 0: none, nothing can be run safely
  std::vector<TierProbe> probes;
  std::uint64_t landlock_abi = 0;
  std::string controllers;         // of control groups that limit organisations; empty: none
  std::string no_controllers_why;  // then
  bool operator==(const TierReport&) const = default;
};
std::string encode(const TierReport& report);
Result<TierReport> decode_report(std::string_view bytes);

enum class JobEnd : std::uint64_t { Exited = 1, Signaled, TimedOut, CpuLimit, SetupFailed };
struct JobReply {
  JobEnd end = JobEnd::Exited;
  std::uint64_t status = 0;  // exit code or signal
  std::string problem;       // SetupFailed: what could not be set up
  bool operator==(const JobReply&) const = default;
};
std::string encode(const JobReply& reply);
Result<JobReply> decode_job_reply(std::string_view bytes);

// ---- server <-> zygote

enum class ZygoteRequest : std::uint64_t { Order = 1, Kill };
// One more sandbox is to be made. `started`: the one that is put to use now, 0 for none;
// `has_neighbours`: other organisations use the server, too.
std::string encode_order(std::uint64_t started, bool has_neighbours);
std::string encode_kill(std::uint64_t sandbox);
struct DecodedZygoteRequest {
  ZygoteRequest kind = ZygoteRequest::Order;
  std::uint64_t sandbox = 0;
  bool has_neighbours = false;
};
Result<DecodedZygoteRequest> decode_zygote_request(std::string_view bytes);

// Answer to OpenWorkspace (sandbox = 0) and to an order (with descriptors: control, stdout,
// stderr).
struct ZygoteReply {
  std::uint64_t sandbox = 0;
  std::string problem;  // empty: it went well
  bool operator==(const ZygoteReply&) const = default;
};
std::string encode(const ZygoteReply& reply);
Result<ZygoteReply> decode_zygote_reply(std::string_view bytes);

// ---- server <-> sandbox

// The longest script a sandbox takes.
inline constexpr std::size_t kMaxScriptBytes = 32'768;

enum class Notice : std::uint64_t {
  Exited = 1,          // final; value = exit code
  Signaled,            // final; value = signal
  SetupFailed,         // final; text says what
  MemoryExceeded,      // final; from the zygote, which kills the sandbox
  ProcessesExceeded,   // final; as MemoryExceeded, where the kernel does not hold the limit itself
                       // (tier 3)
  CpuExceeded,         // final; as MemoryExceeded
  ProcessesExhausted,  // the limit on processes was reached
};
struct SandboxNotice {
  Notice notice = Notice::Exited;
  std::uint64_t value = 0;
  std::string text;
};
std::string encode(const SandboxNotice& notice);
Result<SandboxNotice> decode_notice(std::string_view bytes);

}  // namespace lightfast::sandbox

// What the server asks of the helper program `lightfast-git`: one JSON document on its standard
// input.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

struct RemoteSource {
  std::string url;
  std::string token = {};              // empty: no authentication
  std::filesystem::path ca_file = {};  // empty: the system's authorities
  std::string ssh_key = {};            // over ssh: the private key
  std::string known_hosts = {};        // over ssh: the keys that hosts must have

  bool operator==(const RemoteSource&) const = default;
};

// Brings `directory` (laid out as tools/repo/repo.h says) up to date with the source.
struct SyncRequest {
  std::filesystem::path directory;
  std::filesystem::path
      git_dir;  // a local repository's git directory; empty: `remote` is the source
  RemoteSource remote;
  std::string branch;                             // empty: the default branch
  std::chrono::milliseconds lock_wait{20'000};    // how long another process's sync is waited for
  std::chrono::milliseconds stall_limit{15'000};  // how long the remote may stay silent

  bool operator==(const SyncRequest&) const = default;
};

// Enough for the largest text of known hosts (tools/repo/repo.h) as JSON.
inline constexpr std::size_t kMaxRequestBytes = 4UL << 20;

std::string to_json_text(const SyncRequest& request);

// InvalidArgument names the field at fault.
Result<SyncRequest> parse_request(std::string_view text);

}  // namespace lightfast::repo

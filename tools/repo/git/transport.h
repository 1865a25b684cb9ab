// The library's transports, with what the remote sends before a pack counted on its way in: the
// library itself has no bound on how many references a remote may name.
#pragma once

#include <cstddef>
#include <string>

struct git_remote;
struct git_transport;  // NOLINT(readability-identifier-naming): the library's

namespace lightfast::repo {

inline constexpr std::size_t kMaxAdvertisedBytes = 16UL << 20;  // some 200,000 references

// What came in while the remote named its references.
struct Advertisement {
  std::size_t bytes = 0;
  std::string beginning;  // the first 4 KiB, where it says what it can do

  [[nodiscard]] bool is_too_large() const { return bytes > kMaxAdvertisedBytes; }
  [[nodiscard]] bool is_of_sha256() const;
};

enum class Protocol { Http, Ssh };

// For git_remote_callbacks::transport. `advertisement` outlives the transport; past
// kMaxAdvertisedBytes reading fails.
int make_counting_transport(git_transport** out, git_remote* owner, Advertisement& advertisement,
                            Protocol protocol);

}  // namespace lightfast::repo

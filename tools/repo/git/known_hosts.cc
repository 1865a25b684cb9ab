#include "tools/repo/git/known_hosts.h"

#include <libssh2.h>

#include <algorithm>
#include <array>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "base/handles.h"

namespace lightfast::repo {
namespace {

constexpr int kPlainNameRawKey = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW;
constexpr int kAnyType = 0;
constexpr std::string_view kBlank = " \t";

struct KeyType {
  const char* name;
  int mask;
};

// RSA last: libssh2 1.10 only knows its signatures with SHA-1, which hosts no longer make.
constexpr std::array kKeyTypes = {
    KeyType{"ssh-ed25519", LIBSSH2_KNOWNHOST_KEY_ED25519},
    KeyType{"ecdsa-sha2-nistp256", LIBSSH2_KNOWNHOST_KEY_ECDSA_256},
    KeyType{"ecdsa-sha2-nistp384", LIBSSH2_KNOWNHOST_KEY_ECDSA_384},
    KeyType{"ecdsa-sha2-nistp521", LIBSSH2_KNOWNHOST_KEY_ECDSA_521},
    KeyType{"ssh-rsa", LIBSSH2_KNOWNHOST_KEY_SSHRSA},
};

std::string_view take_line(std::string_view& rest) {
  auto line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  while (line.ends_with('\r')) line.remove_suffix(1);
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(kBlank)));
  return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto word = line.substr(0, line.find_first_of(kBlank));
    if (!word.empty()) words.push_back(word);
    line.remove_prefix(std::min(line.size(), word.size() + 1));
  }
  return words;
}

// `@revoked HOSTS TYPE KEY`. Whichever word is a key is revoked, for every host: that errs on the
// safe side.
void add_revoked(std::string_view line, std::vector<std::string>& revoked) {
  const auto words = words_of(line);
  if (words.front() != "@revoked") return;
  for (const auto word : words) {
    if (auto key = base64_decoded(word)) revoked.push_back(std::move(*key));
  }
}

// Names as libssh2 1.10 reads them well; empty when there are none. It takes names of one or two
// letters for hashed ones, and leaks memory over a hash of another length than that of SHA-1.
std::string safe_names(std::string_view names) {
  constexpr std::string_view kHashed = "|1|";
  constexpr std::size_t kHashBytes = 20;
  if (!names.starts_with('|'))
    return names.size() < kHashed.size() ? fmt::format("{0},{0}", names) : std::string(names);
  const auto between = names.rfind('|');
  if (!names.starts_with(kHashed) || between < kHashed.size()) return {};
  const auto salt = base64_decoded(names.substr(kHashed.size(), between - kHashed.size()));
  const auto hash = base64_decoded(names.substr(between + 1));
  const bool is_whole = salt && hash && salt->size() == kHashBytes && hash->size() == kHashBytes;
  return is_whole ? std::string(names) : std::string();
}

}  // namespace

struct KnownHosts::Entries {
  CHandle<LIBSSH2_SESSION, libssh2_session_free> session;
  CHandle<LIBSSH2_KNOWNHOSTS, libssh2_knownhost_free> hosts;  // after the session, which it uses

  void add(std::string_view line) const {
    const auto names = line.substr(0, line.find_first_of(kBlank));
    const auto safe = safe_names(names);
    if (safe.empty()) return;
    const auto whole = safe + std::string(line.substr(names.size()));
    (void)libssh2_knownhost_readline(hosts.get(), whole.c_str(), whole.size(),
                                     LIBSSH2_KNOWNHOST_FILE_OPENSSH);
  }

  [[nodiscard]] int check(const std::string& name, std::string_view key, int type) const {
    constexpr int kPortIsInTheName = -1;
    return libssh2_knownhost_checkp(hosts.get(), name.c_str(), kPortIsInTheName, key.data(),
                                    key.size(), kPlainNameRawKey | type, nullptr);
  }
};

KnownHosts::KnownHosts(std::unique_ptr<Entries> entries) : entries_(std::move(entries)) {}
KnownHosts::KnownHosts(KnownHosts&&) noexcept = default;
KnownHosts& KnownHosts::operator=(KnownHosts&&) noexcept = default;
KnownHosts::~KnownHosts() = default;

std::string known_host_name(const std::string& host, std::uint16_t port) {
  constexpr std::uint16_t kUsualPort = 22;
  return port == kUsualPort ? host : fmt::format("[{}]:{}", host, port);
}

std::string host_key_type(std::string_view key) {
  constexpr std::size_t kLengthBytes = 4;
  if (key.size() < kLengthBytes) return {};
  std::size_t length = 0;
  for (const unsigned char byte : key.substr(0, kLengthBytes)) length = length << 8 | byte;
  if (length > key.size() - kLengthBytes) return {};
  return std::string(key.substr(kLengthBytes, length));
}

Result<KnownHosts> KnownHosts::read(std::string_view text) {
  auto entries = std::make_unique<Entries>();
  entries->session.reset(libssh2_session_init());
  if (entries->session) entries->hosts.reset(libssh2_knownhost_init(entries->session.get()));
  if (!entries->hosts) return Error{ErrorKind::Internal, "starting libssh2"};
  KnownHosts known(std::move(entries));
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('@')) {  // libssh2 would take the marker for the host's name
      add_revoked(line, known.revoked_);
      continue;
    }
    known.entries_->add(line);
  }
  return known;
}

HostKeyVerdict KnownHosts::judge(const std::string& host_name, std::string_view key) const {
  if (std::find(revoked_.begin(), revoked_.end(), key) != revoked_.end())
    return HostKeyVerdict::Revoked;
  const int found =
      key.empty() ? LIBSSH2_KNOWNHOST_CHECK_FAILURE : entries_->check(host_name, key, kAnyType);
  if (found == LIBSSH2_KNOWNHOST_CHECK_MATCH) return HostKeyVerdict::Pinned;
  if (found != LIBSSH2_KNOWNHOST_CHECK_MISMATCH) return HostKeyVerdict::UnknownHost;
  const auto pinned = types(host_name);
  const bool has_type = std::find(pinned.begin(), pinned.end(), host_key_type(key)) != pinned.end();
  return has_type ? HostKeyVerdict::Changed : HostKeyVerdict::OtherType;
}

std::vector<std::string> KnownHosts::types(const std::string& host_name) const {
  constexpr std::string_view kNoKey("\0", 1);  // one that no host has
  std::vector<std::string> found;
  for (const auto& type : kKeyTypes) {
    if (entries_->check(host_name, kNoKey, type.mask) == LIBSSH2_KNOWNHOST_CHECK_MISMATCH)
      found.emplace_back(type.name);
  }
  return found;
}

}  // namespace lightfast::repo

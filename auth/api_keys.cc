#include "auth/api_keys.h"

#include <openssl/crypto.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cstring>
#include <ctime>
#include <unordered_map>
#include <utility>

#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "auth/key_file.h"
#include "base/base64.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/text.h"

namespace lightfast::auth {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretBytes = 32;
constexpr const char* kEveryScope = "context:read";  // the only one there is, of every procedure

template <std::size_t kSize>
std::array<unsigned char, kSize> random_bytes() {
  std::array<unsigned char, kSize> bytes{};
  // So few bytes come whole and at once when the kernel is seeded (getrandom(2)).
  const auto filled = ::getrandom(bytes.data(), bytes.size(), 0);
  assert(filled == static_cast<ssize_t>(bytes.size()));
  return bytes;
}

std::string new_secret() {
  const auto bytes = random_bytes<kSecretBytes>();
  return std::string(kKeyPrefix) +
         base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string new_id() { return fmt::format("key_{:02x}", fmt::join(random_bytes<6>(), "")); }

std::string now_text() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

bool has_form_of_a_key(std::string_view text) {
  if (!text.starts_with(kKeyPrefix) || text.size() != kKeyPrefix.size() + 43) return false;
  const auto bytes = base64url_decoded(text.substr(kKeyPrefix.size()));
  return bytes && bytes->size() == kSecretBytes;
}

Result<void> check_label(const std::string& label) {
  if (label.size() <= kMaxLabelBytes && visible_line(label) == label) return {};
  return Error{ErrorKind::InvalidArgument,
               fmt::format("--label: use one line of text, at most {} bytes", kMaxLabelBytes),
               "label"};
}

Error no_such_key(const std::string& id, const std::vector<StoredKey>& keys) {
  std::vector<std::string_view> known(keys.size());
  std::ranges::transform(keys, known.begin(),
                         [](const StoredKey& stored) { return std::string_view(stored.key.id); });
  const auto nearest = nearest_word(id, known);
  const auto hint = nearest.empty() ? std::string("`lightfast keys list` shows those there are")
                                    : fmt::format("did you mean '{}'?", nearest);
  return {ErrorKind::NotFound,
          fmt::format("revoking API key '{}': there is none with this id; {}", id, hint)};
}

Result<void> add(std::vector<StoredKey>& keys, const NewApiKey& made) {
  if (keys.size() >= kMaxKeys) {
    return Error{ErrorKind::LimitExceeded,
                 fmt::format("creating an API key: there are {} already, which is the most there "
                             "can be",
                             keys.size())};
  }
  keys.push_back({made.key, sha256(made.secret)});
  return {};
}

// `revoked` becomes what is then known of the key.
Result<void> revoke(std::vector<StoredKey>& keys, const std::string& id, ApiKey& revoked) {
  const auto found =
      std::ranges::find_if(keys, [&id](const StoredKey& stored) { return stored.key.id == id; });
  if (found == keys.end()) return no_such_key(id, keys);
  if (!found->key.revoked_at) found->key.revoked_at = now_text();
  revoked = found->key;
  return {};
}

// The good keys, found by their digests.
class KeyTable {
 public:
  KeyTable() = default;
  explicit KeyTable(const std::vector<StoredKey>& keys) {
    for (const auto& [key, digest] : keys) {
      if (key.revoked_at) continue;
      entries_.emplace(place_of(digest), Entry{digest, {key.id, key.org, key.scopes}});
    }
  }

  [[nodiscard]] std::optional<Principal> find(const Digest& digest) const {
    const auto [begin, end] = entries_.equal_range(place_of(digest));
    for (auto entry = begin; entry != end; ++entry) {
      const auto& known = entry->second.digest;
      if (::CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0)
        return entry->second.principal;
    }
    return std::nullopt;
  }

 private:
  struct Entry {
    Digest digest;
    Principal principal;
  };

  // What time tells of this part leads nobody to a key: that would be the search for a preimage.
  static std::uint64_t place_of(const Digest& digest) {
    std::uint64_t place = 0;
    std::memcpy(&place, digest.data(), sizeof place);
    return place;
  }

  std::unordered_multimap<std::uint64_t, Entry> entries_;
};

// What is known of the file.
struct View {
  std::optional<FileState> state;  // that the rest is of; nothing: look again
  KeyTable table;
  bool has_keys = true;  // or it cannot be told
  bool failed = false;
};

// Without keys from now on. What only happened to this try is tried again with the next.
void fail(View& view, const std::optional<FileState>& state, const Error& error) {
  const bool is_of_the_file = error.kind == ErrorKind::Corrupt ||
                              error.kind == ErrorKind::PermissionDenied ||
                              error.kind == ErrorKind::LimitExceeded;
  if (!view.failed) log_for("auth").error("event=keys_not_readable error=\"{}\"", error.message);
  view = {.state = is_of_the_file ? state : std::nullopt,
          .table = {},
          .has_keys = true,
          .failed = true};
}

void refresh(View& view, const fs::path& file) {
  const auto state = state_of(file);
  if (!state) return fail(view, std::nullopt, state.error());
  if (view.state == *state) return;
  const auto read = read_key_file(file);
  if (!read) return fail(view, *state, read.error());
  if (view.failed) log_for("auth").info("event=keys_readable_again");
  view = {.state = read->state,
          .table = KeyTable(read->keys),
          .has_keys = !read->keys.empty(),
          .failed = false};
}

}  // namespace

struct ApiKeys::State {
  fs::path file;
  Guarded<View> view;
};

ApiKeys::ApiKeys(std::unique_ptr<State> state) : state_(std::move(state)) {}
ApiKeys::ApiKeys(ApiKeys&&) noexcept = default;
ApiKeys& ApiKeys::operator=(ApiKeys&&) noexcept = default;
ApiKeys::~ApiKeys() = default;

Result<ApiKeys> ApiKeys::open(const fs::path& data_dir) {
  auto state = std::make_unique<State>();
  state->file = data_dir / "keys.json";
  TRY(read_key_file(state->file));
  return ApiKeys(std::move(state));
}

Result<NewApiKey> ApiKeys::create(const OrgId& org, const std::string& label) {
  TRY(check_label(label));
  NewApiKey made{.key = {.id = new_id(),
                         .org = org,
                         .label = label,
                         .scopes = {kEveryScope},
                         .created_at = now_text(),
                         .revoked_at = std::nullopt},
                 .secret = new_secret()};
  TRY(change_key_file(state_->file, [&](std::vector<StoredKey>& keys) { return add(keys, made); }));
  return made;
}

Result<std::vector<ApiKey>> ApiKeys::list() const {
  auto read = TRY(read_key_file(state_->file));
  std::vector<ApiKey> keys;
  keys.reserve(read.keys.size());
  for (auto& stored : read.keys) keys.push_back(std::move(stored.key));
  return keys;
}

Result<ApiKey> ApiKeys::revoke(const std::string& id) {
  ApiKey revoked;
  TRY(change_key_file(
      state_->file, [&](std::vector<StoredKey>& keys) { return auth::revoke(keys, id, revoked); }));
  return revoked;
}

bool ApiKeys::any_ever_created() const {
  return state_->view.with([&](View& view) {
    refresh(view, state_->file);
    return view.has_keys;
  });
}

std::optional<Principal> ApiKeys::find(std::string_view presented) {
  if (!has_form_of_a_key(presented)) return std::nullopt;
  const auto digest = sha256(presented);
  // A changed file is read with the lock held: until then nobody is to be let in by the old keys.
  return state_->view.with([&](View& view) {
    refresh(view, state_->file);
    return view.table.find(digest);
  });
}

}  // namespace lightfast::auth

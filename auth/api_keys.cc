#include "auth/api_keys.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <ctime>
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

// What is known of the file.
struct View {
  std::optional<FileState> state;  // that the keys are of; nothing: look again
  std::shared_ptr<const KnownKeys> keys;
  bool failed = false;
};

// Without keys from now on. What only happened to this try is tried again with the next.
void fail(View& view, const std::optional<FileState>& state, const Error& error) {
  const bool is_of_the_file = error.kind == ErrorKind::Corrupt ||
                              error.kind == ErrorKind::PermissionDenied ||
                              error.kind == ErrorKind::LimitExceeded;
  if (!view.failed) log_for("auth").error("event=keys_not_readable error=\"{}\"", error.message);
  view = {.state = is_of_the_file ? state : std::nullopt,
          .keys = std::make_shared<const KnownKeys>(),
          .failed = true};
}

void refresh(View& view, const fs::path& file) {
  const auto state = state_of(file);
  if (!state) return fail(view, std::nullopt, state.error());
  if (view.state == *state) return;
  const auto read = read_key_file(file);
  if (!read) return fail(view, *state, read.error());
  if (view.failed) log_for("auth").info("event=keys_readable_again");
  view = {
      .state = read->state, .keys = std::make_shared<const KnownKeys>(read->keys), .failed = false};
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

Result<NewApiKey> ApiKeys::create(const OrgId& org, const std::string& label,
                                  const std::vector<std::string>& scopes) {
  TRY(check_label(label));
  NewApiKey made{.key = {.id = new_id(),
                         .org = org,
                         .label = label,
                         .scopes = scopes,
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

std::shared_ptr<const KnownKeys> ApiKeys::known() const {
  // A changed file is read with the lock held: until then nobody is to be let in by the old keys.
  return state_->view.with([&](View& view) {
    refresh(view, state_->file);
    return view.keys;
  });
}

}  // namespace lightfast::auth

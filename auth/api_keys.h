// The API keys of a hosted server, in DATA_DIR/keys.json. Of a key only its SHA-256 is kept.
// Several processes may share the file: each sees at its next call what another one changed. Any
// thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/known_keys.h"
#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"

namespace lightfast::auth {

inline constexpr std::size_t kMaxKeys = 10'000;  // revoked ones included
inline constexpr std::size_t kMaxLabelBytes = 200;

// What is known of a key, without its secret.
struct ApiKey {
  std::string id;  // `key_` and 12 hexadecimal digits
  OrgId org;
  std::string label;                      // what it is for; one line, may be empty
  std::vector<std::string> scopes;        // what it may be used for
  std::string created_at;                 // ISO 8601 in UTC, as is revoked_at
  std::optional<std::string> revoked_at;  // nothing while the key is good

  bool operator==(const ApiKey&) const = default;
};

struct NewApiKey {
  ApiKey key;
  std::string secret;  // nobody can tell it a second time
};

class ApiKeys {
 public:
  // Touches nothing but files in `data_dir`; a file that is not there yet holds no keys. Corrupt
  // when it is damaged and PermissionDenied when others may write it: it is left as it is, and the
  // message says what to do.
  static Result<ApiKeys> open(const std::filesystem::path& data_dir);

  ApiKeys(ApiKeys&&) noexcept;
  ApiKeys& operator=(ApiKeys&&) noexcept;
  ~ApiKeys();

  // Makes a key and has it on disk before it returns. As root, the file goes to the owner of the
  // data directory. InvalidArgument for a label that is not one line of text; LimitExceeded when
  // there are kMaxKeys.
  Result<NewApiKey> create(const OrgId& org, const std::string& label,
                           const std::vector<std::string>& scopes = {kReadsContext});

  // All keys, oldest first.
  [[nodiscard]] Result<std::vector<ApiKey>> list() const;

  // Makes the key worthless, in other processes too, by their next call of known(). A key that was
  // revoked before stays as it is. NotFound names the nearest id that there is.
  Result<ApiKey> revoke(const std::string& id);

  // The keys as they are now. While the file cannot be read or is damaged no key is good; the log
  // says so once. Costs a stat(2), and a read of the file when that has changed.
  [[nodiscard]] std::shared_ptr<const KnownKeys> known() const;

 private:
  struct State;
  explicit ApiKeys(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace lightfast::auth

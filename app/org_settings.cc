#include "app/org_settings.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/config_file.h"
#include "base/base_url.h"
#include "base/text.h"
#include "sandbox/sandboxes.h"
#include "tools/repo/layout.h"
#include "tools/repo/repo.h"
#include "tools/repo/source.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;

Error wrong(const std::string& place, std::string_view what) {
  return {ErrorKind::InvalidArgument, fmt::format("{}: {}", place, what)};
}

// The members of an object that may have those named and no others. `place` is where it is in the
// file: `orgs[2].repo`.
class Fields {
 public:
  static Result<Fields> of(const Json& object, std::string place,
                           std::initializer_list<std::string_view> known) {
    if (!object.is_object()) return wrong(place, "must be an object");
    Fields fields(std::move(place));
    for (const auto& [key, value] : object.items()) {
      const auto* const name = std::ranges::find(known, plain_key(key), plain_key);
      if (name == known.end()) return fields.unknown(key, known);
      fields.values_.emplace(*name, &value);
    }
    return fields;
  }

  [[nodiscard]] std::string place_of(std::string_view name) const {
    return fmt::format("{}.{}", place_, name);
  }

  // Null when it is not there.
  [[nodiscard]] const Json* find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : found->second;
  }

  // Empty when it is not there.
  [[nodiscard]] Result<std::string> text(std::string_view name) const {
    const Json* const value = find(name);
    if (value == nullptr) return std::string();
    if (value->is_string() && !value->get_ref<const std::string&>().empty())
      return value->get<std::string>();
    return wrong(place_of(name), "must be a string that is not empty");
  }

 private:
  explicit Fields(std::string place) : place_(std::move(place)) {}

  [[nodiscard]] Error unknown(const std::string& key,
                              std::initializer_list<std::string_view> known) const {
    const std::vector<std::string_view> names(known);
    const auto nearest = nearest_word(key, names);
    const auto hint = nearest.empty() ? fmt::format("known are {}", fmt::join(names, ", "))
                                      : fmt::format("did you mean '{}'?", nearest);
    return wrong(place_, fmt::format("unknown key '{}'; {}", visible_line(key), hint));
  }

  std::string place_;
  std::map<std::string_view, const Json*> values_;
};

// Reads one organisation.
class OrgReader {
 public:
  OrgReader(const fs::path& directory, Secrets& secrets)
      : directory_(directory), secrets_(secrets) {}

  Result<OrgSettings> read(const Json& object, const std::string& place) {
    const auto fields =
        TRY(Fields::of(object, place, {"id", "repo", "store", "memory", "webhooks"}));
    OrgSettings org;
    org.id.value = TRY(fields.text("id"));
    TRY(repo::check_org(org.id).during(fields.place_of("id")));
    const Json* const repo = fields.find("repo");
    if (repo == nullptr) return wrong(fields.place_of("repo"), "is missing");
    TRY(read_repo(org, *repo, fields.place_of("repo")));
    const auto store = TRY(fields.text("store"));
    if (!store.empty()) org.store = (directory_ / store).lexically_normal();
    if (const Json* const memory = fields.find("memory"))
      TRY(read_memory(org, *memory, fields.place_of("memory")));
    if (const Json* const webhooks = fields.find("webhooks"))
      TRY(read_webhooks(org, *webhooks, fields.place_of("webhooks")));
    return org;
  }

 private:
  // `repo` may be the URL alone.
  Result<void> read_repo(OrgSettings& org, const Json& repo, const std::string& place) {
    if (repo.is_string()) return read_repo(org, Json{{"url", repo}}, place);
    const auto fields = TRY(Fields::of(repo, place, {"url", "branch", "auth"}));
    org.repo = TRY(fields.text("url"));
    if (org.repo.empty()) return wrong(fields.place_of("url"), "is missing");
    const auto source = TRY(repo::parse_source(org.repo).during(fields.place_of("url")));
    const bool is_relative = std::holds_alternative<repo::LocalPath>(source);
    if (is_relative) org.repo = directory_ / org.repo;
    org.branch = TRY(fields.text("branch"));
    TRY(repo::check_branch(org.branch).during(fields.place_of("branch")));
    if (const Json* const auth = fields.find("auth"))
      TRY(read_auth(org, *auth, fields.place_of("auth")));
    const auto* const remote = std::get_if<repo::RemoteUrl>(&source);
    if (remote != nullptr && remote->scheme == repo::Scheme::Ssh && org.ssh_key.empty())
      return wrong(fields.place_of("auth"),
                   "of a repository over ssh: give sshKeyFile and "
                   "knownHostsFile");
    return {};
  }

  Result<void> read_auth(OrgSettings& org, const Json& auth, const std::string& place) {
    if (auth == "githubApp") return {};
    org.uses_app = false;
    if (auth == "none") return {};
    if (!auth.is_object())
      return wrong(place, R"(must be "none", "githubApp" or an object that names a secret)");
    const auto fields = TRY(Fields::of(
        auth, place, {"tokenFile", "tokenEnv", "sshKeyFile", "sshKeyEnv", "knownHostsFile"}));
    const bool is_ssh = fields.find("sshKeyFile") || fields.find("sshKeyEnv");
    if (is_ssh) return read_ssh(org, fields);
    org.repo_token = TRY(secret(fields, "tokenFile", "tokenEnv"));
    return {};
  }

  Result<void> read_ssh(OrgSettings& org, const Fields& fields) {
    org.ssh_key = TRY(secret(fields, "sshKeyFile", "sshKeyEnv"));
    const auto place = fields.place_of("knownHostsFile");
    const auto file = TRY(fields.text("knownHostsFile"));
    if (file.empty()) return wrong(place, "is missing: which keys the host may have");
    org.ssh_known_hosts = TRY(secrets_.in(directory_ / file, repo::kMaxKnownHosts).during(place));
    return {};
  }

  // `memory` may be the URL alone.
  Result<void> read_memory(OrgSettings& org, const Json& memory, const std::string& place) {
    if (memory.is_string()) return read_memory(org, Json{{"url", memory}}, place);
    const auto fields = TRY(Fields::of(memory, place, {"url", "apiKeyFile", "apiKeyEnv"}));
    org.memory_url = TRY(fields.text("url"));
    if (org.memory_url.empty()) return wrong(fields.place_of("url"), "is missing");
    const auto url = fields.place_of("url");
    TRY(parse_base_url(org.memory_url, {.name = "memory-url", .place_of_key = "apiKeyFile"})
            .during(url));
    const bool has_key = fields.find("apiKeyFile") || fields.find("apiKeyEnv");
    if (has_key) org.memory_api_key = TRY(secret(fields, "apiKeyFile", "apiKeyEnv"));
    return {};
  }

  Result<void> read_webhooks(OrgSettings& org, const Json& webhooks, const std::string& place) {
    const auto senders =
        TRY(Fields::of(webhooks, place, {"github", "vercel", "linear", "sentry", "generic"}));
    for (const auto& [name, variable] : kWebhookSenders) {
      if (const Json* const own = senders.find(name))
        org.webhook_secrets[name] = TRY(webhook_secrets(*own, senders.place_of(name)));
    }
    return {};
  }

  Result<std::vector<std::string>> webhook_secrets(const Json& own, const std::string& place) {
    const auto fields = TRY(Fields::of(
        own, place, {"secretFile", "secretEnv", "previousSecretFile", "previousSecretEnv"}));
    std::vector<std::string> secrets = {TRY(secret(fields, "secretFile", "secretEnv"))};
    const bool has_previous = fields.find("previousSecretFile") || fields.find("previousSecretEnv");
    if (has_previous)
      secrets.push_back(TRY(secret(fields, "previousSecretFile", "previousSecretEnv")));
    return secrets;
  }

  // What the file or the variable holds that one of two members names.
  Result<std::string> secret(const Fields& fields, std::string_view file,
                             std::string_view variable) {
    const auto path = TRY(fields.text(file));
    const auto name = TRY(fields.text(variable));
    if (path.empty() == name.empty()) {
      return wrong(fields.place_of(file),
                   fmt::format("name a file here, or a variable in {}, and not both", variable));
    }
    const auto place = fields.place_of(path.empty() ? variable : file);
    auto text =
        TRY((path.empty() ? secrets_.of(name) : secrets_.in(directory_ / path)).during(place));
    if (text.empty()) return wrong(place, "there is nothing in it");
    return text;
  }

  const fs::path& directory_;
  Secrets& secrets_;
};

std::optional<OrgId> id_in(const Json& object) {
  if (!object.is_object()) return std::nullopt;
  for (const auto& [key, value] : object.items()) {
    if (plain_key(key) != "id" || !value.is_string()) continue;
    OrgId id{value.get<std::string>()};
    if (repo::check_org(id)) return id;
  }
  return std::nullopt;
}

// Each has a name, and by that a user id, of its own.
class Taken {
 public:
  Result<void> take(const OrgId& id, const std::string& place) {
    if (!names_.insert(id).second)
      return wrong(place, fmt::format("there is an organisation '{}' before", id.value));
    const auto [other, is_free] = by_index_.emplace(sandbox::Sandboxes::index_of(id), id);
    if (is_free) return {};
    return wrong(place, fmt::format("'{}' and '{}' would have the same user id; give one of them "
                                    "another name",
                                    id.value, other->second.value));
  }

 private:
  std::set<OrgId> names_;
  std::map<std::uint64_t, OrgId> by_index_;
};

}  // namespace

DeclaredOrgs read_orgs(const Json& orgs, const fs::path& directory, Secrets& secrets) {
  DeclaredOrgs declared;
  OrgReader reader(directory, secrets);
  Taken taken;
  for (std::size_t i = 0; i < orgs.size(); ++i) {
    const auto place = fmt::format("orgs[{}]", i);
    auto org = reader.read(orgs[i], place);
    const auto is_free = org ? taken.take(org->id, place + ".id") : Result<void>();
    if (org && is_free) {
      declared.orgs.push_back(*std::move(org));
    } else {
      const auto& why = org ? is_free.error().message : org.error().message;
      const auto id = org ? std::nullopt : id_in(orgs[i]);
      declared.bad.push_back({id, visible_line(why)});
    }
  }
  return declared;
}

}  // namespace lightfast

#include "tools/ingest/github.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/json.h"
#include "base/text.h"
#include "tools/ingest/signatures.h"

namespace lightfast::ingest {
namespace {

constexpr std::size_t kMaxText = 512;

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char small = static_cast<char>(byte | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string form_decoded(std::string_view text) {
  std::string value;
  value.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                           hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      value += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      value += text[i] == '+' ? ' ' : text[i];
    }
  }
  return value;
}

// The value of `payload` in a form (application/x-www-form-urlencoded; WHATWG URL, 5.1).
std::string payload_of_form(std::string_view form) {
  constexpr std::string_view kName = "payload=";
  while (!form.empty()) {
    const auto field = form.substr(0, form.find('&'));
    if (field.starts_with(kName)) return form_decoded(field.substr(kName.size()));
    form.remove_prefix(std::min(form.size(), field.size() + 1));
  }
  return {};
}

std::string short_text_in(const Json& object, const char* name) {
  return text_in(object, name).substr(0, kMaxText);
}

const Json& part(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

std::int64_t number_in(const Json& object, const char* name) {
  const Json& value = part(object, name);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool is_beyond = value.is_number_unsigned() && value.get<std::uint64_t>() > kMost;
  return value.is_number_integer() && !is_beyond ? std::max<std::int64_t>(0, value) : 0;
}

// Why a push changes nothing that is served; empty when it may.
std::string why_no_matter(const GitHubEvent& push, const std::string& branch) {
  constexpr std::string_view kBranches = "refs/heads/";
  if (!push.ref.starts_with(kBranches)) return "not of a branch";
  const auto& wanted = branch.empty() ? push.default_branch : branch;
  if (wanted.empty() || push.ref.substr(kBranches.size()) == wanted) return {};
  return "of another branch";
}

// The first of them that is there.
std::string first_of(std::initializer_list<std::string> texts) {
  const auto* const found =
      std::ranges::find_if(texts, [](const std::string& text) { return !text.empty(); });
  return found == texts.end() ? std::string() : *found;
}

}  // namespace

GitHubEvent github_event(std::string_view event, const Json& payload) {
  const auto& repository = part(payload, "repository");
  const auto& installation = part(payload, "installation");
  return {.name = std::string(event.substr(0, event.find('.'))),
          .action = short_text_in(payload, "action"),
          .ref = short_text_in(payload, "ref"),
          .default_branch = short_text_in(repository, "default_branch"),
          .repository = number_in(repository, "id"),
          .installation = number_in(installation, "id"),
          .full_name = short_text_in(repository, "full_name"),
          .owner = first_of({short_text_in(part(repository, "owner"), "login"),
                             short_text_in(part(installation, "account"), "login"),
                             short_text_in(part(payload, "organization"), "login")})};
}

Json payload_of(const GitHubEvent& event) {
  Json payload = Json::object();
  if (!event.action.empty()) payload["action"] = event.action;
  if (!event.ref.empty()) payload["ref"] = event.ref;
  auto& repository = payload["repository"];
  if (event.repository != 0) repository["id"] = event.repository;
  if (!event.full_name.empty()) repository["full_name"] = event.full_name;
  if (!event.default_branch.empty()) repository["default_branch"] = event.default_branch;
  if (!event.owner.empty()) repository["owner"] = {{"login", event.owner}};
  if (event.installation != 0) payload["installation"] = {{"id", event.installation}};
  return payload;
}

std::string why_ignored(const GitHubEvent& event, const std::string& branch) {
  // What may change how the repository is reached, or which branch is its default.
  static constexpr std::array kRepository = {"renamed",    "transferred", "deleted",  "edited",
                                             "privatized", "publicized",  "archived", "unarchived"};
  if (event.name == "push") return why_no_matter(event, branch);
  if (event.name == "ping") return "a ping";
  if (event.name == "installation" || event.name == "installation_repositories") return {};
  const bool is_known = std::ranges::find(kRepository, event.action) != kRepository.end();
  if (event.name == "repository" && is_known) return {};
  return "of no matter for the repository";
}

std::expected<GitHubDelivery, Refusal> read_github(const Posted& posted,
                                                   const std::vector<std::string>& secrets) {
  const auto refuse = [](int status, std::string why) {
    return std::unexpected(Refusal{status, std::move(why)});
  };
  constexpr std::string_view kScheme = "sha256=";
  const auto signature = posted.header("X-Hub-Signature-256");
  if (!signature.starts_with(kScheme) ||
      !is_signed(Hash::Sha256, posted.body, std::string_view(signature).substr(kScheme.size()),
                 secrets))
    return refuse(401, "X-Hub-Signature-256 is missing or not made with this server's secret");
  const auto id = posted.header("X-GitHub-Delivery");
  const auto event = posted.header("X-GitHub-Event");
  if (!is_plain(id) || !is_plain(event))
    return refuse(400, "a delivery has one X-GitHub-Delivery and one X-GitHub-Event");
  const bool is_form =
      posted.header("Content-Type").starts_with("application/x-www-form-urlencoded");
  const auto body = is_form ? payload_of_form(posted.body) : std::string(posted.body);
  auto payload = object_in(body);
  if (!payload) return std::unexpected(std::move(payload.error()));
  auto about = github_event(event, *payload);
  auto named = is_plain(about.action) ? event + "." + about.action : event;
  return GitHubDelivery{.id = id,
                        .event = std::move(named),
                        .about = std::move(about),
                        .payload = *std::move(payload)};
}

}  // namespace lightfast::ingest

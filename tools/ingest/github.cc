#include "tools/ingest/github.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/json.h"
#include "base/text.h"

namespace lightfast::ingest {
namespace {

constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxId = 100;

constexpr std::size_t kDigestBytes = 32;  // SHA-256
using Digest = std::array<unsigned char, kDigestBytes>;

Digest hmac_sha256(std::string_view key, std::string_view body) {
  Digest digest{};
  unsigned length = kDigestBytes;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  return digest;
}

std::string signature_text(const Digest& digest) {
  return fmt::format("sha256={:02x}", fmt::join(digest, ""));
}

// Letters, digits and a few marks, as in a GUID or an event's name.
bool is_plain(std::string_view text) {
  const auto is_fine = [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '-' || byte == '_' || byte == '.';
  };
  return !text.empty() && text.size() <= kMaxId && std::ranges::all_of(text, is_fine);
}

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

std::string text_in(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

const Json& part(const Json& object, const char* name) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

// Why a push changes nothing that is served; empty when it may.
std::string why_no_matter(const Json& push, const std::string& branch) {
  constexpr std::string_view kBranches = "refs/heads/";
  const auto ref = text_in(push, "ref");
  if (!ref.starts_with(kBranches)) return "not of a branch";
  const auto standard = text_in(part(push, "repository"), "default_branch");
  const auto& wanted = branch.empty() ? standard : branch;
  if (wanted.empty() || ref.substr(kBranches.size()) == wanted) return {};
  return "of another branch";
}

// Why an event changes nothing that is served; empty when it may.
std::string why_ignored(std::string_view event, const std::string& action, const Json& payload,
                        const std::string& branch) {
  // What may change how the repository is reached, or which branch is its default.
  static constexpr std::array kRepository = {"renamed",    "transferred", "deleted",  "edited",
                                             "privatized", "publicized",  "archived", "unarchived"};
  if (event == "push") return why_no_matter(payload, branch);
  if (event == "ping") return "a ping";
  if (event == "installation" || event == "installation_repositories") return {};
  if (event == "repository" && std::ranges::find(kRepository, action) != kRepository.end())
    return {};
  return "of no matter for the repository";
}

}  // namespace

bool is_signed(std::string_view body, std::string_view header,
               const std::vector<std::string>& secrets) {
  bool is_right = false;
  for (const auto& secret : secrets) {
    const auto right = signature_text(hmac_sha256(secret, body));
    const bool matches = header.size() == right.size() &&
                         ::CRYPTO_memcmp(header.data(), right.data(), right.size()) == 0;
    is_right = is_right || matches;
  }
  return is_right;
}

std::expected<Delivery, Refusal> read_github(const Posted& posted,
                                             const std::vector<std::string>& secrets,
                                             const std::string& branch) {
  const auto refuse = [](int status, std::string why) {
    return std::unexpected(Refusal{status, std::move(why)});
  };
  if (!is_signed(posted.body, posted.header("X-Hub-Signature-256"), secrets))
    return refuse(401, "X-Hub-Signature-256 is missing or not made with this server's secret");
  const auto id = posted.header("X-GitHub-Delivery");
  const auto event = posted.header("X-GitHub-Event");
  if (!is_plain(id) || !is_plain(event))
    return refuse(400, "a delivery has one X-GitHub-Delivery and one X-GitHub-Event");
  const bool is_form =
      posted.header("Content-Type").starts_with("application/x-www-form-urlencoded");
  auto body = is_form ? payload_of_form(posted.body) : std::string(posted.body);
  if (is_nested_deeper_than(kMaxNesting, body))
    return refuse(400, "the payload is nested too deep");
  const auto payload = Json::parse(body, nullptr, false);
  if (!payload.is_object()) return refuse(400, "the payload is not a JSON object");
  const auto action = text_in(payload, "action");
  auto ignored = why_ignored(event, action, payload, branch);
  return Delivery{.provider = "github",
                  .org = posted.org,
                  .id = id,
                  .event = is_plain(action) ? event + "." + action : event,
                  .status = ignored.empty() ? Status::Waiting : Status::Ignored,
                  .reason = std::move(ignored),
                  .body = std::move(body)};
}

}  // namespace lightfast::ingest

#include "tests/conformance/state_seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cassert>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace lightfast::conformance {
namespace {

constexpr std::chrono::minutes kLifetime{10};

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

StateSeal::StateSeal() {
  const int made = ::RAND_bytes(key_.data(), static_cast<int>(key_.size()));
  assert(made == 1);
}

// HMAC-SHA256 (RFC 2104).
std::string StateSeal::mac_of(std::string_view content) const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(content.data());
  const auto* const made =
      ::EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key_.data(), key_.size(), bytes,
                  content.size(), mac.data(), mac.size(), &size);
  assert(made != nullptr);
  return {mac.begin(), mac.begin() + size};
}

// `CONTENT.MAC`.
std::string StateSeal::seal(const Json& state) const {
  const Json whole = {{"state", state},
                      {"until", seconds_now() + std::chrono::seconds(kLifetime).count()}};
  const auto content = base64url(whole.dump());
  return content + "." + base64url(mac_of(content));
}

std::optional<Json> StateSeal::open(std::string_view text) const {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto content = text.substr(0, dot);
  const auto mac = base64url_decoded(text.substr(dot + 1));
  if (!mac || !is_same(*mac, mac_of(content))) return std::nullopt;
  const auto whole = Json::parse(base64url_decoded(content).value(), nullptr, false);
  if (whole.at("until").get<std::int64_t>() < seconds_now()) return std::nullopt;
  return whole.at("state");
}

}  // namespace lightfast::conformance

#include "tools/ingest/signatures.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <span>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/base64.h"

namespace lightfast::ingest {
namespace {

constexpr int kMostSignatures = 16;  // of one header

std::string bytes_of(std::span<const unsigned char> digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hmac(Hash hash, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::HMAC(hash == Hash::Sha1 ? ::EVP_sha1() : ::EVP_sha256(), key.data(),
         static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest.data(), &length);
  return bytes_of(std::span(digest).first(length));
}

std::string hexadecimal(std::string_view bytes) {
  const std::span digits(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return fmt::format("{:02x}", fmt::join(digits, ""));
}

bool is_equal(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::vector<std::string> keys_of(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  const bool is_marked = secret.starts_with(kPrefix);
  std::vector<std::string> keys;
  if (auto key = base64_decoded(is_marked ? secret.substr(kPrefix.size()) : secret))
    keys.push_back(*std::move(key));
  if (!is_marked) keys.emplace_back(secret);
  // The specification wants 24 bytes or more; a template's empty secret is everybody's.
  const std::size_t least = is_marked ? 16 : 1;
  std::erase_if(keys, [least](const std::string& key) { return key.size() < least; });
  return keys;
}

}  // namespace

bool is_signed(Hash hash, std::string_view body, std::string_view signature,
               const std::vector<std::string>& secrets) {
  bool is_right = false;
  for (const auto& secret : secrets)
    is_right = is_equal(signature, hexadecimal(hmac(hash, secret, body))) || is_right;
  return is_right;
}

bool is_signed(const StandardParts& parts, std::string_view signatures,
               const std::vector<std::string>& secrets) {
  const auto text = fmt::format("{}.{}.{}", parts.id, parts.timestamp, parts.body);
  std::vector<std::string> right;
  for (const auto& secret : secrets) {
    for (const auto& key : keys_of(secret))
      right.push_back("v1," + base64(hmac(Hash::Sha256, key, text)));
  }
  const bool are_several_headers = signatures.find(", ") != std::string_view::npos;
  if (are_several_headers) return false;
  bool is_right = false;
  for (int i = 0; i < kMostSignatures && !signatures.empty(); ++i) {
    const auto one = signatures.substr(0, signatures.find(' '));
    for (const auto& wanted : right) is_right = is_equal(one, wanted) || is_right;
    signatures.remove_prefix(std::min(one.size() + 1, signatures.size()));
  }
  return is_right;
}

std::string fingerprint(std::string_view bytes) {
  constexpr std::size_t kDigits = 32;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, ::EVP_sha256(), nullptr);
  return hexadecimal(bytes_of(std::span(digest).first(length))).substr(0, kDigits);
}

}  // namespace lightfast::ingest

// An issuer of tokens for tests: keys of each kind, made by OpenSSL, and tokens signed with them.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/jwt.h"
#include "base/base64.h"
#include "base/handles.h"
#include "base/json.h"

namespace lightfast::test {

class SigningKey {
 public:
  static SigningKey rsa(unsigned bits) {
    return SigningKey(::EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}));
  }
  static SigningKey elliptic(const char* curve) {
    return SigningKey(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
  }
  static SigningKey ed25519() {
    return SigningKey(::EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }

  // The public key as a JWK with this id.
  [[nodiscard]] Json jwk(const std::string& id) const {
    Json jwk = {{"kid", id}, {"use", "sig"}};
    if (is("RSA")) {
      jwk.update({{"kty", "RSA"}, {"n", number("n", 0)}, {"e", number("e", 0)}});
    } else if (is("EC")) {
      const auto bytes = static_cast<int>(half());
      jwk.update({{"kty", "EC"},
                  {"crv", bytes == 32   ? "P-256"
                          : bytes == 48 ? "P-384"
                                        : "P-521"},
                  {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, bytes)},
                  {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, bytes)}});
    } else {
      std::string x(32, '\0');
      std::size_t size = x.size();
      REQUIRE(::EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(x), &size) == 1);
      jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(x)}});
    }
    return jwk;
  }

  // A signature as JWS has it, by the rules of `algorithm` where this key can be used with them.
  [[nodiscard]] std::string sign(const std::string& algorithm, std::string_view message,
                                 int salt = RSA_PSS_SALTLEN_DIGEST) const {
    const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(::EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;
    const auto digest = is("ED25519") ? "" : "SHA" + algorithm.substr(2);
    REQUIRE(::EVP_DigestSignInit_ex(context.get(), &options,
                                    digest.empty() ? nullptr : digest.c_str(), nullptr, nullptr,
                                    key_.get(), nullptr) == 1);
    if (algorithm.starts_with("PS")) {
      REQUIRE(::EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
      REQUIRE(::EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1);
    }
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    REQUIRE(::EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message),
                             message.size()) == 1);
    signature.resize(size);
    return is("EC") ? side_by_side(signature) : signature;
  }

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key, ::EVP_PKEY_free) { REQUIRE(key != nullptr); }

  static unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
  }
  static const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }

  [[nodiscard]] bool is(const char* type) const { return ::EVP_PKEY_is_a(key_.get(), type) == 1; }

  [[nodiscard]] std::size_t half() const {
    return (static_cast<std::size_t>(::EVP_PKEY_get_bits(key_.get())) + 7) / 8;
  }

  static std::string padded(const BIGNUM* number, int bytes) {
    if (bytes == 0) bytes = BN_num_bytes(number);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    REQUIRE(::BN_bn2binpad(number, bytes_of(text), bytes) == bytes);
    return text;
  }

  [[nodiscard]] std::string number(const char* name, int bytes) const {
    BIGNUM* number = nullptr;
    REQUIRE(::EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
    const CHandle<BIGNUM, BN_free> owned(number);
    return base64url(padded(number, bytes));
  }

  [[nodiscard]] std::string side_by_side(const std::string& der) const {
    const auto* from = bytes_of(std::string_view(der));
    const CHandle<ECDSA_SIG, ECDSA_SIG_free> both(
        ::d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())));
    REQUIRE(both);
    const auto bytes = static_cast<int>(half());
    return padded(::ECDSA_SIG_get0_r(both.get()), bytes) +
           padded(::ECDSA_SIG_get0_s(both.get()), bytes);
  }

  std::shared_ptr<EVP_PKEY> key_;
};

// The keys of the issuer, made once.
inline const SigningKey& rsa_key() {
  static const auto key = SigningKey::rsa(2048);
  return key;
}
inline const SigningKey& p256_key() {
  static const auto key = SigningKey::elliptic("P-256");
  return key;
}
inline const SigningKey& p384_key() {
  static const auto key = SigningKey::elliptic("P-384");
  return key;
}
inline const SigningKey& ed25519_key() {
  static const auto key = SigningKey::ed25519();
  return key;
}

// The one that fits an algorithm.
inline const SigningKey& key_for(const std::string& algorithm) {
  if (algorithm == "ES256") return p256_key();
  if (algorithm == "ES384") return p384_key();
  return algorithm == "EdDSA" ? ed25519_key() : rsa_key();
}

inline std::string kid_for(const std::string& algorithm) {
  return algorithm.starts_with("ES") || algorithm == "EdDSA" ? algorithm : "rsa";
}

// The issuer's key set.
inline Json issuer_keys() {
  Json keys = Json::array();
  for (const char* algorithm : {"RS256", "ES256", "ES384", "EdDSA"})
    keys.push_back(key_for(algorithm).jwk(kid_for(algorithm)));
  return {{"keys", keys}};
}

inline constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};
inline constexpr const char* kIssuer = "https://issuer.example/tenant";
inline constexpr const char* kAudience = "https://context.example/mcp";

// A token in its parts, good as it is made.
struct TestToken {
  std::string algorithm = "ES256";  // that it is signed by
  Json header = {{"alg", algorithm}, {"typ", "at+jwt"}, {"kid", kid_for(algorithm)}};
  Json claims = {{"iss", kIssuer},           {"aud", kAudience},
                 {"exp", 1'800'000'300},     {"iat", 1'799'999'999},
                 {"nbf", 1'799'999'999},     {"sub", "someone"},
                 {"client_id", "some-tool"}, {"scope", "context:read other"}};

  explicit TestToken(std::string by = "ES256") : algorithm(std::move(by)) {}

  // Header and payload, encoded.
  [[nodiscard]] std::string message() const {
    return base64url(header.dump()) + "." + base64url(claims.dump());
  }
  [[nodiscard]] std::string text() const { return text(key_for(algorithm)); }
  [[nodiscard]] std::string text(const SigningKey& key) const {
    return message() + "." + base64url(key.sign(algorithm, message()));
  }
};

// A key set that must be one.
inline auth::Jwks parsed(const Json& keys) {
  auto set = auth::Jwks::parse(keys.dump());
  REQUIRE(set.has_value());
  return std::move(*set);
}

// What verify() says of a token of the test issuer.
inline Result<auth::Claims> verified(std::string_view token, const Json& keys = issuer_keys()) {
  return auth::verify(token, parsed(keys), {.issuer = kIssuer, .audience = kAudience}, kNow);
}

}  // namespace lightfast::test

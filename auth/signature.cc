#include "auth/signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "base/handles.h"

namespace lightfast::auth {
namespace {

using Number = CHandle<BIGNUM, BN_free>;
using KeyContext = CHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Builder = CHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = CHandle<OSSL_PARAM, OSSL_PARAM_free>;
using DigestContext = CHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignature = CHandle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::array kAlgorithms = {
    Algorithm{"RS256", KeyKind::Rsa, "SHA256", Algorithm::Padding::Pkcs1},
    Algorithm{"RS384", KeyKind::Rsa, "SHA384", Algorithm::Padding::Pkcs1},
    Algorithm{"RS512", KeyKind::Rsa, "SHA512", Algorithm::Padding::Pkcs1},
    Algorithm{"PS256", KeyKind::Rsa, "SHA256", Algorithm::Padding::Pss},
    Algorithm{"ES256", KeyKind::P256, "SHA256"},
    Algorithm{"ES384", KeyKind::P384, "SHA384"},
    Algorithm{"EdDSA", KeyKind::Ed25519, nullptr},
};

Error invalid(std::string message) {
  ::ERR_clear_error();
  return {ErrorKind::InvalidArgument, std::move(message)};
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view big_endian) {
  Number number(::BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
  assert(number);  // no memory
  return number;
}

// Nothing when OpenSSL does not take the parameters: it checks that a point is on its curve.
std::shared_ptr<EVP_PKEY> key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(::OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(::EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || ::EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return {key, ::EVP_PKEY_free};
}

std::size_t coordinate_bytes(KeyKind curve) { return curve == KeyKind::P256 ? 32 : 48; }

// JWS has the two numbers side by side, each of its full length (RFC 7518, section 3.4); OpenSSL
// takes them as DER.
std::optional<std::string> der_signature(std::string_view both, KeyKind curve) {
  const auto half = coordinate_bytes(curve);
  if (both.size() != 2 * half) return std::nullopt;
  const EcdsaSignature signature(::ECDSA_SIG_new());
  assert(signature);
  auto r = number_of(both.substr(0, half));
  auto s = number_of(both.substr(half));
  ::ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  unsigned char* der = nullptr;
  const int size = ::i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  ::OPENSSL_free(der);
  return text;
}

// PS256: the salt is as long as the digest, which MGF1 uses too (RFC 7518, section 3.5).
bool set_padding(EVP_PKEY_CTX* context, Algorithm::Padding padding) {
  if (padding == Algorithm::Padding::None) return true;
  if (padding == Algorithm::Padding::Pkcs1)
    return ::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return ::EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         ::EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool openssl_verifies(std::string_view message, std::string_view signature,
                      const Algorithm& algorithm, const PublicKey& key) {
  const DigestContext context(::EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // belongs to `context`
  if (!context || ::EVP_DigestVerifyInit_ex(context.get(), &key_context, algorithm.digest, nullptr,
                                            nullptr, key.get(), nullptr) != 1)
    return false;
  return set_padding(key_context, algorithm.padding) &&
         ::EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                            message.size()) == 1;
}

}  // namespace

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  constexpr std::size_t kMaxExponentBytes = 8;  // OpenSSL's bound for large keys
  if (modulus.size() > kMaxRsaBits / 8 + 1 || exponent.size() > kMaxExponentBytes)
    return invalid("an RSA key is larger than is accepted");
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (::BN_num_bits(n.get()) < kMinRsaBits || ::BN_num_bits(n.get()) > kMaxRsaBits)
    return invalid(fmt::format("an RSA key has not {} to {} bits", kMinRsaBits, kMaxRsaBits));
  const bool sound = ::BN_is_odd(n.get()) == 1 && ::BN_is_odd(e.get()) == 1 && !BN_is_one(e.get());
  if (!sound) return invalid("the numbers of an RSA key are no key");
  const Builder builder(::OSSL_PARAM_BLD_new());
  if (!builder || ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return invalid("an RSA key could not be made");
  auto key = key_from("RSA", builder.get());
  if (!key) return invalid("the numbers of an RSA key are no key");
  return PublicKey(KeyKind::Rsa, std::move(key));
}

Result<PublicKey> PublicKey::elliptic(KeyKind curve, std::string_view x, std::string_view y) {
  assert(curve == KeyKind::P256 || curve == KeyKind::P384);
  if (x.size() != coordinate_bytes(curve) || y.size() != coordinate_bytes(curve))
    return invalid("a coordinate of a key has not its curve's length");  // RFC 7518, section 6.2.1
  const std::string point = std::string("\x04").append(x).append(y);  // uncompressed (SEC 1, 2.3.3)
  const char* group = curve == KeyKind::P256 ? "P-256" : "P-384";
  const Builder builder(::OSSL_PARAM_BLD_new());
  if (!builder ||
      ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
      ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
    return invalid("a key of an elliptic curve could not be made");
  auto key = key_from("EC", builder.get());
  if (!key) return invalid("the point of a key is not on its curve");
  return PublicKey(curve, std::move(key));
}

Result<PublicKey> PublicKey::ed25519(std::string_view x) {
  std::shared_ptr<EVP_PKEY> key(
      ::EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(x), x.size()),
      ::EVP_PKEY_free);
  if (!key) return invalid("an Ed25519 key has not 32 bytes");
  return PublicKey(KeyKind::Ed25519, std::move(key));
}

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  return found == kAlgorithms.end() ? nullptr : found;
}

bool is_signed(std::string_view message, std::string_view signature, const Algorithm& algorithm,
               const PublicKey& key) {
  if (key.kind() != algorithm.kind) return false;
  const bool is_elliptic = key.kind() == KeyKind::P256 || key.kind() == KeyKind::P384;
  const auto signed_as =
      is_elliptic ? der_signature(signature, key.kind()) : std::optional<std::string>(signature);
  const bool good = signed_as && openssl_verifies(message, *signed_as, algorithm, key);
  ::ERR_clear_error();  // a refusal is no failure of OpenSSL's next user on this thread
  return good;
}

}  // namespace lightfast::auth

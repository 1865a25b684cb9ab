#include "tools/repo/github/app_jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/handles.h"
#include "base/json.h"

namespace lightfast::repo {
namespace {

using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;

Result<Key> read_key(std::string_view pem) {
  const CHandle<BIO, BIO_free_all> text(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // Never asks a terminal for a password.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  Key key(::PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  ::ERR_clear_error();
  if (key && ::EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA) return key;
  return Error{ErrorKind::InvalidArgument,
               "the GitHub App's key (LIGHTFAST_GITHUB_APP_KEY_FILE) is not an RSA private key in "
               "PEM without a password"};
}

Result<std::string> sign(EVP_PKEY* key, std::string_view text) {
  const CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(::EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(::EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  const bool is_signed =
      ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key) == 1 &&
      ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  if (!is_signed) return Error{ErrorKind::Internal, "signing with the GitHub App's key"};
  signature.resize(size);
  return signature;
}

}  // namespace

Result<std::string> app_jwt(std::string_view app_id, std::string_view private_key,
                            std::chrono::sys_seconds now) {
  using namespace std::chrono_literals;
  const auto key = TRY(read_key(private_key));
  const Json header = {{"alg", "RS256"}, {"typ", "JWT"}};
  const Json claims = {{"iat", (now - 60s).time_since_epoch().count()},
                       {"exp", (now + 540s).time_since_epoch().count()},
                       {"iss", app_id}};
  const auto signed_part = base64url(header.dump()) + "." + base64url(claims.dump());
  return signed_part + "." + base64url(TRY(sign(key.get(), signed_part)));
}

}  // namespace lightfast::repo

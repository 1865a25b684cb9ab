// Certificates made on the spot, for servers of a test.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>

#include <catch2/catch.hpp>

#include "base/handles.h"

namespace lightfast::test {

using Certificate = CHandle<X509, X509_free>;
using Key = CHandle<EVP_PKEY, EVP_PKEY_free>;

// A certificate that signs itself, for one name or address.
inline Certificate certificate_for(const std::string& alternative_name, EVP_PKEY* key) {
  Certificate certificate(::X509_new());
  ::X509_set_version(certificate.get(), X509_VERSION_3);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), -3600);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), 3600);
  ::X509_set_pubkey(certificate.get(), key);
  auto* name = ::X509_get_subject_name(certificate.get());
  ::X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  ::X509_set_issuer_name(certificate.get(), name);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  ::X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  auto* extension =
      ::X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, alternative_name.c_str());
  REQUIRE(extension != nullptr);
  ::X509_add_ext(certificate.get(), extension, -1);
  ::X509_EXTENSION_free(extension);
  REQUIRE(::X509_sign(certificate.get(), key, ::EVP_sha256()) > 0);
  return certificate;
}

inline std::string pem_of(X509* certificate) {
  const CHandle<BIO, BIO_free> memory(::BIO_new(::BIO_s_mem()));
  REQUIRE(::PEM_write_bio_X509(memory.get(), certificate) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace lightfast::test

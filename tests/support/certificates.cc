#include "tests/support/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>

#include "tests/support/temp_folder.h"

namespace heirloom::testing {
namespace {

constexpr long kDay = 24L * 3600;

OpenSslOwned<EVP_PKEY> MakeKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void Extend(X509* x, int kind, const std::string& value) {
  const OpenSslOwned<X509_EXTENSION> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()), &X509_EXTENSION_free);
  Must(extension != nullptr && X509_add_ext(x, extension.get(), -1) == 1, "no such extension");
}

// For `key`, good from `from` to `until` seconds from now; without issuer and signature.
OpenSslOwned<X509> Draft(EVP_PKEY* key, const std::string& common, int serial, long from,
                         long until) {
  OpenSslOwned<X509> certificate(X509_new(), &X509_free);
  X509* const x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
  X509_gmtime_adj(X509_getm_notBefore(x), from);
  X509_gmtime_adj(X509_getm_notAfter(x), until);
  X509_set_pubkey(x, key);
  const auto* const text = reinterpret_cast<const unsigned char*>(common.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, text, -1, -1, 0);
  return certificate;
}

std::string ToPem(X509* certificate) {
  const OpenSslOwned<BIO> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
  PEM_write_bio_X509(memory.get(), certificate);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

void Must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

PrivateCa::PrivateCa(const std::filesystem::path& folder, const std::string& name)
    : file_(folder / "private-ca.pem"), key_(MakeKey()), certificate_(nullptr, &X509_free) {
  certificate_ = Draft(key_.get(), name, 1, -kDay * 30, kDay);
  X509* const x = certificate_.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  Extend(x, NID_basic_constraints, "critical,CA:TRUE");
  Extend(x, NID_key_usage, "critical,keyCertSign");
  Must(X509_sign(x, key_.get(), EVP_sha256()) > 0, "the authority cannot sign itself");
  WriteFile(file_, ToPem(x));
}

OpenSslOwned<SSL_CTX> PrivateCa::MakeServer(const std::string& name, Validity validity) const {
  const bool over = validity == Validity::kOver;
  const OpenSslOwned<EVP_PKEY> key = MakeKey();
  const OpenSslOwned<X509> made =
      Draft(key.get(), "a test", 2, over ? -kDay * 20 : -3600, over ? -kDay : kDay);
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  Extend(made.get(), NID_subject_alt_name, name);
  Must(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "the certificate cannot be signed");
  OpenSslOwned<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  // A readable connection may hold no data yet: then say so instead of waiting for some.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  Must(SSL_CTX_use_certificate(context.get(), made.get()) == 1 &&
           SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1,
       "the certificate cannot be used");
  return context;
}

}  // namespace heirloom::testing

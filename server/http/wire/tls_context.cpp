// SPDX-License-Identifier: GPL-3.0-or-later
// PEM in, a context of OpenSSL out; that key and certificate belong together is tried before anybody connects.
#include "server/http/wire/tls_context.h"

#include "common/start_failure.h"

#include <QFile>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

// Ephemeral keys and authenticated encryption; the cheapest first, which are strong enough.
constexpr const char *suites12 = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                 "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char *suites13 = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr std::array<unsigned char, 9> ours = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::array<unsigned char, 8> purpose = {'o', 'p', 'e', 'n', 'l', 'o', 'o', 'p'};

QString reason()
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return QString::fromUtf8(text ? text : "unknown");
}

QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw StartFailure(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    return file.readAll();
}

int askNobody(char *, int, int, void *)
{
    return 0; // a key with a password is none that a service can begin with
}

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key readKey(const QString &path)
{
    const QByteArray pem = contentsOf(path);
    const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new_mem_buf(pem.constData(), int(pem.size())), BIO_free);
    Key key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, askNobody, nullptr), EVP_PKEY_free);
    if (!key)
        throw StartFailure(u"%1 holds no key in PEM form without a password: %2"_s.arg(path, reason()));
    return key;
}

// RFC 7301: a client that names protocols, and not ours, is refused.
int selectProtocol(SSL *, const unsigned char **selected, unsigned char *length, const unsigned char *offered,
                   unsigned offeredLength, void *)
{
    unsigned char *found = nullptr;
    if (SSL_select_next_proto(&found, length, ours.data(), unsigned(ours.size()), offered, offeredLength)
        != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *selected = found;
    return SSL_TLSEXT_ERR_OK;
}

// For OpenSSL: 1 a key was set, 2 so that the client gets a new ticket, 0 there is none, -1 an error.
int useTicketKey(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int seals)
{
    auto &keys = *static_cast<TicketKeys *>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const auto now = TicketKeys::Clock::now();
    TicketKey key;
    int result = 1;
    if (seals != 0) {
        const auto current = keys.sealing(now);
        if (!current || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1)
            return -1;
        key = *current;
        std::copy(key.name.begin(), key.name.end(), name);
    } else {
        TicketKey::Name wanted;
        std::copy_n(name, wanted.size(), wanted.begin());
        const auto found = keys.opening(wanted, now);
        if (!found)
            return 0;
        key = found->key;
        result = found->isOld ? 2 : 1;
    }
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    const bool set = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1
        && EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, seals) == 1;
    return set ? result : -1;
}

} // namespace

TlsContext::TlsContext(const QString &certificatePath, const QString &keyPath)
    : m_context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free)
{
    SSL_CTX *context = m_context.get();
    if (!context)
        throw StartFailure(u"no TLS: %1"_s.arg(reason()));
    contentsOf(certificatePath);
    if (SSL_CTX_use_certificate_chain_file(context, QFile::encodeName(certificatePath).constData()) != 1)
        throw StartFailure(u"%1 holds no certificate in PEM form: %2"_s.arg(certificatePath, reason()));
    const Key key = readKey(keyPath);
    if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1
        || SSL_CTX_use_PrivateKey(context, key.get()) != 1)
        throw StartFailure(u"%1 is not the key of the certificate %2"_s.arg(keyPath, certificatePath));
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, suites12);
    SSL_CTX_set_ciphersuites(context, suites13);
    SSL_CTX_set_options(context,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
                            | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); // who is idle has none
    SSL_CTX_set_alpn_select_cb(context, selectProtocol, nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); // what a ticket holds need not be kept here
    SSL_CTX_set_session_id_context(context, purpose.data(), unsigned(purpose.size()));
    SSL_CTX_set_timeout(context, std::chrono::seconds(TicketKeys::lifetime).count());
    SSL_CTX_set_app_data(context, &m_ticketKeys);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, useTicketKey);
}

TlsContext::Ssl TlsContext::begin() const
{
    Ssl ssl(SSL_new(m_context.get()), SSL_free);
    if (ssl)
        SSL_set_accept_state(ssl.get());
    return ssl;
}

} // namespace openloop::http

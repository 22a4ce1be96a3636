// SPDX-License-Identifier: GPL-3.0-or-later
// What goes with what, and the token's file.
#include "gui/probe/headless/always_on/always_on_options.h"

#include <QCommandLineParser>
#include <QFile>
#include <QHostAddress>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr qint64 largestTokenFile = 4096;

/// A field value without blanks: what a client can send as it is (RFC 6750).
bool canBeSent(const QByteArray &token)
{
    return std::ranges::all_of(token, [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

Parsed<QByteArray> readToken(const QString &path)
{
    using Result = Parsed<QByteArray>;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Result::failed(u"--token-file: %1"_s.arg(file.errorString()));
    const auto token = file.read(largestTokenFile + 1);
    if (token.size() > largestTokenFile)
        return Result::failed(u"--token-file: more than %1 bytes"_s.arg(largestTokenFile));
    if (token.trimmed().isEmpty())
        return Result::failed(u"--token-file: there is no token in its file"_s);
    if (!canBeSent(token.trimmed()))
        return Result::failed(u"--token-file: a token is one word of ASCII"_s);
    return token.trimmed();
}

QString problemWithoutEnd(const QCommandLineParser &parser)
{
    if (parser.isSet(u"assert"_s))
        return u"--assert is held against a whole run, and --forever has none; write a --rule"_s;
    for (const auto &option : {u"duration"_s, u"isolation-test"_s, u"find-limit"_s, u"junit"_s}) {
        if (parser.isSet(option))
            return u"--%1 belongs to a run that ends; --forever does not"_s.arg(option);
    }
    return {};
}

} // namespace

bool ListenPlace::isLoopback() const
{
    return QHostAddress(host).isLoopback();
}

Parsed<ListenPlace> parseListenPlace(const QString &text)
{
    ListenPlace place;
    auto host = text.section(u':', 0, -2);
    bool isNumber = false;
    place.port = text.section(u':', -1).toUShort(&isNumber);
    const bool isBracketed = host.startsWith(u'[') && host.endsWith(u']');
    if (isBracketed)
        host = host.sliced(1, host.size() - 2);
    place.host = host == "localhost"_L1 ? u"127.0.0.1"_s : host;
    const QHostAddress address(place.host);
    if (!isNumber || address.isNull() || isBracketed != (address.protocol() == QAbstractSocket::IPv6Protocol))
        return Parsed<ListenPlace>::failed(
            u"--listen: “%1” is no ADDRESS:PORT; write 127.0.0.1:9464 or [::1]:9464"_s.arg(text));
    return place;
}

Parsed<AlwaysOnOptions> readAlwaysOnOptions(const QCommandLineParser &parser)
{
    using Result = Parsed<AlwaysOnOptions>;
    AlwaysOnOptions options;
    options.isEndless = parser.isSet(u"forever"_s);
    if (const auto problem = options.isEndless ? problemWithoutEnd(parser) : QString(); !problem.isEmpty())
        return Result::failed(problem);
    if (parser.isSet(u"token-file"_s)) {
        if (!parser.isSet(u"listen"_s))
            return Result::failed(u"--token-file belongs to --listen"_s);
        const auto token = readToken(parser.value(u"token-file"_s));
        if (!token)
            return Result::failed(token.error);
        options.token = *token;
    }
    if (parser.isSet(u"listen"_s)) {
        const auto place = parseListenPlace(parser.value(u"listen"_s));
        if (!place)
            return Result::failed(place.error);
        if (!place->isLoopback() && options.token.isEmpty())
            return Result::failed(
                u"--listen %1: beyond loopback a token is needed: --token-file"_s.arg(parser.value(u"listen"_s)));
        options.listen = *place;
    }
    options.onAlert = parser.value(u"on-alert"_s);
    if (parser.isSet(u"on-alert"_s) && options.onAlert.trimmed().isEmpty())
        return Result::failed(u"--on-alert: there is no command"_s);
    if (parser.isSet(u"webhook"_s)) {
        Target webhook;
        webhook.name = u"--webhook"_s;
        webhook.method = "POST";
        webhook.url = parser.value(u"webhook"_s);
        webhook.headers = {{u"Content-Type"_s, u"application/json"_s}};
        if (const auto problem = problemOf(webhook); !problem.isEmpty())
            return Result::failed(u"--webhook: "_s + problem);
        webhook.options.cacert = parser.value(u"cacert"_s).toUtf8();
        options.webhook = webhook;
    }
    return options;
}

} // namespace openloop::probe

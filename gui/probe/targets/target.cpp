// SPDX-License-Identifier: GPL-3.0-or-later
// Names, checks, and the forms in which targets are given and handed on.
#include "gui/probe/targets/target.h"

#include "common/endpoints.h"
#include "gui/probe/samples/words.h"
#include "gui/probe/targets/curl_command.h"
#include "gui/probe/targets/curl_options.h"
#include "gui/probe/targets/url_template.h"

#include <QRegularExpression>
#include <QUrl>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop::probe {

namespace {

QString withScheme(const QString &url)
{
    return url.contains("://"_L1) ? url : u"http://"_s + url;
}

/// Everything between the authority and the query or fragment, undecoded: templates stay as they are.
QString pathOf(const QString &url)
{
    static const QRegularExpression form(u"^[a-z]+://[^/?#]*([^?#]*)"_s, QRegularExpression::CaseInsensitiveOption);
    return form.match(url).captured(1);
}

bool isServiceBase(const QString &url)
{
    return !url.contains(u'?') && !url.contains(u'#') && (pathOf(url).isEmpty() || pathOf(url) == "/"_L1);
}

QString shellQuoted(const QByteArray &bytes)
{
    const auto text = QString::fromUtf8(bytes);
    if (text.toUtf8() != bytes || text.contains(u'\r') || text.contains(u'\x1b')) { // no text: byte by byte
        QString quoted = u"$'"_s;
        for (const char c : bytes)
            quoted += c >= ' ' && c < 127 && c != '\'' && c != '\\'
                ? QString(QLatin1Char(c))
                : u"\\x"_s + QString::fromLatin1(QByteArray(1, c).toHex());
        return quoted + u'\'';
    }
    static const QRegularExpression plain(u"\\A[A-Za-z0-9_./:=@%+,-]+\\z"_s);
    if (plain.match(text).hasMatch())
        return text;
    return u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

QString defaultName(const QString &url)
{
    const auto path = pathOf(url);
    const auto segment = path.section(u'/', -1, -1, QString::SectionSkipEmpty);
    const auto name = segment.isEmpty() ? QUrl(url).host() : segment;
    return name.isEmpty() ? u"target"_s : QString(name).replace(u'=', u'-');
}

QString problemOfProxy(const QByteArray &proxy)
{
    static const QStringList schemes{u"http"_s, u"https"_s, u"socks4"_s, u"socks4a"_s, u"socks5"_s, u"socks5h"_s};
    const auto text = QString::fromUtf8(proxy);
    const QUrl url(withScheme(text), QUrl::StrictMode);
    return url.isValid() && !url.host().isEmpty() && schemes.contains(url.scheme())
        ? QString()
        : tr("“%1” is no proxy; write host:port, with http://, https://, socks4://, socks4a://, socks5:// or "
             "socks5h:// before it")
              .arg(withoutPassword(withScheme(text)));
}

QList<Target> serviceTargets(const QString &baseUrl)
{
    auto base = baseUrl;
    while (base.endsWith(u'/'))
        base.chop(1);
    QList<Target> targets;
    const auto add = [&](const QString &route, const QString &query, Nanoseconds interval) -> Target & {
        Target target;
        target.name = route.sliced(1);
        target.url = base + route + query;
        target.interval = interval;
        return targets.emplace_back(target);
    };
    add(endpoints::health, {}, 100ms);
    add(endpoints::callOtherService, {}, 1s);
    add(endpoints::queryDatabase, u"?limit=10"_s, 1s);
    auto &factorize = add(endpoints::factorize, u"?n=1000000016000000063"_s, 1s);
    factorize.loadUrl = base + endpoints::factorize + u"?n={semiprime:90}"_s;
    factorize.timeout = 35s; // its own deadline is 30 s
    return targets;
}

Parsed<QList<Target>> targetsFromArgument(const QString &argument)
{
    using Result = Parsed<QList<Target>>;
    static const QRegularExpression named(u"^([^=/:?#{]+)=(.+)$"_s, QRegularExpression::DotMatchesEverythingOption);
    if (looksLikeCurlCommand(argument)) {
        const auto target = targetFromCurlCommand(argument);
        return target ? Result({*target}) : Result::failed(target.error);
    }
    const auto match = named.match(argument.trimmed());
    if (match.hasMatch() && looksLikeCurlCommand(match.captured(2))) {
        auto target = targetFromCurlCommand(match.captured(2));
        if (target)
            (*target).name = match.captured(1).trimmed();
        return target ? Result({*target}) : Result::failed(target.error);
    }
    Target target;
    target.url = withScheme(match.hasMatch() ? match.captured(2) : argument.trimmed());
    if (!match.hasMatch() && isServiceBase(target.url)) {
        const auto targets = serviceTargets(target.url);
        const auto problem = problemOf(targets.first());
        return problem.isEmpty() ? Result(targets) : Result::failed(problem);
    }
    target.name = match.hasMatch() ? match.captured(1).trimmed() : defaultName(target.url);
    const auto problem = problemOf(target);
    return problem.isEmpty() ? Result({target}) : Result::failed(problem);
}

Parsed<QList<Target>> targetsFromArguments(const QStringList &arguments)
{
    QList<Target> targets;
    if (arguments.isEmpty())
        return serviceTargets(u"http://127.0.0.1:%1"_s.arg(endpoints::defaultPort));
    for (const auto &argument : arguments) {
        const auto parsed = targetsFromArgument(argument);
        if (!parsed)
            return Parsed<QList<Target>>::failed(parsed.error);
        for (const auto &target : *parsed)
            targets.append(withUniqueName(target, targets));
    }
    return targets;
}

Target withUniqueName(Target target, const QList<Target> &taken)
{
    const auto wanted = target.name;
    const auto isTaken = [&] { return std::ranges::find(taken, target.name, &Target::name) != taken.end(); };
    for (int i = 2; isTaken(); ++i)
        target.name = u"%1-%2"_s.arg(wanted, QString::number(i));
    return target;
}

QString problemOf(const Target &target)
{
    if (target.name.trimmed().isEmpty() || target.name.contains(u'='))
        return tr("“%1” can't be a name: it must not be empty or hold “=”").arg(target.name);
    for (const auto &text : QStringList{target.url, target.loadUrl}) {
        if (text.isEmpty())
            continue;
        static const QRegularExpression placeholder(u"\\{[A-Za-z]+:[^{}]*\\}"_s); // other braces stay, encoded
        const QString sent = QString(text).replace(placeholder, u"1"_s).replace(u'{', u"%7B"_s).replace(u'}', u"%7D"_s);
        const QUrl url(sent, QUrl::StrictMode);
        if (!url.isValid() || url.host().isEmpty())
            return tr("“%1” is no URL; write http://host:port/path").arg(text);
        if (url.scheme() != "http"_L1 && url.scheme() != "https"_L1)
            return tr("“%1”: only http and https can be probed").arg(text);
        if (const auto parsed = UrlTemplate::parse(text); !parsed)
            return parsed.error;
    }
    if (target.url.isEmpty())
        return tr("%1 has no URL").arg(target.name);
    if (target.interval < 1ms)
        return tr("%1: the interval is at least 1ms").arg(target.name);
    if (target.timeout < 1ms)
        return tr("%1: the timeout is at least 1ms").arg(target.name);
    if (const auto problem = target.options.proxy.isEmpty() ? QString() : problemOfProxy(target.options.proxy);
        !problem.isEmpty())
        return u"%1: %2"_s.arg(target.name, problem);
    if (const auto problem = problemOf(target.expectation); !problem.isEmpty())
        return u"%1: %2"_s.arg(target.name, problem);
    static const QRegularExpression token(u"\\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\\z"_s); // RFC 9110, 5.6.2
    if (!token.match(QString::fromLatin1(target.method)).hasMatch())
        return tr("%1: “%2” is no HTTP method").arg(target.name, QString::fromLatin1(target.method));
    for (const auto &header : target.headers) {
        if (!token.match(header.name).hasMatch() || header.value.contains(u'\n') || header.value.contains(u'\r'))
            return tr("%1: “%2: %3” is no header field").arg(target.name, header.name, header.value);
    }
    for (const auto &text : {target.options.referer, target.options.cookie, target.options.userAgent.value_or(""_ba)}) {
        if (text.contains('\n') || text.contains('\r') || text.contains('\0'))
            return tr("%1: “%2” is no value of a header field").arg(target.name, QString::fromUtf8(text));
    }
    return {};
}

Parsed<Header> parseHeader(const QString &text)
{
    if (!text.contains(u':') && text.trimmed().endsWith(u';'))
        return Header{text.trimmed().chopped(1), {}, u";"_s};
    if (!text.contains(u':'))
        return Parsed<Header>::failed(tr("“%1” is no header field; write NAME: VALUE").arg(text));
    if (text.trimmed().endsWith(u':') && text.endsWith(u':') && text.count(u':') == 1)
        return Header{text.chopped(1).trimmed(), {}, u":"_s};
    return Header{text.section(u':', 0, 0).trimmed(), text.section(u':', 1).trimmed()};
}

QString withoutPassword(const QString &url)
{
    static const QRegularExpression userInfo(u"^([^/?#]*//[^/?#:@]*:)[^/?#]*@"_s);
    return QString(url).replace(userInfo, u"\\1***@"_s);
}

QString toCurlCommand(const Target &target)
{
    const auto &options = target.options;
    QStringList words{u"curl"_s, u"--max-time"_s,
                      QString::number(std::chrono::duration<double>(target.timeout).count())};
    const auto add = [&words](const QString &option, const QByteArray &value) {
        if (!value.isEmpty())
            words << option << shellQuoted(value);
    };
    const bool sends = options.hasBody.value_or(target.method == "POST" || !target.body.isEmpty());
    if (target.method == "HEAD" && !sends)
        words << u"--head"_s;
    else if (options.keepMethod || target.method != (sends || !options.form.isEmpty() ? "POST" : "GET"))
        words << u"--request"_s << shellQuoted(target.method);
    for (const auto &header : target.headers)
        words << u"--header"_s << shellQuoted(header.line().toUtf8());
    add(u"--user"_s, options.user);
    if (options.userAgent)
        words << u"--user-agent"_s << shellQuoted(*options.userAgent);
    add(u"--referer"_s, options.referer);
    add(u"--cookie"_s, options.cookie);
    add(u"--proxy"_s, options.proxy);
    add(u"--cacert"_s, options.cacert);
    add(u"--cert"_s, options.cert);
    add(u"--key"_s, options.key);
    for (const auto &entry : options.resolve)
        add(u"--resolve"_s, entry);
    for (const auto &part : options.form)
        add(part.type.isEmpty() ? u"--form-string"_s : u"--form"_s,
            part.name + '=' + part.value + (part.type.isEmpty() ? QByteArray() : ";type=" + part.type));
    if (sends)
        words << u"--data-raw"_s << shellQuoted(target.body);
    for (const auto &[isSet, option] : {std::pair(options.compressed, u"--compressed"_s),
                                        {options.location, u"--location"_s},
                                        {options.http2, u"--http2"_s},
                                        {!target.verifyTls, u"--insecure"_s}}) {
        if (isSet)
            words << option;
    }
    SemiprimeSource source;
    const auto parsed = UrlTemplate::parse(target.url);
    const QByteArray url = parsed ? parsed->expanded(source) : target.url.toUtf8();
    if (isPatternOfUrls(QString::fromUtf8(url)))
        words << u"--globoff"_s;
    words << shellQuoted(url);
    return words.join(u' ');
}

} // namespace openloop::probe

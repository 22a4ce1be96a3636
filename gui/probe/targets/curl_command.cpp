// SPDX-License-Identifier: GPL-3.0-or-later
// Goes through the words as curl does, and refuses by name what a probe would do differently.
#include "gui/probe/targets/curl_command.h"

#include "gui/probe/samples/words.h"
#include "gui/probe/targets/curl_options.h"
#include "gui/probe/targets/shell_words.h"
#include "gui/probe/targets/url_template.h"

#include <QRegularExpression>
#include <QUrl>

#include <algorithm>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

struct Problem {
    QString text;
};

QString shown(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

/// Bytes that are no text could not be kept where a text belongs.
QString textOf(const QByteArray &bytes)
{
    const auto text = QString::fromUtf8(bytes);
    if (text.toUtf8() != bytes || bytes.contains('\0'))
        throw Problem{tr("“%1” holds bytes that are no text; only a body may").arg(text)};
    return text;
}

/// As curl escapes what goes into a form.
QByteArray urlencoded(const QByteArray &value) // content, =content, name=content
{
    if (value.contains('@') && !value.contains('='))
        throw Problem{tr("“%1” reads a file; paste its content instead").arg(shown(value))};
    const auto equals = value.indexOf('=');
    const auto name = equals > 0 ? value.left(equals) + '=' : QByteArray();
    return name + value.sliced(equals + 1).toPercentEncoding().replace("%20", "+");
}

class Reader
{
public:
    explicit Reader(const QList<QByteArray> &words) : m_words(words) { }

    Target read()
    {
        while (m_at < m_words.size()) {
            const auto &word = m_words[m_at++];
            if (word == "--" && !m_onlyUrls)
                m_onlyUrls = true;
            else if (word.startsWith("--") && !m_onlyUrls)
                longOption(word.sliced(2));
            else if (word.startsWith('-') && !m_onlyUrls)
                shortOptionsOf(word.sliced(1));
            else
                apply(CurlOption::Url, word);
        }
        return finished();
    }

private:
    void longOption(const QByteArray &name)
    {
        if (name == "http3" || name == "http3-only")
            throw Problem{tr("HTTP/3 is not known to the curl of this system")};
        const auto at = longCurlOptions().constFind(name);
        if (at == longCurlOptions().cend())
            throw Problem{tr("the curl option --%1 is not supported here").arg(shown(name))};
        apply(*at, takesValue(*at) ? valueAfter("--" + name) : QByteArray());
    }

    void shortOptionsOf(const QByteArray &letters)
    {
        if (letters.isEmpty())
            throw Problem{tr("“-” is no URL")};
        for (qsizetype i = 0; i < letters.size(); ++i) {
            const auto at = shortCurlOptions().constFind(letters[i]);
            if (at == shortCurlOptions().cend())
                throw Problem{tr("the curl option -%1 is not supported here").arg(shown(letters.sliced(i).first(1)))};
            const auto option = longCurlOptions()[*at];
            if (takesValue(option)) {
                const auto rest = letters.sliced(i + 1);
                return apply(option, rest.isEmpty() ? valueAfter("-" + letters.mid(i, 1)) : rest);
            }
            apply(option, {});
        }
    }

    QByteArray valueAfter(const QByteArray &option)
    {
        if (m_at >= m_words.size())
            throw Problem{tr("%1 lacks its value").arg(shown(option))};
        return m_words[m_at++];
    }

    void apply(CurlOption option, const QByteArray &value)
    {
        auto &options = m_target.options;
        switch (option) {
        case CurlOption::Request:
            m_target.method = value;
            m_hasMethod = true;
            break;
        case CurlOption::Header: addHeader(value); break;
        case CurlOption::Data:
        case CurlOption::Json:
            if (value.startsWith('@'))
                throw Problem{tr("“%1” reads a file; paste its content instead").arg(shown(value))};
            addData(value, option == CurlOption::Json ? "" : "&");
            m_isJson = m_isJson || option == CurlOption::Json;
            break;
        case CurlOption::DataRaw: addData(value, "&"); break;
        case CurlOption::DataUrlencode: addData(urlencoded(value), "&"); break;
        case CurlOption::UrlQuery:
            m_query = (m_query ? *m_query + '&' : QByteArray())
                + (value.startsWith('+') ? value.sliced(1) : urlencoded(value));
            break;
        case CurlOption::Form: addPart(value, false); break;
        case CurlOption::FormString: addPart(value, true); break;
        case CurlOption::Get: m_dataInUrl = true; break;
        case CurlOption::User:
            if (!value.contains(':'))
                throw Problem{tr("curl would ask for the password of “%1”; write NAME:PASSWORD").arg(shown(value))};
            options.user = textOf(value).toUtf8();
            break;
        case CurlOption::UserAgent: options.userAgent = textOf(value).toUtf8(); break;
        case CurlOption::Referer:
            if (value.endsWith(";auto"))
                throw Problem{tr("a Referer of its own for each redirect (;auto) is not supported here")};
            options.referer = textOf(value).toUtf8();
            break;
        case CurlOption::Cookie:
            if (!value.contains('='))
                throw Problem{tr("“%1” reads a cookie file; paste name=value instead").arg(shown(value))};
            options.cookie += (options.cookie.isEmpty() ? "" : ";") + textOf(value).toUtf8();
            break;
        case CurlOption::Head: m_isHead = true; break;
        case CurlOption::Insecure: m_target.verifyTls = false; break;
        case CurlOption::Compressed: options.compressed = true; break;
        case CurlOption::Location: options.location = true; break;
        case CurlOption::Http11: options.http2 = false; break;
        case CurlOption::Http2: options.http2 = true; break;
        case CurlOption::Proxy: options.proxy = textOf(value).toUtf8(); break;
        case CurlOption::CaCert: options.cacert = textOf(value).toUtf8(); break;
        case CurlOption::Cert: options.cert = textOf(value).toUtf8(); break;
        case CurlOption::Key: options.key = textOf(value).toUtf8(); break;
        case CurlOption::Resolve: options.resolve.append(textOf(value).toUtf8()); break;
        case CurlOption::MaxTime: setTimeout(value); break;
        case CurlOption::Url:
            if (m_hasUrl)
                throw Problem{tr("there are two URLs: %1 and %2").arg(m_url, shown(value))};
            m_url = withTwoSlashes(textOf(value));
            m_hasUrl = true;
            break;
        case CurlOption::Globoff: m_globs = false; break;
        case CurlOption::IgnoredFlag:
        case CurlOption::IgnoredWithValue: break;
        }
    }

    /// As curl reads http:/host and http:///host.
    static QString withTwoSlashes(QString url)
    {
        static const QRegularExpression begin(u"\\A(https?):/{1,3}(?!/)"_s, QRegularExpression::CaseInsensitiveOption);
        return url.replace(begin, u"\\1://"_s);
    }

    void addHeader(const QByteArray &value)
    {
        if (value.startsWith('@'))
            throw Problem{tr("“%1” reads a file; paste its content instead").arg(shown(value))};
        const auto text = textOf(value);
        static const QRegularExpression form(u"\\A([^:]*)(:[ \\t]*)(.*)\\z"_s,
                                             QRegularExpression::DotMatchesEverythingOption);
        const auto match = form.match(text);
        if (match.hasMatch()) {
            const auto rest = match.captured(3);
            if (rest.isEmpty() && match.captured(2) != u":"
                && match.captured(1).compare("Host"_L1, Qt::CaseInsensitive) == 0)
                throw Problem{tr("curl would send an empty Host, which is not supported here")};
            m_target.headers.append({match.captured(1), rest, rest.isEmpty() ? u":"_s : match.captured(2)});
        } else if (text.trimmed().endsWith(u';') && text.count(u';') == 1) {
            m_target.headers.append({text.trimmed().chopped(1), {}, u";"_s});
        } else {
            throw Problem{tr("curl leaves out the header “%1”, which has no colon").arg(text)};
        }
    }

    void addPart(const QByteArray &text, bool isLiteral)
    {
        const auto equals = text.indexOf('=');
        if (equals < 0)
            throw Problem{tr("“%1” is no part of a form; write name=value").arg(shown(text))};
        FormPart part{textOf(text.first(equals)).toUtf8(), textOf(text.sliced(equals + 1)).toUtf8(), {}};
        if (!isLiteral) {
            if (part.value.startsWith('@') || part.value.startsWith('<'))
                throw Problem{tr("“%1” reads a file; paste its content instead").arg(shown(text))};
            if (const auto at = part.value.indexOf(";type="); at >= 0) {
                part.type = part.value.sliced(at + 6).trimmed();
                part.value = part.value.first(at);
            }
            static const QByteArrayList special{"(", ")", "\""};
            if (part.value.contains(';') || part.type.contains(';') || special.contains(part.value.left(1))
                || part.value.startsWith(' ') || part.value.endsWith(' '))
                throw Problem{u"“%1”: of forms only name=value and ;type= are supported; --form-string takes a value "
                              "as it is"_s.arg(shown(text))};
        }
        m_target.options.form.append(part);
    }

    void addData(const QByteArray &data, const char *separator)
    {
        if (m_hasData)
            m_target.body += separator;
        m_target.body += data;
        m_hasData = true;
    }

    void setTimeout(const QByteArray &seconds)
    {
        bool isNumber = false;
        const double value = seconds.toDouble(&isNumber);
        if (!isNumber || !(value >= 0.001 && value <= 86400))
            throw Problem{tr("“%1” is no time limit in seconds").arg(shown(seconds))};
        m_target.timeout = Nanoseconds(static_cast<qint64>(value * 1e9));
    }

    bool hasHeader(QLatin1StringView name) const
    {
        return std::ranges::any_of(m_target.headers, [name](const Header &header) {
            return header.name.compare(name, Qt::CaseInsensitive) == 0;
        });
    }

    void setMethod()
    {
        const bool hasForm = !m_target.options.form.isEmpty();
        const bool sends = m_hasData && !m_dataInUrl;
        if (int(hasForm) + int(sends) + int(m_isHead) > 1 || (hasForm && m_hasData))
            throw Problem{tr("curl takes only one of a body, a form and --head")};
        if (m_isHead && m_hasMethod && m_target.method != "HEAD")
            throw Problem{tr("--head with another method waits for no body, which is not supported here")};
        if (!m_isHead && m_hasMethod && m_target.method == "HEAD")
            throw Problem{tr("curl would wait for the body of a HEAD; write --head")};
        m_target.options.hasBody = sends;
        m_target.options.keepMethod = m_hasMethod && m_target.method == "POST" && (sends || hasForm);
        if (!m_hasMethod)
            m_target.method = m_isHead ? "HEAD" : sends || hasForm ? "POST" : "GET";
        if (m_isJson) {
            for (const auto name : {"Content-Type"_L1, "Accept"_L1}) {
                if (!hasHeader(name))
                    m_target.headers.append({name, u"application/json"_s, u": "_s});
            }
        }
    }

    /// As curl adds to the query of a URL: percent signs are followed by small letters then.
    void addQuery(QByteArray query)
    {
        static const QRegularExpression encoded(u"%[0-9A-Fa-f]{2}"_s);
        auto text = textOf(query);
        for (auto matches = encoded.globalMatch(text); matches.hasNext();) {
            const auto match = matches.next();
            text.replace(match.capturedStart(), 3, match.captured().toLower());
        }
        m_url = m_url.section(u'#', 0, 0);
        if (!m_url.contains(u'?') && !text.isEmpty()) {
            static const QRegularExpression noPath(u"\\A(?:[A-Za-z]+://)?[^/?]*\\z"_s);
            m_url += noPath.match(m_url).hasMatch() ? u"/?"_s : u"?"_s;
        } else if (m_url.contains(u'?') && !m_url.endsWith(u'?') && !m_url.endsWith(u'&')) { // also before nothing
            m_url += u'&';
        } else if (m_url.endsWith(u'?') && text.isEmpty()) {
            m_url.chop(1);
        }
        m_url += text;
    }

    Target finished()
    {
        if (!m_hasUrl)
            throw Problem{tr("the curl command has no URL")};
        if (m_globs && isPatternOfUrls(m_url))
            throw Problem{tr("curl makes several URLs of {} and []; write --globoff, and %7B for “{”")};
        if (m_url.startsWith("ftp."_L1))
            throw Problem{tr("“%1”: only http and https can be probed").arg(m_url)};
        setMethod();
        if (m_hasData && m_dataInUrl) {
            if (m_query)
                throw Problem{tr("--get together with --url-query is not supported here")};
            addQuery(std::exchange(m_target.body, {}));
        } else if (m_query) {
            addQuery(*m_query);
        }
        const auto named = targetsFromArgument(u"x="_s + m_url);
        if (!named)
            throw Problem{named.error};
        m_target.url = named->first().url;
        if (const auto url = UrlTemplate::parse(m_target.url);
            url && url->isConstant() && !isAsGiven(QString::fromLatin1(url->text())))
            throw Problem{tr("the URL holds a character that curl sends as it is; write it with %, as in %C3%A9")};
        const auto path = m_target.url.section(u'?', 0, 0).section(u'/', 3);
        const auto segment = path.section(u'/', -1, -1, QString::SectionSkipEmpty);
        m_target.name = segment.isEmpty() ? QUrl(m_target.url).host() : segment;
        m_target.name.replace(u'=', u'-');
        if (const auto problem = problemOf(m_target); !problem.isEmpty())
            throw Problem{problem};
        return m_target;
    }

    /// But for the host, which may be beyond ASCII.
    bool isAsGiven(const QString &url) const { return url.section(u'/', 3) == m_target.url.section(u'/', 3); }

    const QList<QByteArray> &m_words;
    qsizetype m_at = 1;
    Target m_target;
    QString m_url;
    std::optional<QByteArray> m_query; ///< of --url-query, joined
    bool m_hasUrl = false;
    bool m_onlyUrls = false;
    bool m_globs = true;
    bool m_isHead = false;
    bool m_hasMethod = false;
    bool m_hasData = false;
    bool m_isJson = false;
    bool m_dataInUrl = false;
};

} // namespace

bool looksLikeCurlCommand(const QString &text)
{
    static const QRegularExpression blank(u"\\s"_s);
    const auto first = text.trimmed().section(blank, 0, 0).section(u'/', -1);
    return first == "curl"_L1 || first == "curl.exe"_L1;
}

Parsed<Target> targetFromCurlCommand(const QString &command)
{
    const auto words = shellWords(command);
    if (!words)
        return Parsed<Target>::failed(words.error);
    if (words->isEmpty() || !looksLikeCurlCommand(QString::fromUtf8(words->first())))
        return Parsed<Target>::failed(tr("that is no curl command"));
    if (std::ranges::any_of(*words, [](const QByteArray &word) { return word.contains('\0'); }))
        return Parsed<Target>::failed(tr("there is a NUL in it, which no program can be given"));
    try {
        return Reader(*words).read();
    } catch (const Problem &problem) {
        return Parsed<Target>::failed(problem.text);
    }
}

} // namespace openloop::probe

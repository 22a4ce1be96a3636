// SPDX-License-Identifier: GPL-3.0-or-later
// Goes through the words as curl does, and refuses by name what a probe would do differently.
#include "gui/probe/targets/curl_command.h"

#include "gui/probe/targets/shell_words.h"

#include <QHash>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

enum class Option {
    Request,
    Header,
    Data,
    DataUrlencode,
    Json,
    Get,
    User,
    UserAgent,
    Referer,
    Cookie,
    Head,
    Insecure,
    MaxTime,
    Url,
    IgnoredFlag,
    IgnoredWithValue
};

const QHash<QString, Option> &longOptions()
{
    static const QHash<QString, Option> options{
        {u"request"_s, Option::Request},
        {u"header"_s, Option::Header},
        {u"data"_s, Option::Data},
        {u"data-raw"_s, Option::Data},
        {u"data-binary"_s, Option::Data},
        {u"data-ascii"_s, Option::Data},
        {u"data-urlencode"_s, Option::DataUrlencode},
        {u"json"_s, Option::Json},
        {u"get"_s, Option::Get},
        {u"user"_s, Option::User},
        {u"user-agent"_s, Option::UserAgent},
        {u"referer"_s, Option::Referer},
        {u"cookie"_s, Option::Cookie},
        {u"head"_s, Option::Head},
        {u"insecure"_s, Option::Insecure},
        {u"max-time"_s, Option::MaxTime},
        {u"url"_s, Option::Url},
        {u"connect-timeout"_s, Option::IgnoredWithValue},
        {u"output"_s, Option::IgnoredWithValue},
        {u"write-out"_s, Option::IgnoredWithValue},
        {u"retry"_s, Option::IgnoredWithValue},
        {u"compressed"_s, Option::IgnoredFlag},
        {u"silent"_s, Option::IgnoredFlag},
        {u"show-error"_s, Option::IgnoredFlag},
        {u"fail"_s, Option::IgnoredFlag},
        {u"include"_s, Option::IgnoredFlag},
        {u"verbose"_s, Option::IgnoredFlag},
        {u"globoff"_s, Option::IgnoredFlag},
        {u"no-progress-meter"_s, Option::IgnoredFlag},
        {u"http1.1"_s, Option::IgnoredFlag},
        {u"location"_s, Option::IgnoredFlag},
    };
    return options;
}

const QHash<QChar, QString> &shortOptions()
{
    static const QHash<QChar, QString> options{
        {u'X', u"request"_s},   {u'H', u"header"_s},     {u'd', u"data"_s},       {u'G', u"get"_s},
        {u'u', u"user"_s},      {u'A', u"user-agent"_s}, {u'e', u"referer"_s},    {u'b', u"cookie"_s},
        {u'I', u"head"_s},      {u'k', u"insecure"_s},   {u'm', u"max-time"_s},   {u'o', u"output"_s},
        {u'w', u"write-out"_s}, {u's', u"silent"_s},     {u'S', u"show-error"_s}, {u'f', u"fail"_s},
        {u'i', u"include"_s},   {u'v', u"verbose"_s},    {u'g', u"globoff"_s},    {u'L', u"location"_s}};
    return options;
}

bool takesValue(Option option)
{
    return option != Option::Get && option != Option::Head && option != Option::Insecure
        && option != Option::IgnoredFlag;
}

struct Problem {
    QString text;
};

class Reader
{
public:
    Target read(const QStringList &words)
    {
        for (m_at = 1; m_at < words.size();) {
            const auto &word = words[m_at++];
            if (word.startsWith("--"_L1))
                longOption(word.sliced(2), words);
            else if (word.startsWith(u'-') && word.size() > 1)
                shortOptionsOf(word.sliced(1), words);
            else
                apply(Option::Url, word);
        }
        return finished();
    }

private:
    void longOption(const QString &name, const QStringList &words)
    {
        const auto at = longOptions().constFind(name);
        if (at == longOptions().cend())
            throw Problem{u"the curl option --%1 is not supported here"_s.arg(name)};
        apply(*at, takesValue(*at) ? valueAfter(u"--"_s + name, words) : QString());
    }

    void shortOptionsOf(const QString &letters, const QStringList &words)
    {
        for (qsizetype i = 0; i < letters.size(); ++i) {
            const auto at = shortOptions().constFind(letters[i]);
            if (at == shortOptions().cend())
                throw Problem{u"the curl option -%1 is not supported here"_s.arg(letters[i])};
            const auto option = longOptions()[*at];
            if (takesValue(option)) {
                const auto rest = letters.sliced(i + 1);
                return apply(option, rest.isEmpty() ? valueAfter(u'-' + letters.mid(i, 1), words) : rest);
            }
            apply(option, {});
        }
    }

    QString valueAfter(const QString &option, const QStringList &words)
    {
        if (m_at >= words.size())
            throw Problem{u"%1 lacks its value"_s.arg(option)};
        return words[m_at++];
    }

    void apply(Option option, const QString &value)
    {
        switch (option) {
        case Option::Request:
            m_target.method = value.toLatin1();
            m_hasMethod = true;
            break;
        case Option::Header: addHeader(value.section(u':', 0, 0).trimmed(), value.section(u':', 1)); break;
        case Option::Data:
        case Option::Json:
            if (value.startsWith(u'@'))
                throw Problem{u"“%1” reads a file; paste its content instead"_s.arg(value)};
            addData(value.toUtf8(), option == Option::Json ? "" : "&");
            m_isJson = m_isJson || option == Option::Json;
            break;
        case Option::DataUrlencode: addData(urlencoded(value), "&"); break;
        case Option::Get: m_dataInUrl = true; break;
        case Option::User:
            addHeader(u"Authorization"_s, u"Basic "_s + QString::fromLatin1(value.toUtf8().toBase64()));
            break;
        case Option::UserAgent: addHeader(u"User-Agent"_s, value); break;
        case Option::Referer: addHeader(u"Referer"_s, value); break;
        case Option::Cookie:
            if (!value.contains(u'='))
                throw Problem{u"“%1” reads a cookie file; paste name=value instead"_s.arg(value)};
            addHeader(u"Cookie"_s, value);
            break;
        case Option::Head:
            m_target.method = "HEAD";
            m_hasMethod = true;
            break;
        case Option::Insecure: m_target.verifyTls = false; break;
        case Option::MaxTime: setTimeout(value); break;
        case Option::Url:
            if (!m_url.isEmpty())
                throw Problem{u"there are two URLs: %1 and %2"_s.arg(m_url, value)};
            m_url = value;
            break;
        case Option::IgnoredFlag:
        case Option::IgnoredWithValue: break;
        }
    }

    void addHeader(const QString &name, const QString &value) { m_target.headers.append({name, value.trimmed()}); }

    void addData(const QByteArray &data, const char *separator)
    {
        if (m_hasData)
            m_target.body += separator;
        m_target.body += data;
        m_hasData = true;
    }

    static QByteArray urlencoded(const QString &value) // content, =content, name=content
    {
        if (value.contains(u'@') && !value.contains(u'='))
            throw Problem{u"“%1” reads a file; paste its content instead"_s.arg(value)};
        const auto equals = value.indexOf(u'=');
        const auto name = equals > 0 ? value.left(equals).toUtf8() + '=' : QByteArray();
        return name + QUrl::toPercentEncoding(value.sliced(equals + 1));
    }

    void setTimeout(const QString &seconds)
    {
        bool isNumber = false;
        const double value = seconds.toDouble(&isNumber);
        if (!isNumber || value < 0.001 || value > 86400)
            throw Problem{u"“%1” is no time limit in seconds"_s.arg(seconds)};
        m_target.timeout = Nanoseconds(static_cast<qint64>(value * 1e9));
    }

    bool hasHeader(QLatin1StringView name) const
    {
        for (const auto &header : m_target.headers) {
            if (header.name.compare(name, Qt::CaseInsensitive) == 0)
                return true;
        }
        return false;
    }

    Target finished()
    {
        if (m_url.isEmpty())
            throw Problem{u"the curl command has no URL"_s};
        if (m_hasData && m_dataInUrl) {
            m_url += (m_url.contains(u'?') ? u"&"_s : u"?"_s) + QString::fromUtf8(m_target.body);
            m_target.body.clear();
        } else if (m_hasData) {
            if (!m_hasMethod)
                m_target.method = "POST";
            if (m_isJson && !hasHeader("Accept"_L1))
                addHeader(u"Accept"_s, u"application/json"_s);
            if (!hasHeader("Content-Type"_L1))
                addHeader(u"Content-Type"_s, m_isJson ? u"application/json"_s : u"application/x-www-form-urlencoded"_s);
        }
        const auto named = targetsFromArgument(u"x="_s + m_url);
        if (!named)
            throw Problem{named.error};
        m_target.url = named->first().url;
        const auto path = m_target.url.section(u'?', 0, 0).section(u'/', 3);
        const auto segment = path.section(u'/', -1, -1, QString::SectionSkipEmpty);
        m_target.name = segment.isEmpty() ? QUrl(m_target.url).host() : segment;
        m_target.name.replace(u'=', u'-');
        if (const auto problem = problemOf(m_target); !problem.isEmpty())
            throw Problem{problem};
        return m_target;
    }

    qsizetype m_at = 1;
    Target m_target;
    QString m_url;
    bool m_hasMethod = false;
    bool m_hasData = false;
    bool m_isJson = false;
    bool m_dataInUrl = false;
};

} // namespace

bool looksLikeCurlCommand(const QString &text)
{
    const auto first = text.trimmed().section(u' ', 0, 0).section(u'/', -1);
    return first == "curl"_L1 || first == "curl.exe"_L1;
}

Parsed<Target> targetFromCurlCommand(const QString &command)
{
    const auto words = shellWords(command);
    if (!words)
        return Parsed<Target>::failed(words.error);
    if (words->isEmpty() || !looksLikeCurlCommand(words->first()))
        return Parsed<Target>::failed(u"that is no curl command"_s);
    try {
        return Reader().read(*words);
    } catch (const Problem &problem) {
        return Parsed<Target>::failed(problem.text);
    }
}

} // namespace openloop::probe

// SPDX-License-Identifier: GPL-3.0-or-later
// A head is read line by line, each into what it means; what the lines mean together is judged at the end.
#include "server/http/message/request_head.h"

#include "server/http/message/characters.h"

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::Literals::StringLiterals;

namespace openloop::http {

namespace {

constexpr qsizetype longestMethod = 32;
constexpr qsizetype longestTarget = 8000; // what RFC 9112 section 3 asks for at least
constexpr qsizetype longestLength = 18; // decimal digits that fit qint64

struct Refusal {
    int status;
    QString reason;
};

using Verdict = std::optional<Refusal>;

Refusal bad(const QString &reason)
{
    return {400, reason};
}

Refusal targetTooLong()
{
    return {414, u"the request target is longer than %1 bytes"_s.arg(longestTarget)};
}

// What a request line can no longer become, however it ends.
Verdict judgeBegunLine(QByteArrayView line)
{
    const qsizetype space = line.indexOf(' ');
    const QByteArrayView method = space < 0 ? line : line.first(space);
    if (method.size() > longestMethod)
        return isToken(method) ? Refusal{501, u"no method has more than %1 letters"_s.arg(longestMethod)}
                               : bad(u"the request line is malformed"_s);
    constexpr qsizetype version = 10; // " HTTP/1.1" and what ends the line
    return line.size() - space - 1 > longestTarget + version ? Verdict(targetTooLong()) : std::nullopt;
}

bool isTargetCharacter(char c)
{
    constexpr std::string_view marks = "-._~:/?[]@!$&'()*+,;=%";
    return isAlpha(c) || isDigit(c) || (c != '\0' && marks.find(c) != marks.npos);
}

bool percentEncodingIsSound(QByteArrayView text, bool controlsAllowed)
{
    for (qsizetype i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 3)) {
        if (i + 2 >= text.size())
            return false;
        const int high = hexValue(text[i + 1]);
        const int low = hexValue(text[i + 2]);
        if (high < 0 || low < 0)
            return false;
        const int code = high * 16 + low;
        if (!controlsAllowed && (code < 0x20 || code == 0x7f))
            return false;
    }
    return true;
}

// absolute-form (RFC 9112 section 3.2.2): its authority replaces the Host field.
std::optional<QByteArrayView> takeAuthority(QByteArrayView target, RequestHead &head)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (target.size() <= scheme.size() || target.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
            continue;
        const QByteArrayView rest = target.sliced(scheme.size());
        const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
        if (end == rest.begin())
            return {};
        head.authority = rest.first(end - rest.begin()).toByteArray();
        return rest.sliced(end - rest.begin());
    }
    return {};
}

Verdict readTarget(QByteArrayView target, RequestHead &head)
{
    if (head.method == "CONNECT")
        return Refusal{501, u"this server is no proxy"_s};
    if (target == "*" && head.method == "OPTIONS") {
        head.path = "*";
        return {};
    }
    const std::optional<QByteArrayView> local = target.startsWith('/') ? target : takeAuthority(target, head);
    if (!local || !allOf(target, isTargetCharacter))
        return bad(u"the request target is malformed"_s);
    const qsizetype mark = local->indexOf('?');
    const QByteArrayView path = mark < 0 ? *local : local->first(mark);
    head.path = path.isEmpty() ? QByteArray("/") : path.toByteArray();
    head.query = mark < 0 ? QByteArray() : local->sliced(mark + 1).toByteArray();
    if (!percentEncodingIsSound(head.path, false) || !percentEncodingIsSound(head.query, true))
        return bad(u"the request target has a bad percent-encoding"_s);
    return {};
}

Verdict readVersion(QByteArrayView version, RequestHead &head)
{
    const bool shaped = version.size() == 8 && version.startsWith("HTTP/") && isDigit(version[5]) && version[6] == '.'
        && isDigit(version[7]);
    if (!shaped)
        return bad(u"the request line is malformed"_s);
    if (version[5] != '1')
        return Refusal{505, u"only HTTP/1.1 and HTTP/1.0 are spoken here"_s};
    head.minorVersion = version[7] - '0';
    return {};
}

Verdict readRequestLine(QByteArrayView line, RequestHead &head)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (const Verdict refused = judgeBegunLine(line))
        return refused;
    if (first <= 0 || last == first || !isToken(line.first(first)))
        return bad(u"the request line is malformed"_s);
    if (last - first - 1 > longestTarget)
        return targetTooLong();
    head.method = line.first(first).toByteArray();
    if (const Verdict refused = readVersion(line.sliced(last + 1), head))
        return refused;
    return readTarget(line.sliced(first + 1, last - first - 1), head);
}

Verdict readField(QByteArrayView line, RequestHead &head)
{
    if (line.startsWith(' ') || line.startsWith('\t'))
        return bad(u"a header field is folded"_s);
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)))
        return bad(u"a header field's name is malformed"_s);
    const QByteArrayView value = line.sliced(colon + 1);
    if (!allOf(value, isFieldCharacter))
        return bad(u"a header field's value has a control character"_s);
    head.fields.append({line.first(colon).toByteArray().toLower(), value.trimmed().toByteArray()});
    return {};
}

Verdict readHost(RequestHead &head)
{
    const QList<QByteArray> hosts = head.values("host");
    if (hosts.size() > 1)
        return bad(u"there is more than one Host"_s);
    if (hosts.isEmpty() && head.minorVersion > 0)
        return bad(u"there is no Host"_s);
    const auto isHostCharacter = [](char c) { return isTargetCharacter(c) && c != '/' && c != '?' && c != '@'; };
    if (!allOf(head.authority, isHostCharacter) || (!hosts.isEmpty() && !allOf(hosts.first(), isHostCharacter)))
        return bad(u"the Host is malformed"_s);
    if (!head.authority.isEmpty()) {
        head.fields.removeIf([](const Field &field) { return field.name == "host"; });
        head.fields.append({"host", head.authority});
    }
    return {};
}

Verdict readLength(const RequestHead &head, const Limits &limits, qint64 &length)
{
    const QList<QByteArray> lengths = head.values("content-length");
    if (lengths.isEmpty())
        return {};
    if (lengths.size() > 1)
        return bad(u"there is more than one Content-Length"_s);
    const QByteArray &text = lengths.first();
    if (text.isEmpty() || text.size() > longestLength || !allOf(text, isDigit))
        return bad(u"the Content-Length is no length"_s);
    length = text.toLongLong();
    if (length > limits.body)
        return Refusal{413, u"the body is larger than %1 bytes"_s.arg(limits.body)};
    return {};
}

// IANA's HTTP Transfer Coding Registry; what is none of them may be a coding of a later day.
bool isRegistered(const QByteArray &coding)
{
    constexpr std::array names{"chunked", "compress", "deflate", "gzip", "x-compress", "x-gzip"};
    return std::ranges::find(names, coding.trimmed()) != names.end();
}

Verdict readFraming(RequestHead &head, const Limits &limits)
{
    if (head.values("transfer-encoding").isEmpty())
        return readLength(head, limits, head.contentLength);
    if (!head.values("content-length").isEmpty())
        return bad(u"there are both Content-Length and Transfer-Encoding"_s);
    if (head.minorVersion == 0)
        return bad(u"HTTP/1.0 has no Transfer-Encoding"_s);
    const QList<QByteArray> codings = head.values("transfer-encoding").join(',').toLower().split(',');
    for (const QByteArray &coding : codings) {
        if (!isToken(coding.trimmed()))
            return bad(u"the Transfer-Encoding is malformed"_s);
    }
    const auto isChunked = [](const QByteArray &coding) { return coding.trimmed() == "chunked"; };
    const auto first = std::ranges::find_if(codings, isChunked);
    const bool isLast = first != codings.end() && std::next(first) == codings.end();
    if (!isLast && (first != codings.end() || std::ranges::any_of(codings, isRegistered)))
        return bad(u"the last transfer coding of a request is chunked"_s);
    if (!isLast || codings.size() > 1)
        return Refusal{501, u"only the transfer coding chunked is known here"_s};
    head.chunked = true;
    return {};
}

Verdict readExpectation(RequestHead &head)
{
    const QByteArray expectation = head.value("expect");
    if (expectation.isEmpty() || head.minorVersion == 0)
        return {};
    if (expectation.compare("100-continue", Qt::CaseInsensitive) != 0)
        return Refusal{417, u"only 100-continue can be expected here"_s};
    head.expectsContinue = true;
    return {};
}

bool connectionHas(const RequestHead &head, QByteArrayView option)
{
    for (const QByteArray &value : head.values("connection")) {
        for (const QByteArray &candidate : value.toLower().split(',')) {
            if (candidate.trimmed() == option)
                return true;
        }
    }
    return false;
}

void readPersistence(RequestHead &head)
{
    head.keepAlive = !connectionHas(head, "close") && (head.minorVersion >= 1 || connectionHas(head, "keep-alive"));
}

Verdict readMeaning(RequestHead &head, const Limits &limits)
{
    if (const Verdict refused = readHost(head))
        return refused;
    if (const Verdict refused = readFraming(head, limits))
        return refused;
    readPersistence(head);
    return readExpectation(head);
}

HeadReading refusal(const Refusal &refused)
{
    HeadReading reading;
    reading.status = refused.status;
    reading.reason = refused.reason;
    return reading;
}

HeadReading tooLarge(const QString &reason)
{
    return refusal({431, reason});
}

} // namespace

QByteArray RequestHead::value(QByteArrayView name) const
{
    for (const Field &field : fields) {
        if (field.name == name)
            return field.value;
    }
    return {};
}

QList<QByteArray> RequestHead::values(QByteArrayView name) const
{
    QList<QByteArray> values;
    for (const Field &field : fields) {
        if (field.name == name)
            values.append(field.value);
    }
    return values;
}

HeadReading readHead(QByteArrayView bytes, const Limits &limits)
{
    return HeadReader().read(bytes, limits);
}

HeadReading HeadReader::read(QByteArrayView bytes, const Limits &limits)
{
    if (!m_requestLineRead) {
        m_at = bytes.startsWith("\r\n") ? 2 : 0; // RFC 9112 section 2.2
        if (bytes.size() > m_at && bytes[m_at] != '\r' && !isTokenCharacter(bytes[m_at]))
            return refusal(bad(u"the request line is malformed"_s));
    }
    for (;;) {
        const qsizetype from = qMax(m_at, m_searched);
        const qsizetype newline = bytes.indexOf('\n', from);
        m_searched = newline < 0 ? bytes.size() : newline + 1;
        m_examined += m_searched - from;
        if (!m_requestLineRead && newline < 0) {
            if (const Verdict refused = judgeBegunLine(bytes.sliced(m_at)))
                return refusal(*refused);
        }
        if (newline >= limits.head || (newline < 0 && bytes.size() >= limits.head))
            return tooLarge(u"the request head is larger than %1 bytes"_s.arg(limits.head));
        if (newline < 0)
            return {};
        if (newline == 0 || bytes[newline - 1] != '\r')
            return refusal(bad(u"a line ends without a carriage return"_s));
        const QByteArrayView line = bytes.sliced(m_at, newline - 1 - m_at);
        m_at = newline + 1;
        m_examined += line.size();
        const bool requestLine = !std::exchange(m_requestLineRead, true);
        if (!requestLine && line.isEmpty())
            break;
        if (m_head.fields.size() == limits.fields)
            return tooLarge(u"there are more than %1 header fields"_s.arg(limits.fields));
        if (const Verdict refused = requestLine ? readRequestLine(line, m_head) : readField(line, m_head))
            return refusal(*refused);
    }
    if (const Verdict refused = readMeaning(m_head, limits))
        return refusal(*refused);
    if (m_head.fields.size() > limits.fields) // an authority counts as the Host that it stands for
        return tooLarge(u"there are more than %1 header fields"_s.arg(limits.fields));
    HeadReading reading;
    reading.head = std::move(m_head);
    reading.length = m_at;
    return reading;
}

} // namespace openloop::http

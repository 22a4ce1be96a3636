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

struct Absolute {
    QByteArrayView authority;
    QByteArrayView rest; ///< path and query
    bool isHttps = false;
};

// absolute-form (RFC 9112 section 3.2.2): its authority replaces the Host field.
std::optional<Absolute> readAbsolute(QByteArrayView target)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (target.size() <= scheme.size() || target.first(scheme.size()).compare(scheme, Qt::CaseInsensitive) != 0)
            continue;
        const QByteArrayView rest = target.sliced(scheme.size());
        const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
        if (end == rest.begin())
            return {};
        const qsizetype length = end - rest.begin();
        return Absolute{rest.first(length), rest.sliced(length), scheme.startsWith("https")};
    }
    return {};
}

// IANA's HTTP Transfer Coding Registry; what is none of them may be a coding of a later day.
bool isRegistered(const QByteArray &coding)
{
    constexpr std::array names{"chunked", "compress", "deflate", "gzip", "x-compress", "x-gzip"};
    return std::ranges::find(names, coding.trimmed()) != names.end();
}

bool listHas(QByteArrayView list, QByteArrayView wanted)
{
    for (qsizetype end = 0; end >= 0; list = list.sliced(end + 1)) {
        end = list.indexOf(',');
        if ((end < 0 ? list : list.first(end)).trimmed().compare(wanted, Qt::CaseInsensitive) == 0)
            return true;
        if (end < 0)
            return false;
    }
    return false;
}

} // namespace

QByteArrayView RequestHead::value(QByteArrayView name) const
{
    for (const FieldParts &field : m_fields) {
        if (at(field.name) == name)
            return at(field.value);
    }
    return {};
}

QList<QByteArrayView> RequestHead::values(QByteArrayView name) const
{
    QList<QByteArrayView> values;
    for (const FieldParts &field : m_fields) {
        if (at(field.name) == name)
            values.append(at(field.value));
    }
    return values;
}

QByteArray RequestHead::combined(QByteArrayView name) const
{
    QByteArray all;
    for (const QByteArrayView each : values(name))
        all.append(each).append(',');
    all.chop(1);
    return all;
}

void RequestHead::addField(QByteArrayView name, QByteArrayView value)
{
    const Part begin = add(name);
    m_fields.append({begin, add(value)});
}

RequestHead::Part RequestHead::add(QByteArrayView text)
{
    const Part part{qint32(m_text.size()), qint32(text.size())};
    m_text.append(text);
    return part;
}

// Keeps the memory, unless a copy has it.
void RequestHead::clear()
{
    QByteArray text = std::move(m_text);
    QList<FieldParts> fields = std::move(m_fields);
    *this = {};
    if (text.isDetached()) {
        text.resize(0);
        m_text = std::move(text);
    }
    if (fields.isDetached()) {
        fields.clear();
        m_fields = std::move(fields);
    }
}

HeadReading readHead(QByteArrayView bytes, const Limits &limits)
{
    return HeadReader().read(bytes, limits);
}

HeadReader::HeadReader(RequestHead used) : m_head(std::move(used))
{
    m_head.clear();
}

HeadReader::Refusal HeadReader::targetTooLong()
{
    return {414, u"the request target is longer than %1 bytes"_s.arg(longestTarget)};
}

// What a request line can no longer become, however it ends.
HeadReader::Verdict HeadReader::judgeBegunLine(QByteArrayView line)
{
    const qsizetype space = line.indexOf(' ');
    const QByteArrayView method = space < 0 ? line : line.first(space);
    if (method.size() > longestMethod)
        return isToken(method) ? Refusal{501, u"no method has more than %1 letters"_s.arg(longestMethod)}
                               : bad(u"the request line is malformed"_s);
    constexpr qsizetype version = 10; // " HTTP/1.1" and what ends the line
    return line.size() - space - 1 > longestTarget + version ? Verdict(targetTooLong()) : std::nullopt;
}

HeadReading HeadReader::refusal(const Refusal &refused)
{
    if (m_head.m_text.isEmpty())
        keepText();
    return {{}, 0, refused.status, refused.reason, std::move(m_head)};
}

HeadReading HeadReader::read(QByteArrayView bytes, const Limits &limits)
{
    const auto tooLarge = [this](const QString &reason) { return refusal({431, reason}); };
    const auto tooMany = [&] { return tooLarge(u"there are more than %1 header fields"_s.arg(limits.fields)); };
    m_bytes = bytes;
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
        if (m_head.fieldCount() == limits.fields)
            return tooMany();
        if (const Verdict refused = requestLine ? readRequestLine(line) : readField(line))
            return refusal(*refused);
    }
    keepText();
    if (m_head.m_path.size == 0)
        m_head.m_path = m_head.add("/");
    if (const Verdict refused = readMeaning(limits))
        return refusal(*refused);
    if (m_head.fieldCount() > limits.fields) // an authority counts as the Host that it stands for
        return tooMany();
    HeadReading reading;
    reading.head = std::move(m_head);
    reading.length = m_at;
    return reading;
}

RequestHead::Part HeadReader::partOf(QByteArrayView piece) const
{
    return {qint32(piece.data() - m_bytes.data()), qint32(piece.size())};
}

HeadReader::Verdict HeadReader::readRequestLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (const Verdict refused = judgeBegunLine(line))
        return refused;
    if (first <= 0 || last == first || !isToken(line.first(first)))
        return bad(u"the request line is malformed"_s);
    if (last - first - 1 > longestTarget)
        return targetTooLong();
    m_head.m_method = partOf(line.first(first));
    if (const Verdict refused = readVersion(line.sliced(last + 1)))
        return refused;
    return readTarget(line.first(first), line.sliced(first + 1, last - first - 1));
}

HeadReader::Verdict HeadReader::readVersion(QByteArrayView version)
{
    const bool shaped = version.size() == 8 && version.startsWith("HTTP/") && isDigit(version[5]) && version[6] == '.'
        && isDigit(version[7]);
    if (!shaped)
        return bad(u"the request line is malformed"_s);
    if (version[5] != '1')
        return Refusal{505, u"only HTTP/1.1 and HTTP/1.0 are spoken here"_s};
    m_head.minorVersion = version[7] - '0';
    return {};
}

HeadReader::Verdict HeadReader::readTarget(QByteArrayView method, QByteArrayView target)
{
    if (method == "CONNECT")
        return Refusal{501, u"this server is no proxy"_s};
    if (target == "*" && method == "OPTIONS") {
        m_head.m_path = partOf(target);
        return {};
    }
    const auto absolute = target.startsWith('/') ? Absolute{{}, target} : readAbsolute(target);
    if (!absolute || !allOf(target, isTargetCharacter))
        return bad(u"the request target is malformed"_s);
    const qsizetype mark = absolute->rest.indexOf('?');
    const QByteArrayView path = mark < 0 ? absolute->rest : absolute->rest.first(mark);
    const QByteArrayView query = mark < 0 ? QByteArrayView() : absolute->rest.sliced(mark + 1);
    if (!percentEncodingIsSound(path, false) || !percentEncodingIsSound(query, true))
        return bad(u"the request target has a bad percent-encoding"_s);
    m_head.wantsTls = absolute->isHttps;
    if (!absolute->authority.isEmpty())
        m_head.m_authority = partOf(absolute->authority);
    if (!path.isEmpty())
        m_head.m_path = partOf(path);
    if (!query.isEmpty())
        m_head.m_query = partOf(query);
    return {};
}

HeadReader::Verdict HeadReader::readField(QByteArrayView line)
{
    if (line.startsWith(' ') || line.startsWith('\t'))
        return bad(u"a header field is folded"_s);
    const qsizetype colon = line.indexOf(':');
    if (colon < 0 || !isToken(line.first(colon)))
        return bad(u"a header field's name is malformed"_s);
    const QByteArrayView value = line.sliced(colon + 1);
    if (!allOf(value, isFieldCharacter))
        return bad(u"a header field's value has a control character"_s);
    m_head.m_fields.append({partOf(line.first(colon)), partOf(value.trimmed())});
    return {};
}

// What was read of the lines that are there are places in this text.
void HeadReader::keepText()
{
    m_head.m_text.append(m_bytes.first(m_at));
    char *const text = m_head.m_text.data();
    for (const auto &[name, value] : std::as_const(m_head.m_fields)) {
        for (char *c = text + name.begin; c != text + name.begin + name.size; ++c)
            *c = toLower(*c);
    }
}

HeadReader::Verdict HeadReader::readMeaning(const Limits &limits)
{
    if (const Verdict refused = readHost())
        return refused;
    if (const Verdict refused = readFraming(limits))
        return refused;
    readPersistence();
    return readExpectation();
}

HeadReader::Verdict HeadReader::readHost()
{
    const auto isHost = [this](const RequestHead::FieldParts &field) { return m_head.at(field.name) == "host"; };
    const auto hosts = std::ranges::count_if(std::as_const(m_head.m_fields), isHost);
    if (hosts > 1)
        return bad(u"there is more than one Host"_s);
    if (hosts == 0 && m_head.minorVersion > 0)
        return bad(u"there is no Host"_s);
    const auto isHostCharacter = [](char c) { return isTargetCharacter(c) && c != '/' && c != '?' && c != '@'; };
    if (!allOf(m_head.authority(), isHostCharacter) || !allOf(m_head.value("host"), isHostCharacter))
        return bad(u"the Host is malformed"_s);
    if (!m_head.authority().isEmpty()) {
        m_head.m_fields.removeIf(isHost);
        const RequestHead::Part name = m_head.add("host");
        m_head.m_fields.append({name, m_head.m_authority});
    }
    return {};
}

HeadReader::Verdict HeadReader::readFraming(const Limits &limits)
{
    if (m_head.values("transfer-encoding").isEmpty())
        return readLength(limits);
    if (!m_head.values("content-length").isEmpty())
        return bad(u"there are both Content-Length and Transfer-Encoding"_s);
    if (m_head.minorVersion == 0)
        return bad(u"HTTP/1.0 has no Transfer-Encoding"_s);
    const QList<QByteArray> codings = m_head.combined("transfer-encoding").toLower().split(',');
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
    m_head.chunked = true;
    return {};
}

HeadReader::Verdict HeadReader::readLength(const Limits &limits)
{
    const QList<QByteArrayView> lengths = m_head.values("content-length");
    if (lengths.isEmpty())
        return {};
    if (lengths.size() > 1)
        return bad(u"there is more than one Content-Length"_s);
    const QByteArrayView text = lengths.first();
    if (text.isEmpty() || text.size() > longestLength || !allOf(text, isDigit))
        return bad(u"the Content-Length is no length"_s);
    m_head.contentLength = text.toLongLong();
    if (m_head.contentLength > limits.body)
        return Refusal{413, u"the body is larger than %1 bytes"_s.arg(limits.body)};
    return {};
}

HeadReader::Verdict HeadReader::readExpectation()
{
    const QByteArrayView expectation = m_head.value("expect");
    if (expectation.isEmpty() || m_head.minorVersion == 0)
        return {};
    if (expectation.compare("100-continue", Qt::CaseInsensitive) != 0)
        return Refusal{417, u"only 100-continue can be expected here"_s};
    m_head.expectsContinue = true;
    return {};
}

void HeadReader::readPersistence()
{
    const QList<QByteArrayView> options = m_head.values("connection");
    const auto has = [&options](QByteArrayView wanted) {
        return std::ranges::any_of(options, [&](QByteArrayView list) { return listHas(list, wanted); });
    };
    m_head.keepAlive = !has("close") && (m_head.minorVersion >= 1 || has("keep-alive"));
}

} // namespace openloop::http

// SPDX-License-Identifier: GPL-3.0-or-later
// Both kinds of fields become lists of equal shape, which are walked in the same way, from the right.
#include "server/http/message/forwarded.h"

#include "server/http/message/characters.h"

namespace openloop::http {

namespace {

constexpr qsizetype longestPrefix = 256;

// What one proxy wrote into Forwarded; empty: nothing of the kind.
struct Element {
    QByteArray node, host, scheme;
};

// The characters of one Forwarded field, taken one after another.
class ElementReader
{
public:
    explicit ElementReader(QByteArrayView text) : m_text(text) { }

    // False: malformed.
    bool readAll(QList<Element> &elements)
    {
        do {
            Element element;
            bool isEmpty = true;
            do {
                skipSpace();
                if (m_at == m_text.size() || m_text[m_at] == ',' || m_text[m_at] == ';')
                    continue; // a list may have empty elements, and these empty pairs
                isEmpty = false;
                if (!readPair(element))
                    return false;
                skipSpace();
            } while (take(';'));
            if (!isEmpty)
                elements.append(element);
        } while (take(','));
        return m_at == m_text.size();
    }

private:
    bool readPair(Element &element)
    {
        const QByteArray name = takeToken().toByteArray().toLower();
        if (name.isEmpty() || !take('='))
            return false;
        const auto value = takeValue();
        if (!value)
            return false;
        QByteArray *const place = name == "for" ? &element.node
            : name == "host"                    ? &element.host
            : name == "proto"                   ? &element.scheme
                                                : nullptr;
        if (!place)
            return true;
        if (!place->isEmpty())
            return false; // twice
        *place = *value;
        return !value->isEmpty();
    }

    // A token or a quoted string (RFC 9110 section 5.6.4).
    std::optional<QByteArray> takeValue()
    {
        if (!take('"')) {
            const QByteArrayView token = takeToken();
            return token.isEmpty() ? std::nullopt : std::optional(token.toByteArray());
        }
        QByteArray value;
        while (m_at < m_text.size()) {
            if (take('"'))
                return value;
            if (take('\\') && m_at == m_text.size())
                break;
            value += m_text[m_at++];
        }
        return {};
    }

    QByteArrayView takeToken()
    {
        const qsizetype begin = m_at;
        while (m_at < m_text.size() && isTokenCharacter(m_text[m_at]))
            ++m_at;
        return m_text.sliced(begin, m_at - begin);
    }

    bool take(char c)
    {
        const bool isNext = m_at < m_text.size() && m_text[m_at] == c;
        m_at += isNext;
        return isNext;
    }

    void skipSpace()
    {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\t'))
            ++m_at;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
};

QList<QByteArray> listOf(const RequestHead &head, QByteArrayView name)
{
    QList<QByteArray> list;
    for (const QByteArray &each : head.combined(name).split(',')) {
        if (const QByteArray text = each.trimmed(); !text.isEmpty())
            list.append(text);
    }
    return list;
}

bool isPort(QByteArrayView text)
{
    return text.startsWith('_') ? isToken(text) : !text.isEmpty() && text.size() <= 5 && allOf(text, isDigit);
}

// `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, each of the first and last with a port or without; the null address for
// `unknown` and `_hidden`. Nothing: malformed.
std::optional<QHostAddress> readNode(QByteArrayView text)
{
    if (const auto bare = readAddress(text))
        return bare;
    const qsizetype bracket = text.startsWith('[') ? text.indexOf(']') : 0;
    const qsizetype colon = bracket < 0 ? -1 : text.indexOf(':', bracket);
    const QByteArrayView name = colon < 0 ? text : text.first(colon);
    if (bracket < 0 || (colon >= 0 && !isPort(text.sliced(colon + 1))))
        return {};
    if (bracket > 0) {
        const bool isWhole = name.size() == bracket + 1 && name.contains(':');
        return isWhole ? readAddress(name.sliced(1, bracket - 1)) : std::nullopt;
    }
    if (name.compare("unknown", Qt::CaseInsensitive) == 0 || (name.size() > 1 && name[0] == '_' && isToken(name)))
        return QHostAddress();
    return readAddress(name);
}

struct Found {
    QHostAddress client;
    qsizetype fromRight = 0; ///< where the proxy stands that named it
};

// nodes: as the proxies added them, the nearest last.
std::optional<Found> findClient(const QList<QByteArray> &nodes, const QHostAddress &peer, const Networks &trusted)
{
    Found found{peer};
    for (qsizetype at = 0; at < nodes.size(); ++at) {
        const auto node = readNode(nodes[nodes.size() - 1 - at]);
        if (!node)
            return {};
        found.fromRight = at;
        if (node->isNull())
            break;
        found.client = *node;
        if (!trusted.contains(*node))
            break;
    }
    return found;
}

// A proxy that does not add but replaces leaves fewer than there are proxies.
QByteArray pick(const QList<QByteArray> &list, qsizetype fromRight)
{
    return list.isEmpty() ? QByteArray() : list[qMax(qsizetype(0), list.size() - 1 - fromRight)];
}

QByteArray soundScheme(const QByteArray &text)
{
    const QByteArray scheme = text.toLower();
    return scheme == "http" || scheme == "https" ? scheme : QByteArray();
}

// It becomes the beginning of a path, and neither a host (`//`) nor the end of a field.
QByteArray soundPrefix(QByteArray text)
{
    while (text.endsWith('/'))
        text.chop(1);
    const auto isPathCharacter = [](char c) {
        return isTokenCharacter(c) ? c != '`' && c != '^' && c != '|' && c != '#' : c == '/' || c == ':' || c == '@';
    };
    const bool isSound = text.size() <= longestPrefix && text.startsWith('/') && !text.contains("//");
    return isSound && allOf(text, isPathCharacter) ? text : QByteArray();
}

// Nothing where none of it is to be believed.
std::optional<Forwarded> read(const RequestHead &head, const QHostAddress &peer, const Networks &trusted)
{
    const QList<QByteArray> hops = listOf(head, "x-forwarded-for");
    const auto found = findClient(hops, peer, trusted);
    if (!found)
        return {};
    Forwarded told{found->client, pick(listOf(head, "x-forwarded-host"), found->fromRight),
                   soundScheme(pick(listOf(head, "x-forwarded-proto"), found->fromRight)),
                   soundPrefix(pick(listOf(head, "x-forwarded-prefix"), found->fromRight))};

    QList<Element> elements;
    for (const QByteArrayView value : head.values("forwarded")) {
        if (!ElementReader(value).readAll(elements))
            return {};
    }
    if (elements.isEmpty())
        return told;
    QList<QByteArray> nodes;
    for (const Element &element : elements)
        nodes.append(element.node.isEmpty() ? "unknown" : element.node);
    const auto standard = findClient(nodes, peer, trusted);
    if (!standard || (!hops.isEmpty() && standard->client != told.client))
        return {};
    told.client = standard->client;
    const Element &named = elements[elements.size() - 1 - standard->fromRight];
    if (!named.host.isEmpty())
        told.host = named.host;
    if (const QByteArray scheme = soundScheme(named.scheme); !scheme.isEmpty())
        told.scheme = scheme;
    return told;
}

} // namespace

Forwarded readForwarded(const RequestHead &head, const QHostAddress &peer, const Networks &trusted)
{
    return read(head, peer, trusted).value_or(Forwarded{peer, {}, {}, {}});
}

} // namespace openloop::http

// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar of RFC 8259 as a loop: what is open is remembered as a bit for each level, so that no stack can overflow.
#include "server/upstream/json_text.h"

#include <bitset>

namespace openloop {

namespace {

class Reader
{
public:
    explicit Reader(QByteArrayView text) : m_at(text.begin()), m_end(text.end()) { }

    bool readAll();

private:
    bool isAt(char c) const { return m_at != m_end && *m_at == c; }
    bool take(char c)
    {
        if (!isAt(c))
            return false;
        ++m_at;
        return true;
    }
    void skipSpace()
    {
        while (isAt(' ') || isAt('\n') || isAt('\r') || isAt('\t'))
            ++m_at;
    }
    bool readDigits()
    {
        const char *const begin = m_at;
        while (m_at != m_end && *m_at >= '0' && *m_at <= '9')
            ++m_at;
        return m_at != begin;
    }
    bool open(bool isObject);
    bool readKey();
    bool readScalar();
    bool readWord(QByteArrayView word);
    bool readNumber();
    bool readString();
    bool readEscape();
    bool readCharacter();

    const char *m_at;
    const char *m_end;
    int m_depth = 0;
    std::bitset<deepestJson> m_isObject; ///< of each level that is open
};

// Each round reads a value, or opens one, and then closes what ends with it.
bool Reader::readAll()
{
    for (;;) {
        skipSpace();
        const bool isObject = isAt('{');
        bool isEmpty = false;
        if (isObject || isAt('[')) {
            if (!open(isObject))
                return false;
            isEmpty = isAt(isObject ? '}' : ']');
            if (!isEmpty) {
                if (isObject && !readKey())
                    return false;
                continue;
            }
        } else if (!readScalar()) {
            return false;
        }
        skipSpace();
        while (m_depth > 0 && take(m_isObject[std::size_t(m_depth - 1)] ? '}' : ']')) {
            --m_depth;
            skipSpace();
        }
        if (m_depth == 0)
            return m_at == m_end;
        if (!take(',') || (m_isObject[std::size_t(m_depth - 1)] && !readKey()))
            return false;
    }
}

bool Reader::open(bool isObject)
{
    ++m_at;
    if (m_depth == deepestJson)
        return false;
    m_isObject[std::size_t(m_depth)] = isObject;
    ++m_depth;
    skipSpace();
    return true;
}

bool Reader::readKey()
{
    skipSpace();
    if (!readString())
        return false;
    skipSpace();
    return take(':');
}

bool Reader::readScalar()
{
    if (m_at == m_end)
        return false;
    switch (*m_at) {
    case '"': return readString();
    case 't': return readWord("true");
    case 'f': return readWord("false");
    case 'n': return readWord("null");
    default: return readNumber();
    }
}

bool Reader::readWord(QByteArrayView word)
{
    if (!QByteArrayView(m_at, m_end).startsWith(word))
        return false;
    m_at += word.size();
    return true;
}

bool Reader::readNumber()
{
    take('-');
    if (!take('0') && !readDigits())
        return false;
    if (take('.') && !readDigits())
        return false;
    if (!take('e') && !take('E'))
        return true;
    if (!take('-'))
        take('+');
    return readDigits();
}

bool Reader::readString()
{
    if (!take('"'))
        return false;
    while (!take('"')) {
        if (m_at == m_end)
            return false;
        if (!(take('\\') ? readEscape() : readCharacter()))
            return false;
    }
    return true;
}

bool Reader::readEscape()
{
    constexpr QByteArrayView single("\"\\/bfnrt");
    if (m_at == m_end)
        return false;
    const char c = *m_at++;
    if (c != 'u')
        return single.contains(c);
    for (int i = 0; i < 4; ++i, ++m_at) {
        const auto isHex = [](char h) {
            return (h >= '0' && h <= '9') || (h >= 'a' && h <= 'f') || (h >= 'A' && h <= 'F');
        };
        if (m_at == m_end || !isHex(*m_at))
            return false;
    }
    return true;
}

// RFC 3629: the shortest form only, no surrogates, nothing beyond U+10FFFF.
bool Reader::readCharacter()
{
    const auto first = static_cast<unsigned char>(*m_at++);
    if (first < 0x80)
        return first >= 0x20;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || m_end - m_at < more)
        return false;
    const auto second = static_cast<unsigned char>(*m_at);
    const unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most)
        return false;
    for (int i = 1; i < more; ++i) {
        if ((static_cast<unsigned char>(m_at[i]) & 0xc0) != 0x80)
            return false;
    }
    m_at += more;
    return true;
}

} // namespace

bool isJson(QByteArrayView text)
{
    return Reader(text).readAll();
}

} // namespace openloop

// SPDX-License-Identifier: GPL-3.0-or-later
// The character classes of HTTP, shared by the readers of heads and of chunked bodies.
#pragma once

#include <QByteArray>

#include <algorithm>
#include <string_view>

namespace openloop::http {

constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

constexpr bool isAlpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Of ASCII; anything else stays what it is.
constexpr char toLower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

inline constexpr std::string_view tokenMarks = "!#$%&'*+-.^_`|~";

/// tchar of RFC 9110 section 5.6.2
constexpr bool isTokenCharacter(char c)
{
    return isDigit(c) || isAlpha(c) || (c != '\0' && tokenMarks.find(c) != tokenMarks.npos);
}

/// Anything but controls; tab is allowed (RFC 9110 section 5.5).
constexpr bool isFieldCharacter(char c)
{
    return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t';
}

/// 0..15, or -1
constexpr int hexValue(char c)
{
    if (isDigit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

template <typename Predicate>
bool allOf(QByteArrayView bytes, Predicate predicate)
{
    return std::all_of(bytes.begin(), bytes.end(), predicate);
}

/// To look something up by; lasts no longer than the view.
inline QByteArray asKey(QByteArrayView bytes)
{
    return QByteArray::fromRawData(bytes.data(), bytes.size());
}

inline bool isToken(QByteArrayView bytes)
{
    return !bytes.isEmpty() && allOf(bytes, isTokenCharacter);
}

} // namespace openloop::http

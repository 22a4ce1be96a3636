// SPDX-License-Identifier: GPL-3.0-or-later
// JSON as it goes over the wire: members keep the order in which they were written, which QJsonObject sorts away.
#pragma once

#include <QByteArray>
#include <QString>

#include <array>
#include <charconv>
#include <concepts>
#include <initializer_list>
#include <string_view>

namespace openloop::http {

/// One finished JSON value (RFC 8259), held as its UTF-8 text; cheap to copy. Numbers and short strings need no memory
/// of their own.
class Json
{
public:
    struct Member;

    Json() : Json(Word{"null"}) { }
    Json(std::initializer_list<Member> members);
    Json(const QString &text);
    Json(const char *) = delete;
    Json(double number);
    template <std::same_as<bool> Boolean>
    Json(Boolean value) : Json(Word{value ? "true" : "false"})
    {
    }
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    Json(Integer number)
    {
        char *const end = std::to_chars(m_short.data(), m_short.data() + m_short.size(), number).ptr;
        m_shortSize = quint8(end - m_short.data());
    }

    /// An array with toJson(element) of each element, in order.
    template <typename Range, typename ToJson>
    static Json array(const Range &elements, ToJson toJson)
    {
        QByteArray text = "[";
        for (const auto &element : elements)
            text.append(toJson(element).view()).append(',');
        return closed(std::move(text), ']');
    }

    /// Text that is JSON already, unchanged.
    static Json verbatim(QByteArray text);

    /// This object with one more member at its end.
    Json with(const QString &key, const Json &value) const;

    QByteArray text() const { return m_shortSize > 0 ? view().toByteArray() : m_long; }
    /// The same, as long as this lives.
    QByteArrayView view() const
    {
        return m_shortSize > 0 ? QByteArrayView(m_short.data(), m_shortSize) : QByteArrayView(m_long);
    }

private:
    struct Word {
        std::string_view text;
    };

    explicit Json(Word word);
    static Json closed(QByteArray text, char bracket);

    QByteArray m_long; ///< unless it is short
    std::array<char, 31> m_short; // NOLINT(*-member-init): is written before it is read
    quint8 m_shortSize = 0;
};

struct Json::Member {
    QString key;
    Json value;
};

} // namespace openloop::http

// SPDX-License-Identifier: GPL-3.0-or-later
// JSON as it goes over the wire: members keep the order in which they were written, which QJsonObject sorts away.
#pragma once

#include <QByteArray>
#include <QString>

#include <concepts>
#include <initializer_list>

namespace openloop::http {

/// One finished JSON value (RFC 8259), held as its UTF-8 text; cheap to copy.
class Json
{
public:
    struct Member;

    Json() : m_text("null") { }
    Json(std::initializer_list<Member> members);
    Json(const QString &text);
    Json(const char *) = delete;
    Json(double number);
    template <std::same_as<bool> Boolean>
    Json(Boolean value) : m_text(value ? "true" : "false")
    {
    }
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    Json(Integer number) : m_text(QByteArray::number(number))
    {
    }

    /// An array with toJson(element) of each element, in order.
    template <typename Range, typename ToJson>
    static Json array(const Range &elements, ToJson toJson)
    {
        QByteArray text = "[";
        for (const auto &element : elements)
            text += toJson(element).m_text + ',';
        return closed(std::move(text), ']');
    }

    /// Text that is JSON already, unchanged.
    static Json verbatim(QByteArray text);

    /// This object with one more member at its end.
    Json with(const QString &key, const Json &value) const;

    const QByteArray &text() const { return m_text; }

private:
    static Json closed(QByteArray text, char bracket);

    QByteArray m_text;
};

struct Json::Member {
    QString key;
    Json value;
};

} // namespace openloop::http

// SPDX-License-Identifier: GPL-3.0-or-later
// Builds values from the events of libyaml, and counts what they grow to.
#include "gui/probe/targets/openapi/yaml.h"

#include "gui/probe/samples/words.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QMap>
#include <QRegularExpression>

#include <algorithm>
#include <utility>
#include <yaml.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

class Event
{
public:
    Event() : m_event() { }
    ~Event() { yaml_event_delete(&m_event); }
    Q_DISABLE_COPY_MOVE(Event)

    bool readFrom(yaml_parser_t &parser) { return yaml_parser_parse(&parser, &m_event) != 0; }
    const yaml_event_t *operator->() const { return &m_event; }
    qsizetype line() const { return qsizetype(m_event.start_mark.line) + 1; }

private:
    yaml_event_t m_event;
};

QByteArray bytesOf(const yaml_char_t *text)
{
    return text ? QByteArray(reinterpret_cast<const char *>(text)) : QByteArray();
}

/// A plain scalar by the core schema.
QJsonValue meant(const QString &text)
{
    static const QStringList nothing{u""_s, u"~"_s, u"null"_s, u"Null"_s, u"NULL"_s};
    if (nothing.contains(text))
        return QJsonValue::Null;
    if (text == "true"_L1 || text == "True"_L1 || text == "TRUE"_L1)
        return true;
    if (text == "false"_L1 || text == "False"_L1 || text == "FALSE"_L1)
        return false;
    if (!text[0].isDigit() && !u"+-."_s.contains(text[0]))
        return text;
    static const QRegularExpression whole(u"\\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\\z"_s);
    static const QRegularExpression real(u"\\A[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\\z"_s);
    bool ok = false;
    if (whole.match(text).hasMatch()) {
        const bool octal = text.startsWith("0o"_L1);
        const qint64 number = text.mid(octal ? 2 : 0).toLongLong(&ok, octal ? 8 : text.startsWith("0x"_L1) ? 16 : 10);
        return ok ? QJsonValue(number) : QJsonValue(text);
    }
    const double number = real.match(text).hasMatch() ? text.toDouble(&ok) : 0;
    return ok ? QJsonValue(number) : QJsonValue(text);
}

class Reader
{
public:
    Reader(const QByteArray &text, const YamlLimits &limits) : m_parser(), m_limits(limits)
    {
        yaml_parser_initialize(&m_parser);
        yaml_parser_set_input_string(&m_parser, reinterpret_cast<const unsigned char *>(text.constData()),
                                     std::size_t(text.size()));
    }
    ~Reader() { yaml_parser_delete(&m_parser); }
    Q_DISABLE_COPY_MOVE(Reader)

    Parsed<QJsonValue> read()
    {
        for (;;) {
            Event event;
            if (!next(event))
                break;
            if (event->type == YAML_STREAM_END_EVENT)
                return QJsonValue();
            if (event->type == YAML_STREAM_START_EVENT || event->type == YAML_DOCUMENT_START_EVENT)
                continue;
            const auto value = node(event, 0);
            if (m_error.isEmpty())
                return value;
            break;
        }
        return Parsed<QJsonValue>::failed(m_error);
    }

private:
    struct Anchored {
        QJsonValue value;
        qsizetype nodes = 0;
        int height = 0; ///< of lists and mappings in it
    };

    bool next(Event &event)
    {
        if (event.readFrom(m_parser))
            return true;
        const auto line = qsizetype(m_parser.problem_mark.line) + 1;
        return fail(line, m_parser.problem ? QString::fromUtf8(m_parser.problem) : tr("out of memory"));
    }

    bool fail(qsizetype line, const QString &why)
    {
        if (m_error.isEmpty())
            m_error = u"line %1: %2"_s.arg(line).arg(why);
        return false;
    }

    bool count(qsizetype nodes, qsizetype line)
    {
        m_nodes += nodes;
        return m_nodes <= m_limits.nodes
            || fail(line, tr("more than %1 values, aliases counted as often as they repeat").arg(m_limits.nodes));
    }

    bool reach(int depth, qsizetype line)
    {
        m_reached = std::max(m_reached, depth);
        return depth <= m_limits.depth || fail(line, tr("deeper than %1 lists and mappings").arg(m_limits.depth));
    }

    QJsonValue node(const Event &event, int depth)
    {
        if (event->type == YAML_ALIAS_EVENT) {
            const auto found = m_anchors.constFind(bytesOf(event->data.alias.anchor));
            if (found == m_anchors.constEnd()) // or its own value is not complete yet
                fail(event.line(), tr("an alias of what is not known before it"));
            else if (count(found->nodes, event.line()) && reach(depth + found->height, event.line()))
                return found->value;
            return {};
        }
        const auto before = m_nodes;
        const auto reachedBefore = std::exchange(m_reached, 0);
        if (!reach(depth, event.line()) || !count(1, event.line()))
            return {};
        QJsonValue value;
        QByteArray anchor;
        if (event->type == YAML_SCALAR_EVENT) {
            value = scalar(event);
            anchor = bytesOf(event->data.scalar.anchor);
        } else if (event->type == YAML_SEQUENCE_START_EVENT) {
            value = sequence(depth);
            anchor = bytesOf(event->data.sequence_start.anchor);
        } else if (event->type == YAML_MAPPING_START_EVENT) {
            value = mapping(depth);
            anchor = bytesOf(event->data.mapping_start.anchor);
        }
        if (!anchor.isEmpty())
            m_anchors[anchor] = {value, m_nodes - before, m_reached - depth};
        m_reached = std::max(m_reached, reachedBefore);
        return value;
    }

    static QString textOf(const Event &event)
    {
        const auto &scalar = event->data.scalar;
        return QString::fromUtf8(reinterpret_cast<const char *>(scalar.value), qsizetype(scalar.length));
    }

    static QJsonValue scalar(const Event &event)
    {
        const bool isText = !event->data.scalar.plain_implicit && bytesOf(event->data.scalar.tag).endsWith(":str");
        return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !isText ? meant(textOf(event))
                                                                              : QJsonValue(textOf(event));
    }

    QJsonValue sequence(int depth)
    {
        QJsonArray list;
        for (;;) {
            Event event;
            if (!next(event) || event->type == YAML_SEQUENCE_END_EVENT)
                return list;
            list.append(node(event, depth + 1));
            if (!m_error.isEmpty())
                return {};
        }
    }

    QJsonValue mapping(int depth)
    {
        QMap<QString, QJsonValue> members; // sorted: appended to an object, none moves the others
        QList<QJsonValue> merged;
        for (;;) {
            Event key;
            if (!next(key))
                return {};
            if (key->type == YAML_MAPPING_END_EVENT)
                break;
            if (key->type != YAML_SCALAR_EVENT) {
                fail(key.line(), tr("a key that is no text"));
                return {};
            }
            const auto name = textOf(key);
            if (!count(1, key.line()))
                return {};
            if (const auto anchor = bytesOf(key->data.scalar.anchor); !anchor.isEmpty())
                m_anchors[anchor] = {name, 1, 0};
            Event event;
            if (!next(event))
                return {};
            const auto value = node(event, depth + 1);
            if (!m_error.isEmpty())
                return {};
            if (name == "<<"_L1 && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
                merged.append(value);
            else if (members.contains(name))
                fail(key.line(), tr("the key “%1” is given twice").arg(name.left(100)));
            else
                members[name] = value;
        }
        for (const auto &value : std::as_const(merged))
            merge(value.isArray() ? value.toArray() : QJsonArray{value}, members);
        QJsonObject object;
        for (auto member = members.cbegin(); member != members.cend(); ++member)
            object.insert(member.key(), member.value());
        return object;
    }

    /// What is there already wins, as do earlier ones.
    static void merge(const QJsonArray &sources, QMap<QString, QJsonValue> &members)
    {
        for (const auto &source : sources) {
            const auto object = source.toObject();
            for (auto member = object.begin(); member != object.end(); ++member) {
                if (!members.contains(member.key()))
                    members[member.key()] = member.value();
            }
        }
    }

    yaml_parser_t m_parser;
    YamlLimits m_limits;
    QHash<QByteArray, Anchored> m_anchors;
    qsizetype m_nodes = 0;
    int m_reached = 0; ///< the deepest within the value that is being read
    QString m_error;
};

} // namespace

Parsed<QJsonValue> jsonFromYaml(const QByteArray &text, const YamlLimits &limits)
{
    return Reader(text, limits).read();
}

} // namespace openloop::probe

// SPDX-License-Identifier: GPL-3.0-or-later
// Notes the first mistake and goes on with the default.
#include "gui/probe/targets/json_members.h"

#include <algorithm>
#include <limits>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

void JsonMembers::note(const QString &problem)
{
    if (m_problem.isEmpty())
        m_problem = problem;
}

QJsonValue JsonMembers::taken(const QString &key, QJsonValue::Type type, const QString &typeName)
{
    m_known.append(key);
    auto value = m_object.value(key);
    if (value.isUndefined() || value.type() == type)
        return value;
    note(u"“%1” must be %2"_s.arg(key, typeName));
    return QJsonValue::Undefined;
}

QString JsonMembers::text(const QString &key, const QString &otherwise)
{
    return taken(key, QJsonValue::String, u"a text"_s).toString(otherwise);
}

int JsonMembers::number(const QString &key, int otherwise)
{
    const auto value = taken(key, QJsonValue::Double, u"a whole number"_s);
    constexpr int none = std::numeric_limits<int>::min();
    if (value.isUndefined())
        return otherwise;
    if (value.toInt(none) == none)
        note(u"“%1” must be a whole number"_s.arg(key));
    return value.toInt(otherwise);
}

bool JsonMembers::truth(const QString &key, bool otherwise)
{
    return taken(key, QJsonValue::Bool, u"true or false"_s).toBool(otherwise);
}

QJsonObject JsonMembers::object(const QString &key)
{
    return taken(key, QJsonValue::Object, u"an object"_s).toObject();
}

QJsonArray JsonMembers::list(const QString &key, QJsonValue::Type type, const QString &typeName)
{
    const auto array = taken(key, QJsonValue::Array, u"a list"_s).toArray();
    for (qsizetype i = 0; i < array.size(); ++i) {
        if (array[i].type() != type)
            note(u"“%1[%2]” must be %3"_s.arg(key).arg(i).arg(typeName));
    }
    return array;
}

QStringList JsonMembers::texts(const QString &key)
{
    QStringList texts;
    for (const auto &value : list(key, QJsonValue::String, u"a text"_s))
        texts.append(value.toString());
    return texts;
}

QList<QJsonObject> JsonMembers::objects(const QString &key)
{
    QList<QJsonObject> objects;
    for (const auto &value : list(key, QJsonValue::Object, u"an object"_s))
        objects.append(value.toObject());
    return objects;
}

QString JsonMembers::problem(UnknownKeys unknown) const
{
    if (!m_problem.isEmpty() || unknown == UnknownKeys::Ignored)
        return m_problem;
    const auto keys = m_object.keys();
    const auto first = std::ranges::find_if(keys, [this](const auto &key) { return !m_known.contains(key); });
    return first == keys.end() ? QString() : u"“%1” is unknown here; there are %2"_s.arg(*first, m_known.join(u", "_s));
}

} // namespace openloop::probe

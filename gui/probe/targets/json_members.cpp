// SPDX-License-Identifier: GPL-3.0-or-later
// Notes the first mistake and goes on with the default.
#include "gui/probe/targets/json_members.h"

#include "gui/probe/samples/words.h"

#include <algorithm>
#include <limits>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr auto aText = QT_TRANSLATE_NOOP("openloop::probe", "a text");
constexpr auto aWholeNumber = QT_TRANSLATE_NOOP("openloop::probe", "a whole number");
constexpr auto trueOrFalse = QT_TRANSLATE_NOOP("openloop::probe", "true or false");
constexpr auto anObject = QT_TRANSLATE_NOOP("openloop::probe", "an object");
constexpr auto aList = QT_TRANSLATE_NOOP("openloop::probe", "a list");

} // namespace

void JsonMembers::note(const QString &problem)
{
    if (m_problem.isEmpty())
        m_problem = problem;
}

QJsonValue JsonMembers::taken(const QString &key, QJsonValue::Type type, const char *typeName)
{
    m_known.append(key);
    auto value = m_object.value(key);
    if (value.isUndefined() || value.type() == type)
        return value;
    note(tr("“%1” must be %2").arg(key, tr(typeName)));
    return QJsonValue::Undefined;
}

QString JsonMembers::text(const QString &key, const QString &otherwise)
{
    return taken(key, QJsonValue::String, aText).toString(otherwise);
}

int JsonMembers::number(const QString &key, int otherwise)
{
    const auto value = taken(key, QJsonValue::Double, aWholeNumber);
    constexpr int none = std::numeric_limits<int>::min();
    if (value.isUndefined())
        return otherwise;
    if (value.toInt(none) == none)
        note(tr("“%1” must be a whole number").arg(key));
    return value.toInt(otherwise);
}

bool JsonMembers::truth(const QString &key, bool otherwise)
{
    return taken(key, QJsonValue::Bool, trueOrFalse).toBool(otherwise);
}

QJsonObject JsonMembers::object(const QString &key)
{
    return taken(key, QJsonValue::Object, anObject).toObject();
}

QJsonArray JsonMembers::list(const QString &key, QJsonValue::Type type, const char *typeName)
{
    const auto array = taken(key, QJsonValue::Array, aList).toArray();
    for (qsizetype i = 0; i < array.size(); ++i) {
        if (array[i].type() != type)
            note(tr("“%1[%2]” must be %3").arg(key).arg(i).arg(tr(typeName)));
    }
    return array;
}

QStringList JsonMembers::texts(const QString &key)
{
    QStringList texts;
    for (const auto &value : list(key, QJsonValue::String, aText))
        texts.append(value.toString());
    return texts;
}

QList<QJsonObject> JsonMembers::objects(const QString &key)
{
    QList<QJsonObject> objects;
    for (const auto &value : list(key, QJsonValue::Object, anObject))
        objects.append(value.toObject());
    return objects;
}

QString JsonMembers::problem(UnknownKeys unknown) const
{
    if (!m_problem.isEmpty() || unknown == UnknownKeys::Ignored)
        return m_problem;
    const auto keys = m_object.keys();
    const auto first = std::ranges::find_if(keys, [this](const auto &key) { return !m_known.contains(key); });
    return first == keys.end() ? QString()
                               : tr("“%1” is unknown here; there are %2").arg(*first, m_known.join(u", "_s));
}

} // namespace openloop::probe

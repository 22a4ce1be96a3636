// SPDX-License-Identifier: GPL-3.0-or-later
// Reads JSON that a person wrote: a misspelt key or a value of the wrong type is a mistake to name, not to pass over.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QStringList>

namespace openloop::probe {

/// What a key that this program does not know is: perhaps one of a later version, to be left in peace, or a mistake.
enum class UnknownKeys { Ignored, Refused };

/// The members of one object, each asked for by its key and type. Those that are absent give what is passed for them,
/// or nothing; so do wrong ones, of which problem() tells.
class JsonMembers
{
public:
    explicit JsonMembers(const QJsonObject &object) : m_object(object) { }

    QString text(const QString &key, const QString &otherwise = {});
    int number(const QString &key, int otherwise);
    bool truth(const QString &key, bool otherwise);
    QJsonObject object(const QString &key);
    QStringList texts(const QString &key);
    QList<QJsonObject> objects(const QString &key);

    /// The first value of a wrong type, else, where that is refused, a key that nobody asked for; empty: neither. Call
    /// when all are read.
    QString problem(UnknownKeys unknown) const;

private:
    QJsonValue taken(const QString &key, QJsonValue::Type type, const char *typeName);
    QJsonArray list(const QString &key, QJsonValue::Type type, const char *typeName);
    void note(const QString &problem);

    QJsonObject m_object;
    QStringList m_known;
    QString m_problem;
};

} // namespace openloop::probe

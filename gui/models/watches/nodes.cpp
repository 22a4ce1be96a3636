// SPDX-License-Identifier: GPL-3.0-or-later
// Reads member by member, and keeps the first that is wrong.
#include "gui/models/watches/nodes.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr int longestText = 255; // characters
constexpr int longestNumber = 100'000; // digits
constexpr double longestTime = 1e9; // s; more is no time that somebody waits
constexpr qsizetype mostOnAPage = 1000;

bool isId(const QString &text)
{
    const auto isDigit = [](QChar each) { return (each >= u'0' && each <= u'9') || (each >= u'a' && each <= u'f'); };
    return text.size() == 16 && std::ranges::all_of(text, isDigit);
}

/// The members of one object of an answer; `problem` gets the first that is wrong.
class Members
{
public:
    Members(const QJsonValue &value, QString where, QString &problem)
        : m_object(value.toObject()), m_where(std::move(where)), m_problem(problem)
    {
        if (!value.isObject())
            note({}, QCoreApplication::translate("Nodes", "no object"));
    }

    QString id()
    {
        const QString text = m_object[u"id"_s].toString();
        if (!isId(text))
            note(u"id"_s, QCoreApplication::translate("Nodes", "not 16 hexadecimal digits"));
        return text;
    }
    /// In one line, whatever it holds.
    QString text(const QString &key)
    {
        const auto value = m_object[key];
        if (!value.isString() || value.toString().size() > longestText)
            note(key, QCoreApplication::translate("Nodes", "no text of at most %1 characters").arg(longestText));
        return value.toString().left(longestText).simplified();
    }
    QString textOrNull(const QString &key) { return m_object[key].isNull() ? QString() : text(key); }
    double number(const QString &key, double most = longestTime)
    {
        const double value = m_object[key].toDouble(-1);
        if (!(value >= 0 && value <= most)) {
            note(key, QCoreApplication::translate("Nodes", "no number from 0 to %1").arg(most, 0, 'g', 12));
            return 0;
        }
        return value;
    }
    std::optional<double> numberOrNull(const QString &key)
    {
        return m_object[key].isNull() ? std::nullopt : std::optional(number(key));
    }
    Node::State state()
    {
        static const std::array states{std::pair(u"alive"_s, Node::State::Alive),
                                       std::pair(u"left"_s, Node::State::Left),
                                       std::pair(u"dead"_s, Node::State::Dead)};
        const QString text = m_object[u"state"_s].toString();
        for (const auto &[name, state] : states) {
            if (text == name)
                return state;
        }
        note(u"state"_s, QCoreApplication::translate("Nodes", "none of alive, left and dead"));
        return Node::State::Dead;
    }
    QJsonArray list(const QString &key)
    {
        if (!m_object[key].isArray())
            note(key, QCoreApplication::translate("Nodes", "no list"));
        return m_object[key].toArray();
    }
    QString place(const QString &key) const { return key.isEmpty() ? m_where : m_where + u'.' + key; }

private:
    void note(const QString &key, const QString &what)
    {
        if (m_problem.isEmpty())
            m_problem = QCoreApplication::translate("Nodes", "%1 is %2").arg(place(key), what);
    }

    QJsonObject m_object;
    QString m_where;
    QString &m_problem;
};

NodeJob readJob(Members members)
{
    NodeJob job;
    job.id = members.id();
    job.phase = members.textOrNull(u"phase"_s);
    job.progress = members.number(u"progress"_s, 1);
    job.eta = members.numberOrNull(u"eta"_s);
    return job;
}

Node readNode(Members members, QString &problem)
{
    Node node;
    node.id = members.id();
    node.name = members.text(u"name"_s);
    node.state = members.state();
    node.version = members.textOrNull(u"version"_s);
    node.beatAge = members.number(u"beat_age"_s);
    node.heartbeat = members.number(u"heartbeat"_s);
    const auto jobs = members.list(u"jobs"_s);
    for (qsizetype i = 0; i < jobs.size() && i <= mostNodeJobs && problem.isEmpty(); ++i)
        node.jobs << readJob(Members(jobs[i], u"%1[%2]"_s.arg(members.place(u"jobs"_s)).arg(i), problem));
    return node;
}

} // namespace

probe::Parsed<QList<Node>> parseNodes(const QByteArray &answer)
{
    using Result = probe::Parsed<QList<Node>>;
    if (answer.size() > longestNodes)
        return Result::failed(QCoreApplication::translate("Nodes", "more than %1 MiB").arg(longestNodes >> 20));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(answer, &error);
    const QJsonValue data = document.object()[u"data"_s];
    if (!data.isArray())
        return Result::failed(error.error != QJsonParseError::NoError
                                  ? error.errorString()
                                  : QCoreApplication::translate("Nodes", "%1 is %2")
                                        .arg(u"data"_s, QCoreApplication::translate("Nodes", "no list")));
    const QJsonArray list = data.toArray();
    if (list.size() > mostNodes)
        return Result::failed(QCoreApplication::translate("Nodes", "more than %1 servers").arg(mostNodes));
    QList<Node> nodes;
    QString problem;
    qsizetype jobs = 0;
    for (qsizetype i = 0; i < list.size() && problem.isEmpty(); ++i) {
        nodes << readNode(Members(list[i], u"data[%1]"_s.arg(i), problem), problem);
        jobs += nodes.last().jobs.size();
        if (jobs > mostNodeJobs && problem.isEmpty())
            problem = QCoreApplication::translate("Nodes", "more than %1 jobs").arg(mostNodeJobs);
    }
    return problem.isEmpty() ? Result(nodes) : Result::failed(problem);
}

QHash<QString, int> digitsOfJobs(const QByteArray &answer)
{
    QHash<QString, int> digits;
    const QJsonArray jobs = QJsonDocument::fromJson(answer).object()[u"data"_s].toArray();
    for (qsizetype i = 0; i < std::min(jobs.size(), mostOnAPage); ++i) {
        const QString id = jobs[i][u"id"_s].toString();
        const QString n = jobs[i][u"n"_s].toString();
        const bool isNumber = std::ranges::all_of(n, [](QChar each) { return each >= u'0' && each <= u'9'; });
        if (isId(id) && isNumber && !n.isEmpty() && n.size() <= longestNumber)
            digits.insert(id, static_cast<int>(n.size()));
    }
    return digits;
}

} // namespace openloop::gui

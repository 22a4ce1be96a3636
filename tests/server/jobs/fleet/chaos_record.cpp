// SPDX-License-Identifier: GPL-3.0-or-later
// The steps are walked through once, by task; then each job is held against what its task went through.
#include "tests/server/jobs/fleet/chaos_record.h"

#include "tests/support/jobs/job_client.h"
#include "tests/support/peers/fleet.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

namespace {

// As queue::Rules has them: a task fails with its third death, and with one of its tenth attempt.
constexpr int mostDeaths = 3;
constexpr int mostAttempts = 10;

struct History {
    QStringList ends; ///< states from which nothing leads on
    int attempts = 0;
    int reaped = 0; ///< deaths of owners that had been declared dead
    int otherDeaths = 0;
    bool hasToFail = false;
    bool isKnown = false; ///< to a client
};

QMap<QString, History> historiesOf(const QList<ChaosStep> &steps)
{
    static const QStringList over{u"done"_s, u"failed"_s, u"cancelled"_s};
    QSet<QString> dead;
    QMap<QString, History> histories;
    for (const ChaosStep &step : steps) {
        if (step.of == ChaosStep::Of::Node) {
            if (step.became == u"dead"_s)
                dead.insert(step.id);
            continue;
        }
        History &history = histories[step.id];
        if (over.contains(step.became) || over.contains(step.was))
            history.ends << step.became;
        history.attempts += step.became == u"running"_s ? 1 : 0;
        if (!step.isDeath)
            continue;
        ++(dead.contains(step.owner) ? history.reaped : history.otherDeaths);
        history.hasToFail = history.reaped == mostDeaths || history.attempts >= mostAttempts;
    }
    return histories;
}

bool isFactored(const QJsonObject &job, const QByteArray &n)
{
    const auto isPrime = [](const QJsonValue &factor) {
        const mpz_class prime(factor[u"prime"_s].toString().toStdString(), 10);
        return mpz_probab_prime_p(prime.get_mpz_t(), 25) != 0;
    };
    const QJsonArray factors = job[u"factors"_s].toArray();
    return productOf(job) == mpz_class(n.toStdString(), 10) && std::ranges::all_of(factors, isPrime);
}

QStringList wrongOf(const ChaosJob &job, const History &history)
{
    QStringList wrong;
    const QString state = job.last[u"state"_s].toString();
    if (QSet<QByteArray>(job.paths.begin(), job.paths.end()).size() != 1)
        wrong << u"its key named %1"_s.arg(QString::fromLatin1(job.paths.join(" and ")));
    if (history.ends != QStringList{state})
        wrong << u"it ended as '%1', and is '%2'"_s.arg(history.ends.join(u"' and '"_s), state);
    if (state != u"done"_s && state != u"failed"_s)
        wrong << u"nobody asked for that end"_s;
    if (state == u"done"_s && !isFactored(job.last, job.n))
        wrong << u"its factors are wrong"_s;
    if (job.ends != QByteArrayList{state.toLatin1()})
        wrong << u"its watcher was told '%1'"_s.arg(QString::fromLatin1(job.ends.join("' and '")));
    if ((state == u"failed"_s) != history.hasToFail)
        wrong << u"%1 of its owners were reaped, in %2 attempts"_s.arg(history.reaped).arg(history.attempts);
    if (history.otherDeaths > 0)
        wrong << u"%1 deaths of owners that nobody had declared dead"_s.arg(history.otherDeaths);
    return wrong;
}

// A process has one life after the other.
QStringList wrongJoinsIn(const QList<ChaosStep> &steps)
{
    QMap<QString, QString> alive; // node by process
    QStringList wrong;
    for (const ChaosStep &step : steps) {
        if (step.of != ChaosStep::Of::Node)
            continue;
        if (step.became != u"alive"_s)
            alive.removeIf([&](const auto &entry) { return entry.value() == step.id; });
        else if (alive.contains(step.owner))
            wrong << u"process %1 joined again though nobody had declared it dead"_s.arg(step.owner);
        if (step.became == u"alive"_s)
            alive[step.owner] = step.id;
    }
    wrong.removeDuplicates();
    return wrong;
}

} // namespace

QStringList wrongIn(const ChaosRecord &record)
{
    QMap<QString, History> histories = historiesOf(record.steps);
    QStringList wrong = wrongJoinsIn(record.steps);
    for (const ChaosJob &job : record.jobs) {
        const QByteArray path = job.paths.value(0);
        History &history = histories[idOf(path)];
        history.isKnown = true;
        for (const QString &each : wrongOf(job, history))
            wrong << u"%1 of %2: %3"_s.arg(QString::fromLatin1(path), QString::fromLatin1(job.n), each);
    }
    for (auto history = histories.cbegin(); history != histories.cend(); ++history) {
        if (!history->isKnown)
            wrong << u"task %1: no client knows of it"_s.arg(history.key());
    }
    return wrong;
}

} // namespace openloop::test

// SPDX-License-Identifier: GPL-3.0-or-later
// It listens while few servers live, and believes so once it has heard itself.
#include "server/jobs/hints/notifier.h"

#include "server/store/sql_connection.h"
#include "server/store/when_done.h"

#include <QLoggingCategory>
#include <QRandomGenerator>

using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace openloop::hints {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.hints")

constexpr auto pause = 100ms;
constexpr auto proofPatience = 8s; // from the answer on; PostgreSQL sends both at once
constexpr auto proofPause = 1s; // when the database could not be asked
constexpr int mostUnheard = 2; // one may come late, where the machine stood still
constexpr std::size_t mostEnds = 400; // of 17 letters each: a payload has less than 8,000
constexpr char proofMark = '?';

qint64 firstNumber(const QSqlQuery &row)
{
    return row.value(0).toLongLong();
}

} // namespace

Pace::Pace(std::function<void()> act) : m_act(std::move(act))
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(pause);
    m_rest.callOnTimeout([this] {
        if (std::exchange(m_again, false))
            go();
    });
}

void Pace::ask()
{
    if (m_rest.isActive())
        m_again = true;
    else
        go();
}

void Pace::go()
{
    m_rest.start();
    m_act();
}

Notifier::Notifier(Store &store, int mostNodes, Ears ears)
    : m_store(store), m_mostNodes(mostNodes), m_ears(std::move(ears)), m_saying([this] { say(); }),
      m_looking([this] { m_ears.look(); })
{
    if (store.location().dialect == SqlDialect::Sqlite || mostNodes == 0)
        return;
    m_proving.setSingleShot(true);
    m_proving.callOnTimeout([this] { proofIsLate(); });
    m_listener.emplace(store.location(),
                       Listener::Events{[this](bool listening) { listens(listening); },
                                        [this](const QByteArrayList &payloads) { hear(payloads); }});
}

void Notifier::setLiving(qint64 nodes)
{
    if (!m_listener || m_deaf)
        return;
    const bool tooMany = nodes > m_mostNodes;
    if (tooMany != m_tooMany)
        qCInfo(log, "%lld servers share the database: they tell each other %s", nodes,
               tooMany ? "nothing any more, so a change is seen within a second" : "of changes again");
    m_tooMany = tooMany;
    m_listener->setListening(!tooMany);
}

void Notifier::listens(bool listens)
{
    m_on = false;
    m_proof.clear();
    m_proving.stop();
    m_unheard = 0;
    if (listens)
        prove();
}

// A pooler says yes to LISTEN, and then gives the connection to somebody else. What is lost here is seen when the proof
// is late.
void Notifier::prove()
{
    m_proof = proofMark + QByteArray::number(QRandomGenerator::global()->generate64(), 16);
    const QString notify = u"SELECT 1 FROM pg_notify('%1', '%2')"_s.arg(QLatin1String(channel), QLatin1String(m_proof));
    m_proving.stop();
    whenDone<http::Failure>(
        &m_proving, m_store.read([notify](SqlConnection &sql) { return sql.select(notify, {}, firstNumber).size(); }),
        [this, proof = m_proof](qsizetype) {
            if (proof == m_proof)
                m_proving.start(proofPatience);
        },
        [this, proof = m_proof](const http::Failure &) {
            if (proof == m_proof) {
                m_proof.clear();
                m_proving.start(proofPause);
            }
        });
}

void Notifier::proofIsLate()
{
    if (!m_proof.isEmpty())
        ++m_unheard;
    if (m_unheard < mostUnheard)
        return prove();
    m_proof.clear();
    m_deaf = true;
    m_listener->setListening(false);
    qCInfo(log,
           "PostgreSQL's NOTIFY does not arrive here, as behind a pooler that lends connections by transaction: what "
           "other servers change is seen within a second");
}

void Notifier::hear(const QByteArrayList &payloads)
{
    bool matters = false;
    for (const QByteArray &payload : payloads) {
        if (payload.isEmpty()) {
            matters = matters || m_ears.wantsWork();
        } else if (payload == m_proof) {
            m_on = true;
            m_proof.clear();
            m_proving.stop();
        } else if (!payload.startsWith(proofMark)) {
            for (const QByteArray &task : payload.split(' '))
                matters = matters || m_ears.knows(task.toULongLong(nullptr, 16));
        }
    }
    if (matters)
        m_looking.ask();
}

void Notifier::tellWork()
{
    if (!m_on)
        return;
    m_work = true;
    m_saying.ask();
}

void Notifier::tellEnd(queue::TaskId task)
{
    if (!m_on || m_ended.size() == mostEnds)
        return;
    m_ended.insert(task);
    m_saying.ask();
}

void Notifier::say()
{
    QByteArrayList payloads;
    if (std::exchange(m_work, false))
        payloads << QByteArray();
    QByteArrayList ended;
    for (const queue::TaskId task : std::exchange(m_ended, {}))
        ended << QByteArray::number(task, 16);
    if (!ended.isEmpty())
        payloads << ended.join(' ');
    if (m_on)
        m_listener->notify(payloads);
}

} // namespace openloop::hints

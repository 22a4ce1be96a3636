// SPDX-License-Identifier: GPL-3.0-or-later
// Whom openloop-monitor --forever tells: each alert once and in order, by a command or a webhook, whatever becomes of
// those.
#include "gui/probe/headless/always_on/delivery.h"
#include "gui/probe/headless/run.h"
#include "tests/gui/probe/endless_monitor.h"
#include "tests/support/free_port.h"
#include "tests/support/patience.h"
#include "tests/support/raw_client.h"
#include "tests/support/rows.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <functional>
#include <unistd.h>

using namespace openloop::probe;
using namespace openloop::test;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

/// Takes what is posted to it, in this thread; answers by a list of statuses, then 200.
class Receiver
{
public:
    explicit Receiver(QList<int> statuses = {}) : m_statuses(std::move(statuses))
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, [this] {
            auto *socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(*socket); });
        });
        m_server.listen(QHostAddress::LocalHost);
    }

    QString url() const { return u"http://127.0.0.1:%1/hook"_s.arg(m_server.serverPort()); }
    void hold() { m_holds = true; } ///< answers nothing until release()
    void release()
    {
        m_holds = false;
        for (auto *socket : std::exchange(m_held, {}))
            answer(*socket);
    }
    const QList<QJsonObject> &alerts() const { return m_alerts; }

private:
    void read(QTcpSocket &socket)
    {
        m_bytes[&socket] += socket.readAll();
        auto &bytes = m_bytes[&socket];
        static const QRegularExpression length(u"Content-Length: (\\d+)"_s, QRegularExpression::CaseInsensitiveOption);
        const auto head = bytes.indexOf("\r\n\r\n");
        const auto size = length.match(QString::fromLatin1(bytes.first(qMax(head, qsizetype(0))))).captured(1);
        if (head < 0 || bytes.size() < head + 4 + size.toLongLong())
            return;
        m_alerts << QJsonDocument::fromJson(bytes.sliced(head + 4)).object();
        bytes.clear();
        if (m_holds)
            m_held << &socket;
        else
            answer(socket);
    }

    void answer(QTcpSocket &socket)
    {
        const int status = m_statuses.isEmpty() ? 200 : m_statuses.takeFirst();
        socket.write("HTTP/1.1 " + QByteArray::number(status) + " x\r\nContent-Length: 0\r\nLocation: /else\r\n\r\n");
    }

    QTcpServer m_server;
    QList<int> m_statuses;
    bool m_holds = false;
    QList<QTcpSocket *> m_held;
    QList<QJsonObject> m_alerts;
    QHash<QTcpSocket *, QByteArray> m_bytes;
};

/// A courier who is never there until he is told.
class SlowCourier : public Delivery
{
public:
    SlowCourier() : Delivery(u"test"_s) { }
    QList<int> taken;
    void finish() { done({}); }

protected:
    void deliver(const QJsonObject &alert) override { taken << alert[u"number"_s].toInt(); }
};

QJsonObject numbered(int number)
{
    return {{u"number"_s, number}, {u"state"_s, u"firing"_s}, {u"target"_s, u"t"_s}};
}

Target hookAt(const QString &url)
{
    Target target;
    target.name = u"hook"_s;
    target.method = "POST";
    target.url = url;
    return target;
}

constexpr char doubt[] = "the monitor doubted its machine";

enum class Heard { Told, Doubt, Nothing };

// A monitor that doubts its machine tells of no rule, and beside neighbours it may doubt for long: it says so then.
// What it has not told it will not take back, so that whoever heard of a doubt has nothing more to wait for.
Heard heard(EndlessMonitor &monitor, const std::function<bool()> &isTold)
{
    constexpr int calm = 10'000; // ms; usual where a machine has nothing else to do
    if (QTest::qWaitFor(isTold, calm))
        return Heard::Told;
    const auto isDoubted = [&] { return monitor.figure("openloop_monitor_trust{state=\"host_busy\"}") == 1; };
    if (!QTest::qWaitFor([&] { return isTold() || isDoubted(); }, patience))
        return Heard::Nothing;
    return isTold() ? Heard::Told : Heard::Doubt;
}

} // namespace

class TestAlerts : public QObject
{
    Q_OBJECT

private slots:
    void aCommandIsToldOfEachAlert()
    {
        std::atomic<int> status = 500;
        ProgrammedServer server([&status](int, const QByteArray &) {
            Reaction reaction;
            reaction.status = status;
            return reaction;
        });
        const auto path = m_folder.filePath(u"alerts"_s);
        EndlessMonitor monitor(
            anyPort
            + QStringList{u"t="_s + server.url(), u"--interval"_s, u"10ms"_s, u"--rule"_s, u"t: errors<1 over 1s"_s,
                          u"--on-alert"_s,
                          u"echo \"$OPENLOOP_ALERT_EVENT $OPENLOOP_ALERT_STATE $OPENLOOP_ALERT_TARGET "
                          "$(cat)\" >>'%1'"_s.arg(path)});
        const auto has = [&](const QByteArray &text) { return linesOf(path).contains(text); };
        const auto bothAre = [&](const QByteArray &state) {
            return heard(monitor, [&] { return has("rule " + state + " t {") && has("down " + state + " t {"); });
        };
        const Heard firing = bothAre("firing");
        if (firing == Heard::Doubt)
            QSKIP(doubt);
        QVERIFY(firing == Heard::Told);
        status = 200;
        const Heard resolved = bothAre("resolved");
        if (resolved == Heard::Doubt)
            QSKIP(doubt);
        QVERIFY(resolved == Heard::Told);
        int number = 0;
        for (const auto &line : linesOf(path).split('\n')) {
            if (line.isEmpty())
                continue;
            const auto alert = QJsonDocument::fromJson(line.mid(line.indexOf('{'))).object();
            QCOMPARE(alert[u"version"_s].toInt(), 1);
            QCOMPARE(alert[u"number"_s].toInt(), ++number); // one after the other
            QVERIFY(QDateTime::fromString(alert[u"at"_s].toString(), Qt::ISODateWithMs).isValid());
            QCOMPARE(alert[u"target"_s].toString(), u"t"_s);
            if (alert[u"event"_s].toString() == u"rule"_s)
                QCOMPARE(alert[u"rule"_s].toString(), u"t: errors<1 over 1s"_s);
        }
        QVERIFY(monitor.reaches("openloop_monitor_alerts_total{way=\"command\",outcome=\"delivered\"}", number));
    }

    void aCommandThatHangsIsKilledWithAllItStarted()
    {
        const auto path = m_folder.filePath(u"pid"_s);
        AlertCommand command(u"sh -c 'echo $$ >\"%1\"; exec sleep 100000' & wait"_s.arg(path), 500ms);
        command.add(numbered(1));
        TRY_COMPARE(command.counts().failed, 1);
        command.add(numbered(2)); // the next one is not kept waiting
        TRY_COMPARE(command.counts().failed, 2);
        const auto pid = linesOf(path).trimmed().toInt();
        if (pid > 0) // else it was killed before it could say so
            TRY_VERIFY(!QFile::exists(u"/proc/%1/stat"_s.arg(pid))
                       || linesOf(u"/proc/%1/stat"_s.arg(pid)).contains(") Z "));
    }

    void aCommandInheritsNoneOfOurDescriptors()
    {
        const int kept = ::dup(STDIN_FILENO); // as a library's socket is, which is not closed on exec
        AlertCommand command(u"test ! -e /proc/$$/fd/%1"_s.arg(kept));
        command.add(numbered(1));
        TRY_COMPARE(command.counts().delivered + command.counts().failed, 1);
        ::close(kept);
        QCOMPARE(command.counts().delivered, 1);
    }

    void aCommandMayNotReadWhatItIsTold()
    {
        AlertCommand command(u"exit 0"_s), broken(u"exit 3"_s), missing(u"/no/such/command"_s);
        auto large = numbered(1);
        large[u"padding"_s] = QString(1 << 20, u'x'); // more than a pipe holds
        for (auto *each : {&command, &broken, &missing})
            each->add(large);
        TRY_COMPARE(command.counts().delivered, 1);
        TRY_COMPARE(broken.counts().failed, 1);
        TRY_COMPARE(missing.counts().failed, 1);
    }

    void alertsNeverPileUp()
    {
        SlowCourier courier;
        for (int i = 0; i < 150; ++i)
            courier.add(numbered(i));
        QCOMPARE(courier.waiting(), Delivery::mostWaiting);
        QCOMPARE(courier.counts().dropped, 49);
        QCOMPARE(courier.taken, QList<int>{0});
        for (int i = 0; i < 101; ++i) {
            courier.finish();
            QCoreApplication::processEvents();
        }
        QCOMPARE(courier.taken.size(), 101);
        QCOMPARE(courier.taken.last(), 149); // the last word is not lost
        QCOMPARE(courier.counts().delivered, 101);
    }

    void aWebhookIsToldUntilItListens()
    {
        Receiver receiver({503});
        EndlessMonitor monitor({u"t=http://127.0.0.1:%1/"_s.arg(freePort()),
                                u"u=http://127.0.0.1:%1/"_s.arg(freePort()), u"--webhook"_s, receiver.url()});
        TRY_VERIFY(receiver.alerts().size() >= 3); // that one is down twice, then that the other is
        QCOMPARE(receiver.alerts()[0], receiver.alerts()[1]);
        QVERIFY(receiver.alerts()[2] != receiver.alerts()[1]);
        QCOMPARE(receiver.alerts()[0][u"event"_s].toString(), u"down"_s);
        QCOMPARE(receiver.alerts()[2][u"event"_s].toString(), u"down"_s);
        QCOMPARE(receiver.alerts()[2][u"number"_s].toInt(), 2);
        QVERIFY(receiver.alerts()[2][u"text"_s].toString().contains(u"refused"_s));
    }

    void alertsThatAreOnTheirWayAtTheEndArrive()
    {
        Receiver receiver;
        receiver.hold();
        EndlessMonitor monitor(anyPort
                               + QStringList{u"t=http://127.0.0.1:%1/"_s.arg(freePort()),
                                             u"u=http://127.0.0.1:%1/"_s.arg(freePort()), u"--webhook"_s,
                                             receiver.url()});
        QVERIFY(monitor.reaches("openloop_monitor_alerts_waiting{way=\"webhook\"}", 1)); // behind the first
        monitor.signal(SIGTERM);
        TRY_COMPARE(receiver.alerts().size(), 1);
        receiver.release();
        QCOMPARE(monitor.code(), 0);
        QCOMPARE(receiver.alerts().size(), 2);
        QVERIFY2(!monitor.err().contains("given up"), monitor.err().constData());
    }

    void alertsThatNobodyTakesAreGivenUpWithAWord_data()
    {
        QTest::addColumn<bool>("isPressed");
        QTest::newRow("in time") << false;
        QTest::newRow("by a second signal") << true;
    }
    void alertsThatNobodyTakesAreGivenUpWithAWord()
    {
        QFETCH(bool, isPressed);
        Receiver receiver;
        receiver.hold();
        EndlessMonitor monitor({u"t=http://127.0.0.1:%1/"_s.arg(freePort()), u"--webhook"_s, receiver.url()});
        TRY_COMPARE(receiver.alerts().size(), 1);
        monitor.signal(SIGTERM);
        if (isPressed)
            monitor.signal(SIGINT);
        QCOMPARE(monitor.code(), 0);
        QVERIFY2(monitor.err().contains("alerts given up at the end: 1\n"), monitor.err().constData());
    }

    void whatVanishesFromTheProfileIsResolved()
    {
        const auto path = m_folder.filePath(u"vanishing.json"_s);
        const auto gone = u"http://127.0.0.1:%1/"_s.arg(freePort());
        const auto profile = [&](const QByteArray &name) {
            return profileOf({{name, gone}}).replace("\"version\"", "\"rules\":[\"errors<1 over 1s\"],\"version\"");
        };
        QVERIFY(write(path, profile("t")));
        Receiver receiver;
        EndlessMonitor monitor(anyPort + QStringList{u"--profile"_s, path, u"--webhook"_s, receiver.url()});
        const auto bothAreTold = [&receiver] { return receiver.alerts().size() == 2; }; // the rule, and down
        const Heard told = heard(monitor, bothAreTold);
        if (told == Heard::Doubt)
            QSKIP(doubt);
        QVERIFY(told == Heard::Told);
        QVERIFY(write(path, profile("u")));
        monitor.signal(SIGHUP);
        const auto resolved = [&] {
            QStringList found;
            for (const auto &alert : receiver.alerts()) {
                if (alert[u"state"_s].toString() == u"resolved"_s && alert[u"target"_s].toString() == u"t"_s)
                    found << alert[u"event"_s].toString() + u' ' + alert[u"text"_s].toString();
            }
            found.sort();
            return found;
        };
        TRY_COMPARE(resolved(),
                    (QStringList{u"down no longer watched"_s, u"rule errors<1 over 1s: no longer watched"_s}));
    }

    void theWebhookTrustsWhomTheTargetsTrust()
    {
        const auto path = m_folder.filePath(u"ca.pem"_s);
        QVERIFY(write(path, "-----BEGIN CERTIFICATE-----"));
        const auto parsed = parseHeadlessArguments(
            {u"openloop-monitor"_s, u"--headless"_s, u"--cacert"_s, path, u"--webhook"_s, u"https://h/hook"_s});
        QVERIFY2(parsed, qPrintable(parsed.error));
        QCOMPARE(parsed->options->alwaysOn.webhook->options.cacert, path.toUtf8());
    }

    void aWebhookThatRefusesIsNotPressed_data()
    {
        rows<int>({"status"}, {{"bad request", 400}, {"gone", 410}, {"redirect", 302}});
    }
    void aWebhookThatRefusesIsNotPressed()
    {
        QFETCH(int, status);
        Receiver receiver({status});
        Webhook webhook(hookAt(receiver.url()));
        webhook.add(numbered(1));
        webhook.add(numbered(2));
        TRY_COMPARE(webhook.counts().delivered, 1);
        QCOMPARE(webhook.counts().failed, 1);
        QCOMPARE(receiver.alerts().size(), 2);
        QCOMPARE(receiver.alerts()[1][u"number"_s].toInt(), 2);
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestAlerts)
#include "test_alerts.moc"

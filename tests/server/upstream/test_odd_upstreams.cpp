// SPDX-License-Identifier: GPL-3.0-or-later
// Five hundred ways to answer oddly, made from seeds: whatever an upstream does, no answer reaches another caller, and
// what was answered as it should be arrives.
#include "server/upstream/client.h"
#include "tests/support/fake_upstream.h"
#include "tests/support/patience.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QPointer>
#include <QTest>
#include <QTimer>

#include <random>

#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace openloop;
using namespace openloop::test;

namespace {

constexpr int behaviours = 500;
constexpr int clients = 8;

/// Of a call: what its answer begins with, however it goes on.
QByteArray nameOf(int call)
{
    return QByteArray::number(call).rightJustified(8, '1');
}

struct Piece {
    QByteArray bytes;
    int waitMs = 0; ///< before them
};

enum class Ending { Stays, Closes, Resets, ClosesLater };

struct Behaviour {
    QList<Piece> pieces;
    QByteArray stray; ///< sent later, while nothing is asked
    Ending ending = Ending::Stays;
    bool isAnswer = false; ///< its own caller must be given it
};

class Inventor
{
public:
    explicit Inventor(int seed) : m_random(std::mt19937::result_type(seed)) { }

    Behaviour invent(const QByteArray &name)
    {
        Behaviour made;
        if (below(12) == 0) { // nothing at all
            made.ending = below(2) ? Ending::Closes : Ending::Resets;
            return made;
        }
        QByteArray text = interim();
        bool endsWithClose = false;
        made.isAnswer = true;
        const QByteArray body = name + QByteArray(below(40), 'x');
        switch (below(12)) {
        case 0:
        case 1:
        case 2: text += head("Content-Length: " + size(body)) + body; break;
        case 3:
        case 4:
        case 5:
            text += head(below(2) ? "Transfer-Encoding: chunked" : "TRANSFER-ENCODING:Chunked") + chunks(body);
            break;
        case 6:
            text += head("Connection: close") + body;
            endsWithClose = true;
            break;
        case 7: // ends early
            text += head("Content-Length: " + size(body + "more")) + body;
            made.isAnswer = false;
            endsWithClose = true;
            break;
        case 8: // a length that is too small: the rest is asked for by nobody
            text += head("Content-Length: 8") + body + "y";
            break;
        case 9:
            text += head("Content-Length: " + size(body) + "\r\nTransfer-Encoding: chunked") + chunks(body);
            made.isAnswer = false;
            break;
        case 10:
            text += head("Content-Length: 8\r\nContent-Length: 9") + body;
            made.isAnswer = false;
            break;
        default:
            text +=
                below(2) ? head("Transfer-Encoding: chunked") + "zz\r\n" + body : "HTTP/1.1 101 Other\r\n\r\n" + body;
            made.isAnswer = false;
        }
        if (!endsWithClose && below(4) == 0)
            text += strayBytes();
        made.pieces = cut(text);
        if (endsWithClose)
            made.ending = Ending::Closes;
        else if (below(3) == 0)
            made.ending = Ending(1 + below(3));
        else if (below(3) == 0)
            made.stray = strayBytes();
        if (made.ending == Ending::Resets && made.pieces.size() > 5)
            made.isAnswer = false; // what has not left by then never will
        return made;
    }

private:
    int below(int bound) { return int(m_random() % std::mt19937::result_type(bound)); }
    static QByteArray size(const QByteArray &body) { return QByteArray::number(body.size()); }
    static QByteArray head(const QByteArray &fields) { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n"; }

    QByteArray interim()
    {
        constexpr int codes[] = {100, 102, 103, 199};
        QByteArray text;
        for (int left = below(4); left > 0; --left) {
            text += "HTTP/1.1 " + QByteArray::number(codes[below(4)]) + " Odd\r\n";
            text += below(2) ? "Link: </a.css>\r\nContent-Length: 7\r\n\r\n" : "\r\n";
        }
        return text;
    }

    QByteArray chunks(const QByteArray &body)
    {
        QByteArray text;
        for (qsizetype at = 0; at < body.size();) {
            const QByteArray chunk = body.mid(at, 1 + below(20));
            text += QByteArray::number(chunk.size(), 16) + (below(4) ? "\r\n" : ";a=b\r\n") + chunk + "\r\n";
            at += chunk.size();
        }
        return text + "0\r\n" + (below(3) ? "\r\n" : "Digest: 1\r\n\r\n");
    }

    QByteArray strayBytes()
    {
        const QByteArray other = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n99999999";
        switch (below(5)) {
        case 0: return "\r\n";
        case 1: return other;
        case 2: return other.first(1 + below(int(other.size()) - 1));
        case 3: return "HTTP/1.1 408 Request Timeout\r\nContent-Length: 8\r\n\r\n99999999";
        default: return "HTTP/1.1 103 Early Hints\r\n\r\n";
        }
    }

    QList<Piece> cut(const QByteArray &text)
    {
        QList<Piece> pieces;
        const int manner = below(4);
        for (qsizetype at = 0; at < text.size();) {
            const qsizetype length = manner == 0 ? text.size() : manner == 1 ? 1 : 1 + below(60);
            pieces.append({text.mid(at, length), manner == 3 ? below(3) : 0});
            at += length;
        }
        return pieces;
    }

    std::mt19937 m_random;
};

/// Acts a behaviour on a connection, piece by piece, on the thread of the client: so it knows what is under way.
class Actor : public QObject
{
public:
    explicit Actor(QTcpSocket &socket) : QObject(&socket), m_socket(socket) { setObjectName(QStringLiteral("actor")); }

    void act(const Behaviour &behaviour)
    {
        m_behaviour = behaviour;
        m_busy = true;
        goOn();
    }

private:
    void goOn()
    {
        while (!m_behaviour.pieces.isEmpty()) {
            Piece &next = m_behaviour.pieces.first();
            if (const int wait = std::exchange(next.waitMs, 0))
                return QTimer::singleShot(wait, this, &Actor::goOn);
            m_socket.write(next.bytes);
            m_socket.flush();
            m_behaviour.pieces.removeFirst();
        }
        m_busy = false;
        const auto close = [this] {
            if (!m_busy) // it may be at its next answer by now
                m_socket.disconnectFromHost();
        };
        switch (m_behaviour.ending) {
        case Ending::Stays:
            if (!m_behaviour.stray.isEmpty())
                QTimer::singleShot(1, this, [this] { sendStray(); });
            break;
        case Ending::Closes: close(); break;
        case Ending::Resets: {
            const linger now{1, 0};
            ::setsockopt(int(m_socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
            m_socket.abort();
            break;
        }
        case Ending::ClosesLater: QTimer::singleShot(2, this, close);
        }
    }

    // Nothing tells it from an answer once the next question is under way.
    void sendStray()
    {
        int pending = 0;
        if (m_busy || ::ioctl(int(m_socket.socketDescriptor()), FIONREAD, &pending) != 0 || pending > 0)
            return;
        m_socket.write(m_behaviour.stray);
        m_socket.flush();
    }

    QTcpSocket &m_socket;
    Behaviour m_behaviour;
    bool m_busy = false;
};

} // namespace

class TestOddUpstreams : public QObject
{
    Q_OBJECT

private slots:
    void noAnswerReachesAnotherCaller();
};

void TestOddUpstreams::noAnswerReachesAnotherCaller()
{
    constexpr int calls = 10'000;
    std::vector<bool> isAnswered(std::size_t(calls), false); // as it should be, the last time it was asked
    int asked = 0;
    FakeUpstream *upstream = nullptr;
    FakeUpstream fake([&](QTcpSocket &socket) {
        const QByteArray &heads = upstream->heads();
        const qsizetype at = heads.lastIndexOf("?call=") + 6;
        const int call = heads.sliced(at, heads.indexOf(' ', at) - at).toInt();
        auto *actor = static_cast<Actor *>(socket.findChild<QObject *>(QStringLiteral("actor")));
        if (!actor)
            actor = new Actor(socket);
        const Behaviour behaviour = Inventor(++asked % behaviours).invent(nameOf(call));
        isAnswered[std::size_t(call)] = behaviour.isAnswer;
        actor->act(behaviour);
    });
    upstream = &fake;
    UpstreamClient client({.url = fake.url(), .bounds = {.mostBody = 1024, .mostIdle = clients, .distrusted = {}}});

    int begun = 0;
    int ended = 0;
    int arrived = 0;
    QStringList wrong;
    QEventLoop loop;
    std::function<void()> ask = [&] {
        if (begun == calls)
            return;
        const int call = begun++;
        QUrl url = fake.url();
        url.setQuery(QStringLiteral("call=%1").arg(call));
        QNetworkReply *const reply = client.get(QNetworkRequest(url));
        connect(reply, &QNetworkReply::finished, &loop, [&, call, reply] {
            const QByteArray body = reply->readAll();
            const bool isWhole = reply->error() == QNetworkReply::NoError;
            arrived += isWhole;
            if ((isWhole && body.first(std::min<qsizetype>(8, body.size())) != nameOf(call))
                || (!isWhole && isAnswered[std::size_t(call)]))
                wrong
                    << QStringLiteral("call %1: %2 %3").arg(call).arg(QString::fromLatin1(body), reply->errorString());
            reply->deleteLater();
            if (++ended == calls)
                loop.quit();
            ask();
        });
    };
    for (int i = 0; i < clients; ++i)
        ask();
    QTimer::singleShot(longest, &loop, &QEventLoop::quit);
    loop.exec();
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(u'\n')));
    QCOMPARE(ended, calls);
    QVERIFY2(arrived > calls / 2, qPrintable(QString::number(arrived)));
    qInfo("%d of %d calls were answered, %d requests", arrived, calls, asked);
}

QTEST_GUILESS_MAIN(TestOddUpstreams)
#include "test_odd_upstreams.moc"

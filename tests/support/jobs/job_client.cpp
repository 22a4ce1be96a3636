// SPDX-License-Identifier: GPL-3.0-or-later
// Each question is a connection of its own, so that it may go to a server that was started again.
#include "tests/support/jobs/job_client.h"

#include "tests/support/patience.h"
#include "tests/support/server_process.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::Literals::StringLiterals;

namespace openloop::test {

QByteArray bodyOf(const QByteArray &n)
{
    return "{\"n\":\"" + n + "\"}";
}

QJsonObject objectOf(const std::optional<Answer> &answer)
{
    return answer ? QJsonDocument::fromJson(answer->body).object() : QJsonObject();
}

QJsonObject job(quint16 port, const QByteArray &path)
{
    return objectOf(RawClient(port).get(path));
}

QString stateOf(quint16 port, const QByteArray &path)
{
    return job(port, path)[u"state"_s].toString();
}

QByteArray accept(quint16 port, const QByteArray &n, const QByteArray &fields)
{
    const auto answer = RawClient(port).post(jobs, bodyOf(n), fields);
    return answer && answer->status == 202 ? answer->fields.value("location") : QByteArray();
}

QByteArray heldJob(const ServerProcess &server, const QByteArray &n)
{
    if (!server.hold("sieving"))
        return {};
    const QByteArray path = accept(server.port(), n);
    const auto isHeld = [&] { return server.figure("held") == 1; };
    return QTest::qWaitFor(isHeld, patience) ? path : QByteArray();
}

mpz_class productOf(const QJsonObject &job)
{
    mpz_class product = 1;
    const QJsonArray factors = job[u"factors"_s].toArray();
    for (const QJsonValue &factor : factors) {
        const mpz_class prime(factor[u"prime"_s].toString().toStdString(), 10);
        for (int i = 0; i < factor[u"exponent"_s].toInt(); ++i)
            product *= prime;
    }
    return product;
}

bool hears(RawClient &watcher, const QByteArray &word)
{
    QByteArray stream;
    for (const auto end = Clock::now() + longest; !stream.contains(word) && Clock::now() < end;) {
        const QByteArray more = watcher.readSome();
        if (more.isEmpty())
            return false;
        stream += more;
    }
    return stream.contains(word);
}

} // namespace openloop::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Which loop takes a connection is chance: they are made until it is the right one.
#include "tests/support/clients/on_loops.h"

#include <QJsonDocument>

namespace openloop::test {

using namespace Qt::Literals::StringLiterals;

QString loopOf(RawClient &client)
{
    return QJsonDocument::fromJson(client.get("/test/loop").value_or(Answer()).body)[u"loop"].toString();
}

std::unique_ptr<RawClient> clientOn(quint16 port, const QString &loop)
{
    for (int tries = 0; tries < 1000; ++tries) {
        auto client = std::make_unique<RawClient>(port);
        if (loopOf(*client) == loop)
            return client;
    }
    return {};
}

int standingLoops(RawClient &client)
{
    return QJsonDocument::fromJson(client.get("/test/standing").value_or(Answer()).body)[u"standing"].toInt(-1);
}

} // namespace openloop::test

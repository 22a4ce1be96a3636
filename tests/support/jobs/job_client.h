// SPDX-License-Identifier: GPL-3.0-or-later
// A job as its client sees it: asked for, looked at, its factors multiplied.
#pragma once

#include "tests/support/raw_client.h"

#include <QJsonObject>

#include <gmpxx.h>

namespace openloop::test {

class ServerProcess;

/// Where jobs are asked for.
inline const QByteArray jobs = "/factorizations";

QByteArray bodyOf(const QByteArray &n);
QJsonObject objectOf(const std::optional<Answer> &answer);

/// The job at that path; empty: no answer.
QJsonObject job(quint16 port, const QByteArray &path);
QString stateOf(quint16 port, const QByteArray &path);

/// The path of a job for n; empty: it was not accepted. fields: of the request, each with its line end.
QByteArray accept(quint16 port, const QByteArray &n, const QByteArray &fields = {});

mpz_class productOf(const QJsonObject &job);

/// The path of a job that is held while it is sieved; empty: it is not. n: large enough to be sieved.
QByteArray heldJob(const ServerProcess &server, const QByteArray &n);

/// Reads until the stream says so; false: it ended, or said nothing for long.
bool hears(RawClient &watcher, const QByteArray &word);

} // namespace openloop::test

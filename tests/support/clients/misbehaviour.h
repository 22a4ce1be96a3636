// SPDX-License-Identifier: GPL-3.0-or-later
// Clients that leave, reset, pipeline and send nonsense, by a seed.
#pragma once

#include <QByteArray>

class QRandomGenerator;

namespace openloop::test {

/// Number `choice`, modulo 100, of the paths of openloop-test-server that such clients ask for, most of them cheap. The
/// hard ones are numbers of 181 digits: `--max-digits` has to allow them.
QByteArray anyPath(quint32 choice);

/// One whole request with a few bytes changed, cut out, repeated or put in from what parsers stumble over.
QByteArray mutatedRequest(QRandomGenerator &random);

/// One client of 127.0.0.1 that does not behave, and is gone when this returns. It waits for 20 ms at most.
void misbehave(quint16 port, QRandomGenerator &random);

} // namespace openloop::test

// SPDX-License-Identifier: GPL-3.0-or-later
// What a service of ours says of the servers that share its database: read strictly, since it is a stranger's text.
#pragma once

#include "gui/probe/samples/parsed.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace openloop::gui {

/// A factorization as the server that works on it tells it with its beats.
struct NodeJob {
    QString id; ///< 16 hexadecimal digits
    QString phase; ///< empty: not told
    double progress = 0; ///< 0..1
    std::optional<double> eta; ///< s that are left; nothing: not known
    int digits = 0; ///< of the number; 0: not known. /nodes does not tell it
};

/// One start of a server.
struct Node {
    enum class State { Alive, Left, Dead };

    QString id; ///< 16 hexadecimal digits
    QString name; ///< one line
    State state = State::Alive;
    QString version; ///< empty: not told
    double beatAge = 0; ///< s since it last said that it lives
    double heartbeat = 0; ///< s between two beats
    QList<NodeJob> jobs;

    /// It lives, as far as is known, but should have said so twice by now.
    bool isLate() const { return state == State::Alive && beatAge > 2 * heartbeat; }
};

/// Bounds of an answer of /nodes; of the jobs those of all its nodes together.
inline constexpr qsizetype longestNodes = 4 << 20; // bytes
inline constexpr qsizetype mostNodes = 1000;
inline constexpr qsizetype mostNodeJobs = 10'000;

/// The answer of GET /nodes in its order, or what is wrong with it and where: `data[3].beat_age is no number from 0
/// on`. Members that are not known are passed over.
probe::Parsed<QList<Node>> parseNodes(const QByteArray &answer);

/// How many digits the number of each job has, by id, in an answer of GET /factorizations; jobs that are not as they
/// should be are left out. At most 1,000.
QHash<QString, int> digitsOfJobs(const QByteArray &answer);

} // namespace openloop::gui

// SPDX-License-Identifier: GPL-3.0-or-later
// Which request a loop is at, written so that a signal's handler can read it: who stands still is asked by one.
#pragma once

#include <QByteArrayView>
#include <QString>

#include <array>

namespace openloop {

/// Of a request as much as is needed to find it again; a value that needs no memory of its own.
struct Occupation {
    const QString *route = nullptr; ///< its name; null: the loop is at no request
    quint8 methodSize = 0;
    quint8 idSize = 0;
    std::array<char, 16> method{};
    std::array<char, 128> id{};

    Occupation() = default;
    /// What is longer than its place is cut. route: must outlive whoever reads this.
    Occupation(QByteArrayView method, const QString &route, QByteArrayView id);
};

/// As long as it lives, this thread's loop is at that request. One at a time.
class Occupied
{
public:
    Occupied(QByteArrayView method, const QString &route, QByteArrayView id);
    ~Occupied();
    Q_DISABLE_COPY_MOVE(Occupied)

    /// Of this thread; also in a signal's handler.
    static Occupation now();
};

} // namespace openloop

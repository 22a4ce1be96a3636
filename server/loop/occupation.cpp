// SPDX-License-Identifier: GPL-3.0-or-later
// One place for each thread, since a handler of a signal knows no more than on which thread it runs.
#include "server/loop/occupation.h"

#include <algorithm>
#include <atomic>

namespace openloop {

namespace {

constinit thread_local Occupation current;

template <std::size_t Size>
quint8 copy(std::array<char, Size> &to, QByteArrayView from)
{
    const auto size = std::min(from.size(), qsizetype(Size));
    std::copy_n(from.begin(), size, to.begin());
    return quint8(size);
}

} // namespace

Occupation::Occupation(QByteArrayView itsMethod, const QString &itsRoute, QByteArrayView itsId) : route(&itsRoute)
{
    methodSize = copy(method, itsMethod);
    idSize = copy(id, itsId);
}

// The route comes last, and goes first: where there is one, the rest is its own.
Occupied::Occupied(QByteArrayView method, const QString &route, QByteArrayView id)
{
    current.methodSize = copy(current.method, method);
    current.idSize = copy(current.id, id);
    std::atomic_signal_fence(std::memory_order_release);
    current.route = &route;
    std::atomic_signal_fence(std::memory_order_release);
}

Occupied::~Occupied()
{
    current.route = nullptr;
    std::atomic_signal_fence(std::memory_order_release);
}

Occupation Occupied::now()
{
    return current.route ? current : Occupation();
}

} // namespace openloop

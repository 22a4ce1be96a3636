// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps requests in flight, so that something else can be looked at under load.
#pragma once

#include <QByteArray>

#include <chrono>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

namespace openloop::test {

/// What the client of that number asks for, again and again.
using PathOf = std::function<QByteArray(unsigned long client)>;

PathOf always(const QByteArray &path);

/// Keeps `clients` requests in flight, on connections of their own, until it is destroyed.
class Load
{
public:
    Load(quint16 port, const PathOf &pathOf, unsigned long clients);

    /// Until each has asked once.
    void waitUntilAsked() const { m_asked.wait(); }

private:
    std::latch m_asked;
    std::vector<std::jthread> m_threads;
};

/// How long /health took, in ms and sorted, each from when it was due: one every `interval`, on one connection. Empty:
/// one was not answered by 200.
std::vector<double> healthLatencies(quint16 port, int polls, std::chrono::milliseconds interval);

} // namespace openloop::test

// SPDX-License-Identifier: GPL-3.0-or-later
// See cpu.h.
#include "server/cpu.h"

#include "server/factors.h"
#include "server/http/failure.h"
#include "server/thread_priority.h"

#include <QCoroFuture>

#include <QtConcurrentRun>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using http::Failure;

namespace {

factoring::Result compute(mpz_class n, std::stop_token stop, std::chrono::steady_clock::time_point deadline)
{
    lowerThreadPriority(computingNiceness);
    if (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline)
        return {{}, {n}};
    factoring::Options options;
    options.deadline = deadline;
    return factoring::factor(n, stop, options);
}

} // namespace

Cpu::Cpu(Settings settings) : m_settings(settings)
{
    m_pool.setMaxThreadCount(settings.threads);
    m_pool.setExpiryTimeout(-1);
}

Cpu::~Cpu() = default;

QCoro::Task<factoring::Result> Cpu::factorize(mpz_class n, std::stop_token stop)
{
    if (m_admitted >= m_settings.threads + m_settings.queue)
        throw Failure::unavailable(u"%1 computations wait already"_s.arg(m_settings.queue), 1s);
    const auto deadline = std::chrono::steady_clock::now() + m_settings.timeout;
    ++m_admitted;
    const QFuture<factoring::Result> future = QtConcurrent::run(&m_pool, compute, n, stop, deadline);
    const factoring::Result result = co_await future;
    --m_admitted;
    if (stop.stop_requested())
        throw Failure::clientLeft();
    if (!result.complete()) {
        throw Failure::timedOut(u"n was not factored within %1 s"_s.arg(m_settings.timeout / 1s))
            .with(u"found"_s, toJson(result.factors))
            .with(u"remaining"_s, toJson(result.remaining));
    }
    co_return result;
}

int Cpu::running() const
{
    return m_pool.activeThreadCount();
}

int Cpu::queued() const
{
    return qMax(0, m_admitted - m_settings.threads);
}

} // namespace openloop

// SPDX-License-Identifier: GPL-3.0-or-later
// The loop beats, the watcher listens; the signal and what its handler may touch are here alone.
#include "server/loop/stall_watch.h"

#include <QLoggingCategory>
#include <QThread>

#include <cxxabi.h>
#include <execinfo.h>
#include <semaphore.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>

using namespace std::chrono_literals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.loop")

constexpr auto beatInterval = 50ms;
constexpr auto stackTime = 1s; // for the loop's thread to take the signal
constexpr int mostFrames = 48;
constexpr int handlersFrames = 2; // of the signal itself
constexpr qsizetype longestLine = 256; // of a stack

int stackSignal()
{
    return SIGRTMIN + 5;
}

// One stack at a time, of whichever loop.
std::mutex oneAtATime;

// Written by the signal's handler, read by the watcher after `taken`.
std::array<void *, mostFrames> frames;
int frameCount = 0;
Occupation occupation;
sem_t taken;

void takeStack(int)
{
    const int interrupted = errno; // of whatever the thread was about to look at
    frameCount = ::backtrace(frames.data(), mostFrames);
    occupation = Occupied::now();
    ::sem_post(&taken);
    errno = interrupted;
}

// `program(_ZN8openloop6healthEv+0x1c) [0x55…]` with the function's own name, where it has one.
QByteArray readable(const char *symbol)
{
    QByteArray text(symbol);
    const qsizetype begin = text.indexOf('(') + 1;
    const qsizetype end = text.indexOf('+', begin);
    if (begin == 0 || end <= begin)
        return text;
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(text.mid(begin, end - begin).constData(), nullptr, nullptr, &status), &std::free);
    return status == 0 ? QByteArray(name.get()) : text.mid(begin, end - begin);
}

Stall::Request requestOf(const Occupation &request, bool wasRunning)
{
    return {QByteArray(request.method.data(), request.methodSize), *request.route,
            QByteArray(request.id.data(), request.idSize), wasRunning};
}

// Stack and request of a loop's thread.
void look(pthread_t thread, Stall &stall)
{
    const std::lock_guard lock(oneAtATime);
    while (::sem_trywait(&taken) == 0)
        ; // a stack that came too late the last time
    timespec until{};
    ::clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += std::chrono::seconds(stackTime).count();
    if (::pthread_kill(thread, stackSignal()) != 0 || ::sem_timedwait(&taken, &until) != 0) {
        stall.stack = {"(no stack could be had)"};
        return;
    }
    if (occupation.route)
        stall.request = requestOf(occupation, true);
    const std::unique_ptr<char *, decltype(&std::free)> symbols(::backtrace_symbols(frames.data(), frameCount),
                                                                &std::free);
    for (int i = handlersFrames; symbols && i < frameCount; ++i)
        stall.stack.append(readable(symbols.get()[i]).left(longestLine));
}

std::chrono::milliseconds milliseconds(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

// " at GET /factorize (4f2a…)"; nothing where it is not known.
QByteArray clauseOf(const std::optional<Stall::Request> &request)
{
    if (!request)
        return {};
    const QByteArray route = request->route.isEmpty() ? QByteArray("(no route)") : request->route.toUtf8();
    return (request->wasRunning ? " at " : "; the first answer after it was to ") + request->method + ' ' + route
        + " (request " + request->id + ')';
}

QByteArray nameOfThisLoop()
{
    const QByteArray name = QThread::currentThread()->objectName().toUtf8();
    return name.isEmpty() ? QByteArray("the event loop") : "the event " + name;
}

} // namespace

StallWatch::StallWatch(StallLog &stalls, int loop, std::chrono::milliseconds tolerated)
    : m_stalls(stalls), m_number(loop), m_tolerated(tolerated), m_loop(::pthread_self()), m_name(nameOfThisLoop()),
      m_beat(Clock::now())
{
    m_stalls.addLoop(loop);
    static const int initialized = ::sem_init(&taken, 0, 0);
    Q_UNUSED(initialized)
    void *first = nullptr;
    ::backtrace(&first, 1); // loads what it needs now: a handler must not
    struct sigaction action{};
    action.sa_handler = takeStack;
    action.sa_flags = SA_RESTART;
    ::sigaction(stackSignal(), &action, nullptr);
    m_beating.start(int(beatInterval.count()), this);
    m_watcher = std::jthread([this](const std::stop_token &stop) { watch(stop); });
}

StallWatch::~StallWatch() = default;

void StallWatch::timerEvent(QTimerEvent *)
{
    m_beat = Clock::now();
    m_standsStill = false;
}

void StallWatch::answered(QByteArrayView method, const QString &route, QByteArrayView id)
{
    if (!m_standsStill.load(std::memory_order_relaxed))
        return;
    const std::lock_guard lock(m_mutex);
    const Clock::time_point beat = m_beat;
    if (!m_answered || m_answered->beat != beat)
        m_answered = Answered{Occupation(method, route, id), beat};
}

std::optional<Stall::Request> StallWatch::answeredAfter(Clock::time_point beat)
{
    const std::lock_guard lock(m_mutex);
    if (!m_answered || m_answered->beat != beat)
        return {};
    return requestOf(m_answered->request, false);
}

StallWatch::Clock::duration StallWatch::sinceBeat() const
{
    return Clock::now() - m_beat.load();
}

// Where this thread is late, too, the whole process stood still, not the loop.
void StallWatch::watch(const std::stop_token &stop)
{
    std::mutex mutex;
    std::condition_variable_any asked;
    const auto sleep = [&] {
        std::unique_lock lock(mutex);
        const auto begun = Clock::now();
        asked.wait_for(lock, stop, beatInterval, [] { return false; });
        return Clock::now() - begun < m_tolerated;
    };
    while (!stop.stop_requested()) {
        if (!sleep() || sinceBeat() < m_tolerated + beatInterval)
            continue;
        const Clock::time_point beat = m_beat;
        tell(beat, [&] {
            while (!stop.stop_requested() && m_beat.load() == beat)
                sleep();
        });
    }
}

// What is answered is remembered with the beat before it: an answer of the turns after the stall is not taken for one
// of it, however late this thread is.
void StallWatch::tell(Clock::time_point beat, const std::function<void()> &untilItGoesOn)
{
    m_standsStill = true;
    Stall stall;
    stall.loop = m_number;
    stall.since = beat;
    const Clock::duration until = Clock::now() - beat;
    stall.began =
        std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(until);
    look(m_loop, stall);
    qCWarning(log, "%s has stood still for %lld ms%s, in\n  %s", m_name.constData(),
              qint64(milliseconds(until).count()), clauseOf(stall.request).constData(),
              stall.stack.join("\n  ").constData());
    const bool isKnown = stall.request.has_value();
    const quint64 number = m_stalls.begin(std::move(stall));
    untilItGoesOn();
    m_standsStill = false;
    const auto request = isKnown ? std::nullopt : answeredAfter(beat);
    const Clock::time_point last = m_beat;
    const Clock::time_point end = last == beat ? Clock::now() : last; // told to stop before it went on
    m_stalls.end(number, milliseconds(end - beat), request);
    qCWarning(log, "%s goes on; it stood still for %lld ms%s", m_name.constData(),
              qint64(milliseconds(end - beat).count()), clauseOf(request).constData());
}

} // namespace openloop

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

int stackSignal()
{
    return SIGRTMIN + 5;
}

// One stack at a time, of whichever loop.
std::mutex oneAtATime;

// Written by the signal's handler, read by the watcher after `taken`.
std::array<void *, mostFrames> frames;
int frameCount = 0;
sem_t taken;

void takeStack(int)
{
    const int interrupted = errno; // of whatever the thread was about to look at
    frameCount = ::backtrace(frames.data(), mostFrames);
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

QByteArray stackOf(pthread_t thread)
{
    const std::lock_guard lock(oneAtATime);
    while (::sem_trywait(&taken) == 0)
        ; // a stack that came too late the last time
    timespec until{};
    ::clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += std::chrono::seconds(stackTime).count();
    if (::pthread_kill(thread, stackSignal()) != 0 || ::sem_timedwait(&taken, &until) != 0)
        return "\n  (no stack could be had)";
    const std::unique_ptr<char *, decltype(&std::free)> symbols(::backtrace_symbols(frames.data(), frameCount),
                                                                &std::free);
    QByteArray text;
    for (int i = handlersFrames; symbols && i < frameCount; ++i)
        text += "\n  " + readable(symbols.get()[i]);
    return text;
}

qint64 milliseconds(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

QByteArray nameOfThisLoop()
{
    const QByteArray name = QThread::currentThread()->objectName().toUtf8();
    return name.isEmpty() ? QByteArray("the event loop") : "the event " + name;
}

} // namespace

StallWatch::StallWatch(std::chrono::milliseconds tolerated)
    : m_tolerated(tolerated), m_loop(::pthread_self()), m_name(nameOfThisLoop()), m_beat(Clock::now())
{
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
}

StallWatch::Clock::duration StallWatch::sinceBeat() const
{
    return Clock::now() - m_beat.load();
}

// Where this thread is late, too, the whole process stood still, not the loop.
void StallWatch::watch(const std::stop_token &stop) const
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
        qCWarning(log, "%s has stood still for %lld ms, in%s", m_name.constData(), milliseconds(Clock::now() - beat),
                  stackOf(m_loop).constData());
        while (!stop.stop_requested() && m_beat.load() == beat)
            sleep();
        qCWarning(log, "%s goes on; it stood still for %lld ms", m_name.constData(),
                  milliseconds(m_beat.load() - beat));
    }
}

} // namespace openloop

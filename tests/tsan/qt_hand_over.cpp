// SPDX-License-Identifier: GPL-3.0-or-later
// Tells ThreadSanitizer where Qt hands something from thread to thread: Qt is not instrumented, so its mutexes, queues
// and reference counts look like none. Linked into every program of the preset tsan, and into no other.
//
// Each function here stands before the one of libQt6Core that has its mangled name, and calls that one. A Qt that lacks
// such a name never calls it. What std:: and pthread provide is seen without help, and so is what goes over an eventfd.
#include "tests/tsan/hand_over.h"

#include <QException>
#include <QMetaObject>
#include <QRunnable>
#include <QThreadPool>

#include <dlfcn.h>

#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

using namespace openloop::test;

// Of the sanitizer's runtime, which has no header for them.
extern "C" {
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
}

namespace {

template <typename Function>
Function *ofLibrary(const char *name)
{
    void *const found = ::dlsym(RTLD_NEXT, name);
    if (!found)
        std::abort();
    return reinterpret_cast<Function *>(found);
}

/// What Qt does on this thread to its own lists, under its own mutexes, in functions without a name that a suppression
/// could say: as long as this lives, the sanitizer does not look. Nothing of ours may run meanwhile.
class Unseen
{
public:
    Unseen()
    {
        ++s_depth;
        AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    }
    ~Unseen()
    {
        --s_depth;
        AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    }
    Q_DISABLE_COPY_MOVE(Unseen)

    static bool isOn() { return s_depth > 0; }

private:
    static inline thread_local int s_depth = 0;
};

/// A piece of ours that runs within what is unseen.
class SeenAgain
{
public:
    SeenAgain()
    {
        if (m_within) {
            AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
            AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
        }
    }
    ~SeenAgain()
    {
        if (m_within) {
            AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
            AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
        }
    }
    Q_DISABLE_COPY_MOVE(SeenAgain)

private:
    const bool m_within = Unseen::isOn();
};

/// At the end of a scope, exceptions included.
class TakeOverAtEnd
{
public:
    explicit TakeOverAtEnd(const void *key) : m_key(key) { }
    ~TakeOverAtEnd() { takeOver(m_key); }
    Q_DISABLE_COPY_MOVE(TakeOverAtEnd)

private:
    const void *m_key;
};

} // namespace

// The end of a thread's event loop: from whoever calls quit() to what follows exec(). Where the loop is told on its way
// into poll(), it does not read the eventfd that would say so.

extern "C" {

void quitThread(void *thread) __asm__("_ZN7QThread4quitEv");
void quitThread(void *thread)
{
    static auto *const real = ofLibrary<void(void *)>("_ZN7QThread4quitEv");
    handOver(thread);
    real(thread);
}

int execThread(void *thread) __asm__("_ZN7QThread4execEv");
int execThread(void *thread)
{
    static auto *const real = ofLibrary<int(void *)>("_ZN7QThread4execEv");
    const TakeOverAtEnd atEnd(thread);
    return real(thread);
}
}

// A future's value or failure: from whoever reports it to whoever looks. All QFutureInterface of one future share the
// private object behind the pointer that follows the one to their virtual functions.

namespace {

const void *sharedBy(const void *futureInterface)
{
    return static_cast<void *const *>(futureInterface)[1];
}

} // namespace

#define OPENLOOP_HANDS_OVER(function, symbol, Parameters, arguments)                                                   \
    void function Parameters __asm__(symbol);                                                                          \
    void function Parameters                                                                                           \
    {                                                                                                                  \
        static auto *const real = ofLibrary<void Parameters>(symbol);                                                  \
        handOver(sharedBy(future));                                                                                    \
        const Unseen posting;                                                                                          \
        real arguments;                                                                                                \
    }
#define OPENLOOP_TAKES_OVER(function, symbol, Parameters, arguments)                                                   \
    void function Parameters __asm__(symbol);                                                                          \
    void function Parameters                                                                                           \
    {                                                                                                                  \
        static auto *const real = ofLibrary<void Parameters>(symbol);                                                  \
        const TakeOverAtEnd atEnd(sharedBy(future)); /* the function may throw what was handed over */                 \
        real arguments;                                                                                                \
    }

extern "C" {

OPENLOOP_HANDS_OVER(reportFinished, "_ZN20QFutureInterfaceBase14reportFinishedEv", (void *future), (future))
OPENLOOP_HANDS_OVER(reportResultsReady, "_ZN20QFutureInterfaceBase18reportResultsReadyEii",
                    (void *future, int begin, int end), (future, begin, end))
// As Qt does it; what the exception copies of itself is ours, and seen. Finishing hands it over.
void reportException(void *future,
                     const QException &exception) __asm__("_ZN20QFutureInterfaceBase15reportExceptionERK10QException");
void reportException(void *future, const QException &exception)
{
    static auto *const real = ofLibrary<void(void *, std::exception_ptr)>(
        "_ZN20QFutureInterfaceBase15reportExceptionENSt15__exception_ptr13exception_ptrE");
    try {
        exception.raise();
    } catch (...) {
        const std::exception_ptr thrown = std::current_exception();
        const Unseen posting;
        real(future, thrown);
    }
}

OPENLOOP_TAKES_OVER(waitForResult, "_ZN20QFutureInterfaceBase13waitForResultEi", (void *future, int index),
                    (future, index))
OPENLOOP_TAKES_OVER(waitForFinished, "_ZN20QFutureInterfaceBase15waitForFinishedEv", (void *future), (future))
OPENLOOP_TAKES_OVER(rethrowPossibleException, "_ZN20QFutureInterfaceBase24rethrowPossibleExceptionEv", (void *future),
                    (future))

// Who lets go last destroys the results.
bool derefT(const void *future) noexcept __asm__("_ZNK20QFutureInterfaceBase6derefTEv");
bool derefT(const void *future) noexcept
{
    static auto *const real = ofLibrary<bool(const void *)>("_ZNK20QFutureInterfaceBase6derefTEv");
    const void *const shared = sharedBy(future);
    handOver(shared);
    const bool othersHoldIt = real(future);
    takeOver(shared);
    return othersHoldIt;
}

// What they share beside the results goes with the last of all, who is known within Qt only. Its last call is to free,
// so that no function of Qt would be on the stack.
void destroyFuture(void *future) noexcept __asm__("_ZN20QFutureInterfaceBaseD2Ev");
void destroyFuture(void *future) noexcept
{
    static auto *const real = ofLibrary<void(void *)>("_ZN20QFutureInterfaceBaseD2Ev");
    const Unseen freeing;
    real(future);
}

// An exception that a future carries is freed by whoever lets go last, too; libstdc++, which counts, is no more
// instrumented than Qt.
void releaseException(void *pointer) noexcept __asm__("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv");
void releaseException(void *pointer) noexcept
{
    static auto *const real = ofLibrary<void(void *)>("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv");
    const void *const exception = *static_cast<void *const *>(pointer);
    handOver(exception);
    takeOver(exception);
    real(pointer);
}

} // extern "C"

// What a pool shall run: from whoever starts it to the pool's thread, and what it did to whoever waits for the pool.

namespace {

/// From the end of a run to the next one or the thread's end.
thread_local std::optional<Unseen> betweenRuns;

class Carried final : public QRunnable
{
public:
    Carried(QThreadPool *pool, std::function<void()> work) : m_pool(pool), m_work(std::move(work)) { handOver(this); }
    ~Carried() override { takeOver(this); }
    Q_DISABLE_COPY_MOVE(Carried)

    void run() override
    {
        betweenRuns.reset();
        takeOver(this);
        std::exchange(m_work, {})();
        handOver(m_pool);
        betweenRuns.emplace();
    }

private:
    QThreadPool *m_pool;
    std::function<void()> m_work;
};

constexpr auto startRunnable = "_ZN11QThreadPool5startEP9QRunnablei";
constexpr auto tryStartRunnable = "_ZN11QThreadPool8tryStartEP9QRunnable";

} // namespace

extern "C" {

void poolStart(QThreadPool *pool, QRunnable *runnable, int priority) __asm__("_ZN11QThreadPool5startEP9QRunnablei");
void poolStart(QThreadPool *pool, QRunnable *runnable, int priority)
{
    static auto *const real = ofLibrary<void(QThreadPool *, QRunnable *, int)>(startRunnable);
    const auto run = [runnable] {
        const bool isOurs = runnable->autoDelete();
        runnable->run();
        if (isOurs)
            delete runnable;
    };
    real(pool, new Carried(pool, run), priority);
}

void poolStartFunction(QThreadPool *pool, std::function<void()> work,
                       int priority) __asm__("_ZN11QThreadPool5startESt8functionIFvvEEi");
void poolStartFunction(QThreadPool *pool, std::function<void()> work, int priority)
{
    static auto *const real = ofLibrary<void(QThreadPool *, QRunnable *, int)>(startRunnable);
    real(pool, new Carried(pool, std::move(work)), priority);
}

bool poolTryStart(QThreadPool *pool, std::function<void()> work) __asm__("_ZN11QThreadPool8tryStartESt8functionIFvvEE");
bool poolTryStart(QThreadPool *pool, std::function<void()> work)
{
    static auto *const real = ofLibrary<bool(QThreadPool *, QRunnable *)>(tryStartRunnable);
    auto *const carried = new Carried(pool, std::move(work));
    if (real(pool, carried))
        return true;
    delete carried;
    return false;
}

bool poolWaitForDone(QThreadPool *pool, int ms) __asm__("_ZN11QThreadPool11waitForDoneEi");
bool poolWaitForDone(QThreadPool *pool, int ms)
{
    static auto *const real = ofLibrary<bool(QThreadPool *, int)>("_ZN11QThreadPool11waitForDoneEi");
    const TakeOverAtEnd atEnd(pool);
    return real(pool, ms);
}

} // extern "C"

// A function that shall run on another thread: from whoever invokes it to the thread of its object, and back where the
// caller waits. Qt 6.7 asks it in another way, and is left to its eventfd.
#if QT_VERSION < QT_VERSION_CHECK(6, 7, 0)

namespace {

class CarriedSlot final : public QtPrivate::QSlotObjectBase
{
public:
    CarriedSlot(QSlotObjectBase *slot, const void *done) : QSlotObjectBase(&impl), m_slot(slot), m_done(done)
    {
        handOver(this);
    }

private:
    static void impl(int which, QSlotObjectBase *self, QObject *receiver, void **arguments, bool *)
    {
        takeOver(self);
        auto *const carried = static_cast<CarriedSlot *>(self);
        const void *const done = carried->m_done;
        if (which == Call) {
            carried->m_slot->call(receiver, arguments);
            handOver(self); // to whoever destroys it
        } else if (which == Destroy) {
            const SeenAgain ours; // captures, destroyed by whoever of poster and receiver lets go last
            carried->m_slot->destroyIfLastRef();
            delete carried;
        }
        if (done)
            handOver(done);
    }

    QSlotObjectBase *m_slot;
    const void *m_done;
};

constexpr auto invokeSymbol =
    "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv";

} // namespace

extern "C" {

bool invokeSlot(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, void *result) __asm__(
    "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv");
bool invokeSlot(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, void *result)
{
    static auto *const real =
        ofLibrary<bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType, void *)>(invokeSymbol);
    const char done = 0; // its address alone counts
    const bool waits = type == Qt::BlockingQueuedConnection;
    auto *const carried = new CarriedSlot(slot, waits ? &done : nullptr);
    std::optional<Unseen> posting;
    if (type == Qt::QueuedConnection || waits) // of ours nothing runs on this thread meanwhile: it posts, and waits
        posting.emplace();
    const bool invoked = real(object, carried, type, result);
    posting.reset();
    if (waits)
        takeOver(&done);
    return invoked;
}

} // extern "C"

#endif

extern "C" {

// For every start of the program, however it is started. PARI is a child process, forked while a watchdog runs.
const char *__tsan_default_options();
const char *__tsan_default_options()
{
    return "die_after_fork=0:suppressions=" OPENLOOP_TSAN_SUPPRESSIONS;
}

} // extern "C"

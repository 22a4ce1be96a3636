// SPDX-License-Identifier: GPL-3.0-or-later
// Admits a call, makes it once or twice within its deadline, and judges what came back.
#include "server/upstream/upstream.h"

#include "server/http/message/failure.h"
#include "server/loop/async_event.h"
#include "server/upstream/call.h"
#include "server/upstream/circuit.h"
#include "server/upstream/client.h"
#include "server/upstream/failures.h"
#include "server/upstream/json_text.h"

#include <QCoroFuture>

#include <QFutureWatcher>
#include <QLoggingCategory>
#include <QtConcurrentRun>
#include <QThreadPool>
#include <QTimer>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;
using openloop::http::Failure;
using openloop::http::Json;
using Clock = openloop::UpstreamCall::Clock;
using End = openloop::UpstreamCall::End;
using Outcome = openloop::UpstreamCall::Outcome;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.upstream")

constexpr qint64 mostBytes = 4 * 1024 * 1024;
constexpr int mostSentBack = 4; // attempts
constexpr std::chrono::milliseconds shortestPause = 1s; // between probes of its own
constexpr std::chrono::milliseconds longestPause = 30s;
constexpr qsizetype parsedOnTheLoop = 32 * 1024; // takes less time than handing it to a thread and back

// The file of who may sign is read once: a client that is made later would find it away, or half written.
UpstreamClient::Settings clientFor(const Upstream::Settings &settings)
{
    const bool encrypted = settings.url.scheme() == "https"_L1;
    return {.url = settings.url,
            .http2 = settings.http2,
            .tls = encrypted ? UpstreamClient::signedBy(settings.certificates) : QSslConfiguration(),
            .bounds = {.mostBody = mostBytes, .mostIdle = settings.concurrency, .distrusted = 60s},
            .addresses = settings.addresses};
}

/// As isJson; gives up unread what nobody waits for any more. A pool thread.
bool isJsonInTime(const QByteArray &text, Clock::time_point deadline)
{
    return Clock::now() < deadline && isJson(text);
}

} // namespace

struct Upstream::State {
    explicit State(Settings given)
        : settings(std::move(given)), clients(clientFor(settings)), secondAsks(std::max(10, settings.concurrency / 10)),
          client(std::make_shared<UpstreamClient>(clients))
    {
        validators.setMaxThreadCount(1);
        pause.setSingleShot(true);
        pause.callOnTimeout([this] { probeIfFailing(); });
        clients.book = client->book();
        QObject::connect(&probe, &QFutureWatcher<Outcome>::finished, &probe,
                         [this] { report(probePermit, probe.result()); });
    }

    QFuture<Outcome> begin(Clock::time_point deadline, const std::stop_token &stop, const QList<http::Field> &fields)
    {
        UpstreamCall::Terms terms;
        terms.mostBytes = mostBytes;
        terms.deadline = deadline;
        terms.stop = stop;
        terms.keeps = client;
        terms.mayRepeat = [this] { return retries.take(); };
        const auto *const begun = new UpstreamCall(client->ask(fields), std::move(terms), &calls);
        return begun->outcome();
    }

    static QCoro::Task<Outcome> askTwice(std::shared_ptr<State> use, Clock::time_point deadline, std::stop_token stop,
                                         QList<http::Field> fields);

    // Whose connection refused a call takes no other; what is under way on it may end there. The addresses stay, lest a
    // resolver that hangs be asked by each.
    void leave(const std::shared_ptr<UpstreamClient> &asked)
    {
        if (client != asked)
            return;
        try {
            client = std::make_shared<UpstreamClient>(clients);
        } catch (const std::system_error &error) { // no descriptor is left: the old one may do
            qCWarning(log, "no new connection to the upstream: %s", error.what());
        }
    }

    void report(Circuit::Permit permit, const Outcome &outcome)
    {
        const bool wasOpen = circuit.isOpen();
        const auto now = Clock::now();
        if (outcome.end == End::Left || outcome.end == End::Closed)
            circuit.abandoned(permit);
        else if (const auto rest = retryAfterOf(outcome))
            circuit.rest(permit, now, *rest);
        else if (outcome.end == End::TooLarge || (outcome.end == End::Answered && outcome.status < 500))
            circuit.succeeded(permit, now);
        else
            circuit.failed(permit, now);
        if (outcome.end != End::Left && outcome.end != End::Closed)
            failures.failed(outcome, now);
        if (wasOpen != circuit.isOpen())
            qCWarning(log, "%s", wasOpen ? "the upstream is asked again" : "the upstream is left alone for a while");
        waitToProbe();
    }

    // Level-triggered: while the upstream fails, either the timer runs or a probe is under way whose report comes here.
    void waitToProbe()
    {
        if (closed || probe.isRunning())
            return;
        if (circuit.isOpen()) {
            pause.start(std::max(std::chrono::ceil<std::chrono::milliseconds>(circuit.retryAt() - Clock::now()), 1ms));
        } else if (!circuit.isFailing()) {
            patience = shortestPause;
        } else if (!pause.isActive()) { // callers' failures don't put it off
            pause.start(patience);
            patience = std::min(patience * 2, longestPause);
        }
    }

    void probeIfFailing()
    {
        const auto now = Clock::now();
        if (!circuit.isFailing() || closed || probe.isRunning())
            return;
        if (circuit.isOpen() && now < circuit.retryAt())
            return waitToProbe();
        const std::optional<Circuit::Permit> permit = circuit.admit(now);
        if (!permit) // a caller's own call probes
            return pause.start(shortestPause);
        probePermit = *permit;
        probe.setFuture(begin(now + settings.timeout, {}, {}));
    }

    const Settings settings;
    UpstreamClient::Settings clients; ///< what each is made of
    Circuit circuit;
    RetryBudget retries;
    RetryBudget secondAsks; ///< of askTwice: connections that close take all retries, just when they lose requests
    FailureLog failures;
    int inFlight = 0;
    bool closed = false;
    std::shared_ptr<UpstreamClient> client;
    QThreadPool validators;
    QTimer pause; ///< before the next probe
    std::chrono::milliseconds patience = shortestPause; ///< where the circuit is closed
    Circuit::Permit probePermit;
    QFutureWatcher<Outcome> probe; ///< the call that nobody but the circuit waits for
    QObject calls; // the parent of every exchange; destroyed before what they use
};

namespace {

/// One of the calls in flight, for as long as it lives.
class Place
{
public:
    Place(int &taken, int most) : m_taken(taken)
    {
        if (taken >= most)
            throw ofClass("busy", Failure::unavailable(u"too many calls wait for the upstream"_s, 1s));
        ++m_taken;
    }
    ~Place() { --m_taken; }
    Q_DISABLE_COPY_MOVE(Place)

private:
    int &m_taken;
};

/// Hands a permit back, whatever ends the call: while one is out, an open circuit lets nobody else through.
class Admitted
{
public:
    using Report = std::function<void(const Outcome &)>;

    explicit Admitted(Report report) : m_report(std::move(report)) { }
    ~Admitted()
    {
        Outcome left;
        left.end = End::Left;
        if (m_report)
            end(left);
    }
    Q_DISABLE_COPY_MOVE(Admitted)

    void end(const Outcome &outcome) { std::exchange(m_report, {})(outcome); }

private:
    Report m_report;
};

} // namespace

Upstream::Upstream(Settings settings) : m_state(std::make_shared<State>(std::move(settings))) { }

Upstream::~Upstream()
{
    m_state->closed = true;
    const QObjectList calls = m_state->calls.children();
    for (QObject *const child : calls)
        static_cast<UpstreamCall *>(child)->finish(End::Closed);
}

QCoro::Task<Json> Upstream::get(std::stop_token stop, QList<http::Field> fields)
{
    return call(m_state, std::move(stop), std::move(fields));
}

int Upstream::inFlight() const
{
    return m_state->inFlight;
}

bool Upstream::ready() const
{
    return !m_state->circuit.isFailing();
}

bool Upstream::isLeftAlone() const
{
    return m_state->circuit.isOpen();
}

QString Upstream::state() const
{
    return isLeftAlone() ? u"left alone for a while"_s : u"the last %1 calls failed"_s.arg(Circuit::failuresThatTell);
}

// Qt 6.4 loses a request over HTTP/2 now and then: what is not answered half-way to its deadline is asked once more on
// a connection of its own, and the first answer counts. Level-triggered: whether they have ended is looked at after
// each wake-up, and `ended` is told later than that shows.
QCoro::Task<Outcome> Upstream::State::askTwice(std::shared_ptr<State> use, Clock::time_point deadline,
                                               std::stop_token stop, QList<http::Field> fields)
{
    std::stop_source both;
    const std::stop_callback leaving(std::move(stop), [&both] { both.request_stop(); });
    AsyncEvent ended;
    QFutureWatcher<Outcome> first;
    QFutureWatcher<Outcome> second;
    for (QFutureWatcher<Outcome> *const each : {&first, &second})
        QObject::connect(each, &QFutureWatcher<Outcome>::finished, each, [&ended] { ended.notifyAll(); });

    const std::shared_ptr<UpstreamClient> asked = use->client;
    first.setFuture(use->begin(deadline, both.get_token(), fields));
    const auto half = std::chrono::ceil<std::chrono::milliseconds>((deadline - Clock::now()) / 2);
    if (!first.future().isFinished())
        co_await ended.wait(half, {});
    if (first.future().isFinished() || use->closed || !use->secondAsks.take()) {
        const QFuture<Outcome> alone = first.future();
        co_return co_await alone;
    }
    use->leave(asked);
    second.setFuture(use->begin(deadline, both.get_token(), fields));
    const auto isOver = [](const QFutureWatcher<Outcome> &each) { return each.future().isFinished(); };
    const auto hasAnswer = [&](const QFutureWatcher<Outcome> &each) {
        return isOver(each) && each.future().result().end == End::Answered;
    };
    while (!hasAnswer(first) && !hasAnswer(second) && !(isOver(first) && isOver(second)))
        co_await ended.wait(use->settings.timeout, {});
    both.request_stop(); // the other one
    co_return hasAnswer(second) ? second.future().result() : first.future().result();
}

QCoro::Task<Json> Upstream::call(std::shared_ptr<State> use, std::stop_token stop, QList<http::Field> fields)
{
    if (stop.stop_requested())
        throw Failure::clientLeft();
    const Place place(use->inFlight, use->settings.concurrency);
    const auto now = Clock::now();
    const auto deadline = now + use->settings.timeout;
    const std::optional<Circuit::Permit> permit = use->circuit.admit(now);
    if (!permit)
        throw ofClass("resting",
                      Failure::unavailable(u"the upstream failed too often"_s, use->circuit.retryAfter(now)));

    Admitted admitted([&use, permit](const Outcome &outcome) { use->report(*permit, outcome); });
    use->retries.called();
    use->secondAsks.called();
    Outcome outcome;
    for (int attempt = 1;; ++attempt) {
        const std::shared_ptr<UpstreamClient> asked = use->client;
        if (use->settings.http2) {
            outcome = co_await State::askTwice(use, deadline, stop, fields);
        } else {
            const QFuture<Outcome> begun = use->begin(deadline, stop, fields);
            outcome = co_await begun;
        }
        const bool unheard = outcome.end == End::Refused || outcome.end == End::Broke;
        if (!unheard || use->closed)
            break;
        // Over HTTP/2 a whole crowd of calls is sent back when a connection ends, and it costs nobody anything.
        const bool sentBack = use->settings.http2 && outcome.end == End::Broke && attempt < mostSentBack;
        if (sentBack)
            use->leave(asked);
        else if (attempt > 1 || !use->retries.take())
            break;
    }
    admitted.end(outcome);
    if (const std::optional<Failure> failure = failureOf(outcome))
        throw *failure;

    bool valid = false;
    if (outcome.body.size() <= parsedOnTheLoop) {
        valid = isJson(outcome.body);
    } else {
        const QFuture<bool> parsed = QtConcurrent::run(&use->validators, isJsonInTime, outcome.body, deadline);
        valid = co_await parsed;
    }
    if (!valid) {
        Outcome refused;
        refused.end = Clock::now() >= deadline ? End::TimedOut : End::NotJson;
        use->failures.failed(refused, Clock::now());
        throw *failureOf(refused);
    }
    co_return Json::verbatim(outcome.body);
}

} // namespace openloop

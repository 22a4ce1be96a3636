// SPDX-License-Identifier: GPL-3.0-or-later
// Admits a call, makes it once or twice within its deadline, and judges what came back.
#include "server/upstream/upstream.h"

#include "server/http/message/failure.h"
#include "server/upstream/call.h"
#include "server/upstream/circuit.h"
#include "server/upstream/stripes.h"

#include <QCoroFuture>

#include <QJsonArray>
#include <QJsonDocument>
#include <QtConcurrentRun>
#include <QThreadPool>

using namespace Qt::Literals::StringLiterals;
using openloop::http::Failure;
using openloop::http::Json;
using Clock = openloop::UpstreamCall::Clock;
using End = openloop::UpstreamCall::End;
using Outcome = openloop::UpstreamCall::Outcome;

namespace openloop {

namespace {

constexpr qint64 mostBytes = 4 * 1024 * 1024;
constexpr qsizetype parsedOnTheLoop = 32 * 1024; // takes less time than handing it to a thread and back

/// Whether the text is exactly one JSON value; Qt by itself takes only objects and arrays, and skips a byte order mark.
bool isJson(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson('[' + text + ']', &error);
    return error.error == QJsonParseError::NoError && document.array().size() == 1;
}

/// As isJson; gives up unread what nobody waits for any more. A pool thread.
bool isJsonInTime(const QByteArray &text, Clock::time_point deadline)
{
    return Clock::now() < deadline && isJson(text);
}

/// The failure that the client is told of, or none if the body is worth reading.
std::optional<Failure> failureOf(const Outcome &outcome)
{
    switch (outcome.end) {
    case End::Answered:
        if (outcome.status >= 200 && outcome.status < 300)
            return std::nullopt;
        return Failure::badGateway(u"the upstream answered with status %1"_s.arg(outcome.status));
    case End::Refused: return Failure::badGateway(u"the upstream refused the connection"_s);
    case End::Broke: return Failure::badGateway(u"the connection to the upstream broke"_s);
    case End::EndedEarly: return Failure::badGateway(u"the upstream's answer ended early"_s);
    case End::TooLarge: return Failure::badGateway(u"the upstream's answer is larger than 4 MiB"_s);
    case End::TimedOut: return Failure::timedOut(u"the upstream took too long"_s);
    case End::Left: return Failure::clientLeft();
    case End::Closed: break;
    }
    return Failure::unavailable(u"the service stops"_s, std::chrono::seconds(1));
}

} // namespace

struct Upstream::State {
    explicit State(Settings given) : settings(std::move(given)), stripes(settings.url, settings.concurrency)
    {
        validators.setMaxThreadCount(1);
    }

    QFuture<Outcome> begin(Clock::time_point deadline, const std::stop_token &stop)
    {
        const size_t stripe = stripes.take();
        UpstreamCall::Terms terms;
        terms.mostBytes = mostBytes;
        terms.deadline = deadline;
        terms.stop = stop;
        terms.mayRepeat = [this] { return retries.take(); };
        terms.ended = [this, stripe] { stripes.giveBack(stripe); };
        const auto *const begun = new UpstreamCall(stripes.get(stripe), std::move(terms), &calls);
        return begun->outcome();
    }

    void report(Circuit::Permit permit, const Outcome &outcome)
    {
        if (outcome.end == End::Left || outcome.end == End::Closed)
            circuit.abandoned(permit);
        else if (outcome.end == End::TooLarge || (outcome.end == End::Answered && outcome.status < 500))
            circuit.succeeded(permit, Clock::now());
        else
            circuit.failed(permit, Clock::now());
    }

    const Settings settings;
    Circuit circuit;
    RetryBudget retries;
    int inFlight = 0;
    bool closed = false;
    UpstreamStripes stripes;
    QThreadPool validators;
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
            throw Failure::unavailable(u"too many calls wait for the upstream"_s, std::chrono::seconds(1));
        ++m_taken;
    }
    ~Place() { --m_taken; }
    Q_DISABLE_COPY_MOVE(Place)

private:
    int &m_taken;
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

QCoro::Task<Json> Upstream::get(std::stop_token stop)
{
    return call(m_state, std::move(stop));
}

int Upstream::inFlight() const
{
    return m_state->inFlight;
}

bool Upstream::ready() const
{
    return !m_state->circuit.isOpen();
}

QCoro::Task<Json> Upstream::call(std::shared_ptr<State> use, std::stop_token stop)
{
    if (stop.stop_requested())
        throw Failure::clientLeft();
    const Place place(use->inFlight, use->settings.concurrency);
    const auto now = Clock::now();
    const auto deadline = now + use->settings.timeout;
    const std::optional<Circuit::Permit> permit = use->circuit.admit(now);
    if (!permit)
        throw Failure::unavailable(u"the upstream failed too often"_s, use->circuit.retryAfter(now));

    use->retries.called();
    const QFuture<Outcome> first = use->begin(deadline, stop);
    Outcome outcome = co_await first;
    if (outcome.end == End::Refused && !use->closed && use->retries.take()) {
        const QFuture<Outcome> second = use->begin(deadline, stop);
        outcome = co_await second;
    }
    use->report(*permit, outcome);
    if (const std::optional<Failure> failure = failureOf(outcome))
        throw *failure;

    bool valid = false;
    if (outcome.body.size() <= parsedOnTheLoop) {
        valid = isJson(outcome.body);
    } else {
        const QFuture<bool> parsed = QtConcurrent::run(&use->validators, isJsonInTime, outcome.body, deadline);
        valid = co_await parsed;
    }
    if (!valid && Clock::now() >= deadline)
        throw Failure::timedOut(u"the upstream took too long"_s);
    if (!valid)
        throw Failure::badGateway(u"the upstream's answer is not JSON"_s);
    co_return Json::verbatim(outcome.body);
}

} // namespace openloop

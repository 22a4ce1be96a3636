// SPDX-License-Identifier: GPL-3.0-or-later
// The handlers; those that wait read the job again at every tick, so that nothing depends on an announcement.
#include "server/routes/job_routes.h"

#include "common/endpoints.h"
#include "server/compute/factoring/factors.h"
#include "server/http/message/characters.h"
#include "server/routes/input.h"
#include "server/services.h"

#include <QDateTime>
#include <QTimeZone>

#include <cmath>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace openloop {

using namespace http;

namespace {

constexpr qsizetype longestKey = 255;
constexpr qsizetype longestEventId = 32;
constexpr auto longestWait = 60s; // of Prefer: wait
// At most 15 s, or proxies cut a stream that is quiet: nginx after 60 s.
constexpr std::chrono::milliseconds progressInterval = 500ms;
constexpr std::chrono::milliseconds queuedInterval = 2s; // nothing moves, and thousands may watch a long queue
constexpr std::chrono::milliseconds readInterval = 1s; // of who waits without being told

Json toTime(qint64 milliseconds)
{
    if (milliseconds == 0)
        return {};
    return QDateTime::fromMSecsSinceEpoch(milliseconds, QTimeZone::utc()).toString(Qt::ISODateWithMs);
}

Json phaseJson(const Factorizer::Progress &progress)
{
    return progress.phase.isEmpty() ? Json() : Json(progress.phase);
}

// As a beat tells them to the others, so that a job is the same wherever it is asked for.
double fractionJson(const Factorizer::Progress &progress)
{
    return std::floor(progress.fraction * 10'000) / 10'000;
}

Json etaJson(const Factorizer::Progress &progress)
{
    return progress.timeLeft ? Json(std::ceil(progress.timeLeft->count())) : Json();
}

Json jobJson(const Services &use, const Job &job)
{
    const Factorizer::Progress progress = use.jobs.progress(job);
    Json json{
        {u"id"_s, idText(job.id)},
        {u"n"_s, toText(job.n)},
        {u"state"_s, stateName(job.state)},
        {u"version"_s, job.version},
        {u"node"_s, job.node.isEmpty() ? Json() : Json(job.node)},
        {u"phase"_s, phaseJson(progress)},
        {u"progress"_s, fractionJson(progress)},
        {u"eta"_s, etaJson(progress)},
        {u"factors"_s, job.factors ? toJson(*job.factors) : Json()},
        {u"created_at"_s, toTime(job.createdAt)},
        {u"started_at"_s, toTime(job.startedAt)},
        {u"finished_at"_s, toTime(job.finishedAt)},
    };
    if (!job.detail.isEmpty())
        json = json.with(u"detail"_s, job.detail);
    if (job.givenUp) {
        json = json.with(u"found"_s, toJson(job.givenUp->factors)).with(u"remaining"_s, toJson(job.givenUp->remaining));
    }
    return json;
}

QString pathOf(const Job &job)
{
    return endpoints::factorizations + u'/' + idText(job.id);
}

QString idempotencyKey(const Request &request)
{
    const QString name = u"Idempotency-Key"_s;
    const QList<QByteArrayView> keys = request.head.values("idempotency-key");
    if (keys.size() > 1)
        throw Failure::unprocessable(name, u"is given more than once"_s);
    const QByteArrayView key = keys.isEmpty() ? QByteArrayView() : keys.first();
    if (!key.isValidUtf8()) // of which two would read alike
        throw Failure::unprocessable(name, u"is no text in UTF-8"_s);
    const QString text = QString::fromUtf8(key);
    if (text.size() > longestKey)
        throw Failure::unprocessable(name, u"is longer than %1 characters"_s.arg(longestKey));
    return text;
}

// The job, once it is over, or after `atMost`, or when the service stops. It is read at every tick, so that nothing
// depends on an announcement.
Task<Job> waitFor(Services &use, Job job, std::chrono::seconds atMost, std::stop_token stop)
{
    const auto until = std::chrono::steady_clock::now() + atMost;
    Jobs::Watch watch(use.jobs, idText(job.id), job);
    for (;;) {
        job = co_await watch.read(stop);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (job.isOver() || use.jobs.isStopping() || left <= 0ms)
            co_return job;
        co_await watch.next(std::min(left, readInterval), stop);
    }
}

// A number of any length is a long time.
std::chrono::seconds preferredWait(const Request &request)
{
    const QByteArray text = preference(request, "wait").value_or(QByteArray());
    const bool isNumber = !text.isEmpty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    const std::chrono::seconds longest = longestWait;
    if (!isNumber)
        return 0s;
    return text.size() > 9 ? longest : std::min(std::chrono::seconds(text.toUInt()), longest);
}

} // namespace

Task<Response> acceptJob(Services &use, mpz_class n, Request request)
{
    const QString key = idempotencyKey(request);
    const std::chrono::seconds wait = preferredWait(request);
    Job job;
    {
        const Timing::Span span(*request.timing, Timing::Database);
        job = co_await use.jobs.accept(n, key);
    }
    if (wait > 0s)
        job = co_await waitFor(use, job, wait, request.stop);
    Response response(jobJson(use, job));
    response.status = wait > 0s && job.isOver() ? 200 : 202;
    response.fields.append({"Location", request.from.prefix + pathOf(job).toLatin1()});
    QByteArrayList applied;
    if (preference(request, respondAsync))
        applied << respondAsync;
    if (wait > 0s)
        applied << "wait=" + QByteArray::number(qint64(wait.count()));
    if (!applied.isEmpty())
        response.fields.append({"Preference-Applied", applied.join(", ")});
    co_return response;
}

namespace {

Task<Response> postJob(Services &use, Request request)
{
    const mpz_class n = parseInteger(u"n"_s, bodyField(request, u"n"_s), use.options.maxDigits);
    const Response accepted = co_await acceptJob(use, n, request);
    co_return accepted;
}

Task<Json> listJobs(Services &use, Request request)
{
    JobFilter filter;
    if (const auto state = queryField(request, u"state"_s)) {
        filter.state = stateOf(*state);
        if (!filter.state)
            throw Failure::unprocessable(u"state"_s, u"is none of queued, running, done, failed, cancelled"_s);
    }
    filter.after = queryField(request, u"after"_s);
    const int limit = parseLimit(request, 100);
    filter.limit = limit + 1; // one more tells whether there is a next page
    const Timing::Span span(*request.timing, Timing::Database);
    QList<Job> jobs = co_await use.jobs.list(filter, request.stop);
    const bool isLast = jobs.size() <= limit;
    jobs.resize(std::min<qsizetype>(jobs.size(), limit));
    const auto toElement = [&use](const Job &job) { return jobJson(use, job); };
    const QString next = QString::fromLatin1(request.from.prefix) + endpoints::factorizations
        + u"?limit=%1&after=%2"_s.arg(limit).arg(jobs.isEmpty() ? QString() : idText(jobs.last().id))
        + (filter.state ? u"&state="_s + stateName(*filter.state) : QString());
    co_return Json{{u"data"_s, Json::array(jobs, toElement)}, {u"next"_s, isLast ? Json() : Json(next)}};
}

Task<Json> showJob(Services &use, Request request)
{
    const Timing::Span span(*request.timing, Timing::Database);
    const Job job = co_await use.jobs.find(request.arguments.first(), request.stop);
    co_return jobJson(use, job);
}

Task<Response> deleteJob(Services &use, Request request)
{
    const Timing::Span span(*request.timing, Timing::Database);
    co_await use.jobs.cancel(request.arguments.first());
    co_return Response(204, {}, {});
}

// The version that the client was told last. What can't be one is ignored, for a refusal would not help: an EventSource
// asks never again then.
std::optional<quint64> lastEventId(const Request &request)
{
    const QByteArrayView text = request.head.value("last-event-id");
    bool ok = text.size() <= longestEventId && http::allOf(text, http::isDigit);
    const quint64 version = ok ? text.toULongLong(&ok) : 0;
    return ok ? std::optional(version) : std::nullopt;
}

// Progress twice a second, of a queued job every two, so that no proxy takes the stream for dead, and the end under its
// own name: done, failed or cancelled. Who comes back is told at once what is another version than it knows (not a
// greater one: a failover may take versions back), and is not refused while the database is away, since an EventSource
// would ask never again; who knows the end already gets 204. Level-triggered, as the job is compared with what was told
// and read again at every tick: an end is told though nothing announced it.
Task<void> watchJob(Services &use, Request request, EventStream events)
{
    std::optional<quint64> known = lastEventId(request); // until the job was read
    Jobs::Watch watch(use.jobs, request.arguments.first());
    for (;;) {
        std::optional<Job> job;
        try {
            job = co_await watch.read(request.stop);
        } catch (const Failure &failure) {
            if (!known || !Jobs::isPassing(failure))
                throw;
        }
        const bool isOver = job && job->isOver();
        bool wantsMore = false;
        if (job && job->version != known) {
            const QByteArray name = isOver ? stateName(job->state).toLatin1() : QByteArray("progress");
            wantsMore = co_await events.send(QByteArray::number(job->version), name, jobJson(use, *job));
        } else if (!isOver) {
            wantsMore = co_await events.comment();
        }
        co_await watch.suspended();
        if (isOver || !wantsMore || use.jobs.isStopping())
            co_return;
        if (job)
            known.reset();
        const bool isQueued = job && job->state == JobState::Queued;
        co_await watch.next(isQueued ? queuedInterval : progressInterval, request.stop);
    }
}

Json nodeJson(const FleetNode &node)
{
    const auto seconds = [](std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); };
    const auto toElement = [](const JobProgress &job) {
        return Json{{u"id"_s, idText(job.task)},
                    {u"phase"_s, phaseJson(job.progress)},
                    {u"progress"_s, fractionJson(job.progress)},
                    {u"eta"_s, etaJson(job.progress)}};
    };
    return {
        {u"id"_s, idText(node.id)},
        {u"name"_s, node.name},
        {u"state"_s, node.state},
        {u"version"_s, node.version.isEmpty() ? Json() : Json(node.version)},
        {u"beat_age"_s, seconds(node.beatAge)},
        {u"heartbeat"_s, seconds(node.heartbeat)},
        {u"jobs"_s, Json::array(node.jobs, toElement)},
    };
}

Task<Json> showNodes(Services &use, Request request)
{
    const Timing::Span span(*request.timing, Timing::Database);
    const QList<FleetNode> nodes = co_await use.jobs.nodes(request.stop);
    co_return Json{{u"data"_s, Json::array(nodes, nodeJson)}};
}

} // namespace

void addJobRoutes(App &app, Services &use)
{
    const QString one = endpoints::factorizations + u"/<arg>"_s;
    app.route("POST", endpoints::factorizations, use, postJob);
    app.route("GET", endpoints::factorizations, use, listJobs);
    app.route("GET", one + u"/events"_s, use, watchJob);
    app.route("GET", one, use, showJob);
    app.route("DELETE", one, use, deleteJob);
    app.route("GET", endpoints::nodes, use, showNodes);
}

} // namespace openloop

// SPDX-License-Identifier: GPL-3.0-or-later
// Which measurement is shown, the present or a recording, and what views hear of it.
#include "gui/models/session.h"

#include "gui/models/words.h"
#include "gui/probe/measurement/live_source.h"
#include "gui/probe/measurement/recorded_source.h"
#include "gui/probe/samples/durations.h"

#include <algorithm>

namespace openloop::gui {

Session::Session(QObject *parent) : QObject(parent)
{
    show(std::make_unique<probe::LiveSource>(m_engine));
}

Session::~Session() = default;

void Session::open(const QList<probe::Target> &targets, const QList<probe::Rule> &rules)
{
    m_engine.stop();
    m_liveTargets = targets;
    m_rules = rules;
    m_engine.setTargets(targets);
    m_engine.start();
    show(std::make_unique<probe::LiveSource>(m_engine));
    if (!m_recordingPath.isEmpty())
        record(m_recordingPath);
    emit targetsChanged();
}

QString Session::openRecording(const QString &path, std::optional<qint64> session)
{
    m_measurement->flushRecording(); // it may be the file that is opened
    auto source = std::make_unique<probe::RecordedSource>(path, session);
    if (!source->error().isEmpty())
        return source->error();
    if (!source->hasSession())
        return tr("%1 holds no session").arg(path);
    m_engine.stop();
    show(std::move(source));
    emit targetsChanged();
    emit loadChanged();
    emit advanced();
    return {};
}

void Session::show(std::unique_ptr<probe::Source> source)
{
    m_measurement = std::make_unique<probe::Measurement>(std::move(source), m_rules);
    m_log.clear();
    for (const auto &event : m_measurement->events())
        m_log.add(shown(event));
    const auto *measurement = m_measurement.get();
    connect(measurement, &probe::Measurement::happened, this, &Session::onEvent);
    connect(measurement, &probe::Measurement::advanced, this, &Session::advanced);
    connect(measurement, &probe::Measurement::loadChanged, this, &Session::loadChanged);
    connect(measurement, &probe::Measurement::trustChanged, this, &Session::trustChanged);
}

void Session::onEvent(const probe::Event &event)
{
    m_log.add(shown(event));
    if (event.alerts() && event.what != probe::Event::What::Unwatched) // who changed that is here
        emit noteworthy(shown(event));
    if (event.what == probe::Event::What::NotRecorded || event.what == probe::Event::What::RecordedAgain)
        emit recordingChanged();
}

Event Session::shown(const probe::Event &event) const
{
    return {secondsAt(event.at), event.kind, event.target, wordsFor(event)};
}

void Session::setReplayNow(double seconds)
{
    if (isReplay())
        m_measurement->moveTo(seconds < end() ? instantAt(seconds) : m_measurement->end());
}

void Session::record(const QString &path)
{
    m_recordingPath = path;
    m_measurement->record(path, qOverload<const probe::Event &>(wordsFor));
    emit recordingChanged();
}

QString Session::recordingProblem() const
{
    const auto &problem = m_measurement->recordingProblem();
    return problem.isEmpty() ? QString()
                             : wordsFor(probe::Event{.what = probe::Event::What::NotRecorded, .text = problem});
}

void Session::setTargets(const QList<probe::Target> &targets)
{
    m_liveTargets = targets;
    if (!isReplay())
        m_measurement->setTargets(targets);
    emit targetsChanged();
}

void Session::setRules(const QList<probe::Rule> &rules)
{
    m_rules = rules;
    m_measurement->setRules(rules);
    emit targetsChanged();
}

double Session::secondsAt(probe::Instant instant) const
{
    return std::chrono::duration<double>(m_measurement->wallClock().at(instant).time_since_epoch()).count();
}

probe::Instant Session::instantAt(double seconds) const
{
    // A suspend is left out: it shifts the axis by its length, and the gap is drawn there.
    // 126 years either way: what nanoseconds in 64 bits can hold.
    const double sinceOrigin = std::clamp(seconds - beginning(), -4e9, 4e9);
    return m_measurement->origin()
        + std::chrono::duration_cast<probe::Nanoseconds>(std::chrono::duration<double>(sinceOrigin));
}

double Session::rate() const
{
    double sum = 0;
    for (const auto &target : targets())
        sum += 1000 / probe::toMilliseconds(target.interval);
    return sum;
}

void Session::setLoad(const QString &name, int n)
{
    if (const QString before = loadedTarget(); !before.isEmpty() && before != name)
        m_measurement->setLoad(before, 0);
    m_measurement->setLoad(name, n);
}

std::vector<LoadSpan> Session::loads() const
{
    std::vector<LoadSpan> spans;
    for (const auto &span : m_measurement->loads()) {
        spans.push_back({span.target, span.size, secondsAt(span.from), {}});
        if (span.to)
            spans.back().to = secondsAt(*span.to);
    }
    return spans;
}

QString Session::loadedTarget() const
{
    const auto *running = m_measurement->load();
    return running ? running->target : QString();
}

int Session::loadSize() const
{
    const auto *running = m_measurement->load();
    return running ? running->size : 0;
}

} // namespace openloop::gui

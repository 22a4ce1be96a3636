// SPDX-License-Identifier: GPL-3.0-or-later
// Empty bodies for what is declared but not written yet, so that everything links.
#include "gui/probe/assertion.h"
#include "gui/probe/blame.h"
#include "gui/probe/curl_command.h"
#include "gui/probe/durations.h"
#include "gui/probe/fetcher.h"
#include "gui/probe/headless.h"
#include "gui/probe/isolation.h"
#include "gui/probe/load_search.h"
#include "gui/probe/openapi.h"
#include "gui/probe/profile.h"
#include "gui/probe/rules.h"
#include "gui/probe/session_store.h"

namespace openloop::probe {

QString gapName(GapReason) { return {}; }
WallClock WallClock::now() { return {}; }
void WallClock::shift(Instant, Nanoseconds) { }
WallClock::Wall WallClock::at(Instant) const { return {}; }
QDateTime WallClock::dateTime(Instant) const { return {}; }

Parsed<Nanoseconds> parseDuration(const QString &) { return Nanoseconds(1); }
QString formatDuration(Nanoseconds) { return {}; }
double milliseconds(Nanoseconds d) { return std::chrono::duration<double, std::milli>(d).count(); }

Parsed<QList<Target>> targetsFromArgument(const QString &) { return QList<Target>(); }
Parsed<QList<Target>> targetsFromArguments(const QStringList &) { return QList<Target>(); }
QList<Target> serviceTargets(const QString &) { return {}; }
Target withUniqueName(Target target, const QList<Target> &) { return target; }
QString problemOf(const Target &) { return {}; }
QJsonObject toJson(const Target &) { return {}; }
Parsed<Target> targetFromJson(const QJsonObject &) { return Target(); }
QString toCurlCommand(const Target &) { return {}; }

QString outcomeName(Outcome) { return {}; }
PackedSample::PackedSample(const Sample &, Instant) { }
Sample PackedSample::unpacked(Instant) const { return {}; }

void Histogram::add(Nanoseconds, quint32) { }
void Histogram::merge(const Histogram &) { }
std::optional<Nanoseconds> Histogram::quantile(double) const { return {}; }
std::optional<Nanoseconds> Histogram::atRank(qint64) const { return {}; }
Nanoseconds Histogram::lowerBound(quint32) { return {}; }
Nanoseconds Histogram::upperBound(quint32) { return {}; }
QByteArray Histogram::toBytes() const { return {}; }
Histogram Histogram::fromBytes(const QByteArray &) { return {}; }

QString Quantile::text() const { return {}; }
QString Quantiles::p99Label() const { return {}; }
double Quantiles::errorShare() const { return 0; }
double Quantiles::availability() const { return 0; }
void Statistics::add(Outcome, Nanoseconds) { }
void Statistics::merge(const Statistics &) { }
Quantiles Statistics::quantiles() const { return {}; }
std::optional<Quantile> Statistics::quantile(double) const { return {}; }
Histogram Statistics::histogram() const { return {}; }
QByteArray Statistics::toBytes() const { return {}; }
Statistics Statistics::fromBytes(const QByteArray &) { return {}; }
Quantiles quantilesOf(std::span<const PackedSample>) { return {}; }

Series::Series(Instant origin, qsizetype capacity) : m_origin(origin), m_capacity(capacity) { }
void Series::add(const Sample &) { }
void Series::addGap(const Gap &) { }
void Series::add(const PackedSample &) { }
void Series::addRollup(qint64, const Statistics &) { }
Instant Series::begin() const { return m_origin; }
Instant Series::end() const { return m_origin; }
std::span<const PackedSample> Series::samples(Instant, Instant) const { return {}; }
Quantiles Series::quantiles(Instant, Instant) const { return {}; }
Statistics Series::statistics(Instant, Instant) const { return {}; }
QList<Column> Series::columns(Instant, Instant, int) const { return {}; }

class Engine::Private
{
public:
    QList<Target> targets;
    WallClock wall;
    Trust trust;
};
Engine::Engine(QObject *parent) : QObject(parent), m_private(std::make_unique<Private>()) { }
Engine::Engine(const Options &, QObject *parent) : Engine(parent) { }
Engine::~Engine() = default;
void Engine::setTargets(const QList<Target> &) { }
const QList<Target> &Engine::targets() const { return m_private->targets; }
void Engine::start() { }
void Engine::pause() { }
void Engine::resume() { }
void Engine::stop() { }
void Engine::finish() { }
Engine::State Engine::state() const { return {}; }
void Engine::setLoad(const QString &, int) { }
int Engine::load(const QString &) const { return 0; }
Instant Engine::origin() const { return {}; }
const WallClock &Engine::wallClock() const { return m_private->wall; }
const Trust &Engine::trust() const { return m_private->trust; }
Trust Engine::trustOfRun() const { return {}; }
const TargetBatch *Batch::find(const QString &) const { return nullptr; }

std::optional<double> Condition::valueOf(const Quantiles &, std::optional<double>) const { return {}; }
bool Condition::holds(const Quantiles &, std::optional<double>) const { return true; }
QString Condition::text() const { return {}; }
QString Condition::valueText(const Quantiles &, std::optional<double>) const { return {}; }
Parsed<Condition> parseCondition(const QString &) { return Condition(); }
Parsed<Assertion> parseAssertion(const QString &) { return Assertion(); }
QString Rule::text() const { return {}; }
Parsed<Rule> parseRule(const QString &) { return Rule(); }
std::optional<RuleEvent> RuleWatch::evaluate(Instant, const Series &, const QList<Instant> &, bool) { return {}; }

QString Ratio::text() const { return {}; }
QString phaseName(IsolationPhase) { return {}; }
QString isolationName(Isolation) { return {}; }
const TargetIsolation *IsolationVerdict::find(const QString &) const { return nullptr; }
void IsolationTest::start(Instant, const QList<Target> &) { }
void IsolationTest::abort() { }
void IsolationTest::add(const Batch &) { }
double IsolationTest::progress(Instant) const { return 0; }
IsolationRun::IsolationRun(Engine &engine, IsolationConfig config, QObject *parent)
    : QObject(parent), m_engine(engine), m_test(config)
{
}
IsolationRun::~IsolationRun() = default;
void IsolationRun::start() { }
void IsolationRun::abort() { }

class SessionRecorder::Writer
{
};
SessionRecorder::SessionRecorder(const QString &, QObject *parent) : QObject(parent) { }
SessionRecorder::SessionRecorder(const QString &, const Options &, QObject *parent) : QObject(parent) { }
SessionRecorder::~SessionRecorder() = default;
void SessionRecorder::begin(const QList<Target> &, Instant, const WallClock &) { }
void SessionRecorder::add(const Batch &) { }
void SessionRecorder::add(const LogEntry &) { }
void SessionRecorder::setTargets(const QList<Target> &) { }
void SessionRecorder::flush() { }
QString SessionRecorder::path() const { return {}; }
QString SessionRecorder::defaultPath() { return {}; }
class SessionReader::Database
{
};
SessionReader::SessionReader(const QString &) { }
SessionReader::~SessionReader() = default;
QString SessionReader::error() const { return {}; }
QList<SessionReader::Summary> SessionReader::sessions() const { return {}; }
Series SessionReader::series(qint64, const QString &) const { return Series(); }
void SessionReader::loadSamples(qint64, const QString &, Instant, Instant, Series &) const { }
QList<LogEntry> SessionReader::log(qint64) const { return {}; }
Batch SessionReader::batch(qint64, Instant, Instant) const { return {}; }

std::optional<int> LoadSearch::next() const { return {}; }
void LoadSearch::report(const LoadStep &) { }
LoadSearchRun::LoadSearchRun(Engine &engine, LoadSearchConfig config, QObject *parent)
    : QObject(parent), m_engine(engine), m_config(std::move(config)), m_search(m_config.maxN)
{
}
LoadSearchRun::~LoadSearchRun() = default;
void LoadSearchRun::start() { }
void LoadSearchRun::abort() { }

Parsed<Target> targetFromCurlCommand(const QString &) { return Target(); }
bool looksLikeCurlCommand(const QString &) { return false; }
Parsed<QList<Target>> targetsFromOpenApi(const QByteArray &, const QString &) { return QList<Target>(); }
QByteArray toJson(const Profile &) { return {}; }
Parsed<Profile> profileFromJson(const QByteArray &) { return Profile(); }
Parsed<Profile> loadProfile(const QString &) { return Profile(); }
QString saveProfile(const Profile &, const QString &) { return {}; }
QString defaultProfilePath() { return {}; }
class Fetcher::Private
{
};
Fetcher::Fetcher(QObject *parent) : QObject(parent) { }
Fetcher::~Fetcher() = default;
void Fetcher::fetch(const Target &, Done) { }
void Fetcher::get(const QString &, Done) { }
QList<ServerTiming> parseServerTiming(const QByteArray &) { return {}; }
Blame blameFor(const Sample &, const QList<Sample> &) { return {}; }
int runHeadless(QCoreApplication &) { return 0; }

} // namespace openloop::probe

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

} // namespace openloop::probe

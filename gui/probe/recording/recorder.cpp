// SPDX-License-Identifier: GPL-3.0-or-later
// Recording sessions, as the caller's thread sees it: hands everything to the writer's thread.
#include "common/paths.h"
#include "gui/probe/recording/writer.h"

#include <QDateTime>
#include <QSqlDatabase>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

SessionRecorder::SessionRecorder(const QString &path, QObject *parent) : SessionRecorder(path, Options(), parent) { }

SessionRecorder::SessionRecorder(const QString &path, const Options &options, QObject *parent) : QObject(parent)
{
    QSqlDatabase::isDriverAvailable(u"QSQLITE"_s); // loads the plugin here, once, before other threads want it
    m_writer = std::make_unique<Writer>(*this, path, options);
}

SessionRecorder::~SessionRecorder() = default;

void SessionRecorder::begin(const QList<Target> &targets, Instant origin, const WallClock &wall)
{
    m_writer->post([this, targets, origin, wall] { m_writer->begin(targets, origin, wall); });
}

void SessionRecorder::add(const Batch &batch)
{
    m_writer->post([this, batch] { m_writer->add(batch); });
}

void SessionRecorder::add(const LogEntry &entry)
{
    m_writer->post([this, entry] { m_writer->add(entry); });
}

void SessionRecorder::setTargets(const QList<Target> &targets)
{
    m_writer->post([this, targets] { m_writer->addTargets(targets); });
}

QString SessionRecorder::flush()
{
    return m_writer->flush();
}

QString SessionRecorder::path() const
{
    return m_writer->path;
}

QString SessionRecorder::problemWith(const QString &path)
{
    return SessionFile(path, SessionFile::Mode::Write).error();
}

QString SessionRecorder::defaultPath()
{
    return paths::dataFile(
        u"session-%1.sqlite"_s.arg(QDateTime::currentDateTime().toString(u"yyyy-MM-dd-HHmmss-zzz"_s)));
}

} // namespace openloop::probe

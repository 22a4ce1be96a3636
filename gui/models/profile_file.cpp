// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps what it does not know when it reads and writes the profile.
#include "gui/models/profile_file.h"

#include "gui/models/export.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// Adds to `ours` the members of `written` that are neither in it nor in `understood`.
QJsonObject withForeign(QJsonObject ours, const QJsonObject &written, const QJsonObject &understood)
{
    for (auto member = written.begin(); member != written.end(); ++member) {
        if (!ours.contains(member.key()) && !understood.contains(member.key()))
            ours[member.key()] = member.value();
    }
    return ours;
}

QJsonArray withForeignMembers(QJsonArray targets, const QJsonArray &written)
{
    for (const auto &value : written) {
        const auto before = probe::targetFromJson(value.toObject());
        for (auto target : targets) {
            if (before && target.toObject()[u"name"_s].toString() == before->name)
                target = withForeign(target.toObject(), value.toObject(), probe::toJson(*before));
        }
    }
    return targets;
}

} // namespace

ProfileFile::ProfileFile(const QString &path) : m_path(path)
{
    if (!QFileInfo::exists(path))
        return;
    const auto read = probe::loadProfile(path);
    if (!read) {
        setAside(read.error);
        return;
    }
    m_profile = *read;
    QFile file(path);
    if (file.open(QIODevice::ReadOnly))
        m_written = QJsonDocument::fromJson(file.readAll()).object();
}

void ProfileFile::setAside(const QString &problem)
{
    QString kept = m_path + u".broken"_s;
    for (int number = 2; QFileInfo::exists(kept); ++number)
        kept = u"%1.broken-%2"_s.arg(m_path, QString::number(number));
    m_mayWrite = QFile::rename(m_path, kept);
    m_problem = problem + u"\n\n"_s
        + (m_mayWrite ? tr("The file is now %1; this window begins with its own settings.").arg(kept)
                      : tr("The file stays as it is; what is changed in this window is not saved."));
}

QString ProfileFile::save(const probe::Profile &profile) const
{
    if (!m_mayWrite)
        return {};
    QJsonObject object = QJsonDocument::fromJson(probe::toJson(profile)).object();
    object[u"targets"_s] = withForeignMembers(object[u"targets"_s].toArray(), m_written[u"targets"_s].toArray());
    object[u"window"_s] = withForeign(object[u"window"_s].toObject(), m_written[u"window"_s].toObject(), {});
    const QByteArray json = QJsonDocument(withForeign(object, m_written, {})).toJson();
    return writeWhole(m_path, json);
}

} // namespace openloop::gui

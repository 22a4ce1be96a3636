// SPDX-License-Identifier: GPL-3.0-or-later
// The XDG variables, with what they default to.
#include "common/paths.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

using namespace Qt::Literals::StringLiterals;

namespace openloop::paths {

namespace {

const QString folder = u"openloop"_s;

QString fileIn(QStandardPaths::StandardLocation location, const QString &name)
{
    const QDir base(QStandardPaths::writableLocation(location));
    base.mkpath(folder);
    return base.filePath(folder + u'/' + name);
}

} // namespace

QString dataFile(const QString &name)
{
    return fileIn(QStandardPaths::GenericDataLocation, name);
}

QString configFile(const QString &name)
{
    for (const QString &base : QStandardPaths::standardLocations(QStandardPaths::GenericConfigLocation)) {
        const QFileInfo ours(QDir(base).filePath(folder));
        const QString path = ours.filePath() + u'/' + name;
        if (QFileInfo::exists(path) || (ours.isDir() && !ours.isExecutable()))
            return path;
    }
    return {};
}

QString writableConfigFile(const QString &name)
{
    return fileIn(QStandardPaths::GenericConfigLocation, name);
}

} // namespace openloop::paths

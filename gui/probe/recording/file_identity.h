// SPDX-License-Identifier: GPL-3.0-or-later
// Which file a path leads to: two spellings of one, and one that was removed or replaced while it was written.
#pragma once

#include <QFile>

#include <optional>
#include <sys/stat.h>
#include <utility>

namespace openloop::probe {

/// Device and inode.
using FileIdentity = std::pair<dev_t, ino_t>;

/// Of the file that is there now, through links; nothing: none, or a pipe or a device.
inline std::optional<FileIdentity> identityOf(const QString &path)
{
    struct stat status{};
    if (::stat(QFile::encodeName(path).constData(), &status) != 0 || !S_ISREG(status.st_mode))
        return {};
    return FileIdentity(status.st_dev, status.st_ino);
}

} // namespace openloop::probe

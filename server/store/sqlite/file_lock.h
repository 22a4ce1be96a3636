// SPDX-License-Identifier: GPL-3.0-or-later
// One server per SQLite file: the queue in it has one owner.
#pragma once

#include <QString>

namespace openloop {

/// Locks `<file>.lock`, beside the file that the path leads to through all links. The kernel lets go of it when the
/// process ends, however it ends; the lock's file stays, as its removal could not be told from another's new one.
class FileLock
{
public:
    /// Throws StartFailure where another has it, or the folder can't be used.
    explicit FileLock(const QString &file);
    ~FileLock();
    Q_DISABLE_COPY_MOVE(FileLock)

private:
    int m_descriptor = -1;
};

} // namespace openloop

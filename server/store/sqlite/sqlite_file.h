// SPDX-License-Identifier: GPL-3.0-or-later
// A file can be deleted or replaced under a process that has it open: what is written then is lost.
#pragma once

#include <QByteArray>
#include <QString>

#include <mutex>
#include <optional>

#include <sys/types.h>

namespace openloop {

/// The SQLite file of one store, and the log beside it, by device and inode: those that its connections have open. Any
/// thread.
class SqliteFile
{
public:
    explicit SqliteFile(const QString &path);

    /// For as long as a connection is opened, or closed: one at a time, lest one that has opened another log than the
    /// others be the last to close. The last one writes its log into the database, and the others' would be lost.
    std::unique_lock<std::recursive_mutex> alone() { return std::unique_lock(m_alone); }

    /// A connection is about to be opened: throws SqlError if it would not use what the others use. The first one may
    /// make the file.
    void enter();
    /// It was closed. After the last one the log may be another, the file never.
    void leave();

    /// For who has entered and opened: throws SqlError unless the path leads to the file, and the log's path to the
    /// log, that all of them use.
    void check();

private:
    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        bool operator==(const Identity &) const = default;
    };
    struct Beside { // a file beside the database, of which SQLite makes another only when nobody has it open
        const char *ending;
        std::optional<Identity> identity;
    };

    static std::optional<Identity> identityOf(const QByteArray &path);
    void checkFile();
    void checkLog();

    const QByteArray m_path;
    QByteArray m_target; ///< through all links
    std::recursive_mutex m_alone;
    std::mutex m_mutex; ///< guards what follows, and is held while the file system is asked
    std::optional<Identity> m_file;
    Beside m_beside[2]{{"-wal", {}}, {"-shm", {}}};
    int m_open = 0;
};

} // namespace openloop

// SPDX-License-Identifier: GPL-3.0-or-later
// flock(2), not on the database itself: closing any descriptor of that would drop the locks that SQLite has on it.
#include "server/store/sqlite/file_lock.h"

#include "common/start_failure.h"

#include <QFile>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

/// The file that the path leads to, which need not exist yet.
QByteArray target(const QString &file)
{
    std::filesystem::path path(QFile::encodeName(file).toStdString());
    std::error_code error;
    for (int links = 0; links < 40 && std::filesystem::is_symlink(path, error); ++links)
        path = path.parent_path() / std::filesystem::read_symlink(path, error);
    const auto folder = std::filesystem::canonical(path.has_parent_path() ? path.parent_path() : ".", error);
    return QByteArray::fromStdString((error ? path : folder / path.filename()).string());
}

} // namespace

FileLock::FileLock(const QString &file)
{
    const QByteArray path = target(file) + ".lock";
    m_descriptor = ::open(path.constData(), O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
    if (m_descriptor >= 0 && ::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0)
        return;
    const int code = errno;
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (code == EWOULDBLOCK)
        throw StartFailure(u"another server uses the database sqlite:%1, which is one server's only"_s.arg(file));
    throw StartFailure(u"cannot use the database sqlite:%1: %2: %3"_s.arg(file, QFile::decodeName(path),
                                                                          QString::fromLocal8Bit(std::strerror(code))));
}

FileLock::~FileLock()
{
    ::close(m_descriptor);
}

} // namespace openloop

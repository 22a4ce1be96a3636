// SPDX-License-Identifier: GPL-3.0-or-later
// A number alone is no process: it is given again, so the time of its start is compared as well.
#include "server/jobs/queue/process.h"

#include <QByteArray>
#include <QFile>

#include <cerrno>
#include <csignal>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::queue {

namespace {

struct Stat {
    char state = '?';
    std::uint64_t started = 0;
};

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// proc(5): "pid (name) state ppid ...", the 22nd field is the start; a name may have blanks and parentheses.
std::optional<Stat> statOf(const QString &process)
{
    const QByteArray text = contents(u"/proc/"_s + process + u"/stat"_s);
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    constexpr int startedField = 22 - 3;
    if (text.isEmpty() || fields.size() <= startedField || fields[0].isEmpty())
        return {};
    return Stat{fields[0][0], fields[startedField].toULongLong()};
}

} // namespace

Process thisProcess()
{
    Process process;
    struct stat space = {};
    const auto self = statOf(u"self"_s);
    const QByteArray bootId = contents(u"/proc/sys/kernel/random/boot_id"_s).trimmed();
    if (!self || bootId.isEmpty() || ::stat("/proc/self/ns/pid", &space) != 0)
        return process;
    process.bootId = bootId.toStdString();
    process.pidNamespace = space.st_ino;
    process.pid = ::getpid();
    process.started = self->started;
    return process;
}

bool hasEnded(const Process &process)
{
    if (process.pid <= 0)
        return false;
    if (::kill(pid_t(process.pid), 0) != 0 && errno == ESRCH)
        return true;
    const auto stat = statOf(QString::number(process.pid));
    return stat && (stat->started != process.started || stat->state == 'Z' || stat->state == 'X');
}

} // namespace openloop::queue

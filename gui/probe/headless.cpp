// SPDX-License-Identifier: GPL-3.0-or-later
// See headless.h.
#include "gui/probe/headless.h"

#include "gui/probe/file_descriptor.h"
#include "gui/probe/headless_run.h"

#include <QCoreApplication>
#include <QFile>
#include <QSocketNotifier>

#include <csignal>
#include <sys/signalfd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe
{

namespace
{

/// SIGINT and SIGTERM as readable bytes. Made before any thread, so that all of them leave the signals to it.
FileDescriptor terminationSignals()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return FileDescriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

/// False, with a line on standard error, when the file can't be written.
bool write(const QString &path, const QByteArray &bytes)
{
    if (path.isEmpty())
        return true;
    if (path == "-"_L1) {
        print(stdout, QString::fromUtf8(bytes));
        return true;
    }
    QFile file(path); // not QSaveFile: the path may be a pipe or /dev/stderr
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush())
        return true;
    print(stderr, u"openloop-monitor: %1: %2\n"_s.arg(path, file.errorString()));
    return false;
}

} // namespace

int runHeadless(QCoreApplication &application)
{
    const auto request = parseHeadlessArguments(application.arguments());
    if (!request) {
        print(stderr, u"openloop-monitor: %1\nTry --help.\n"_s.arg(request.error));
        return static_cast<int>(ExitCode::Usage);
    }
    if (!request->options) {
        print(stdout, request->print);
        return 0;
    }
    const auto &options = *request->options;
    const auto signalsFd = terminationSignals();
    QSocketNotifier notifier(signalsFd.get(), QSocketNotifier::Read);
    HeadlessRun run(options);
    QObject::connect(&notifier, &QSocketNotifier::activated, &run, [&] {
        signalfd_siginfo info{};
        if (::read(signalsFd.get(), &info, sizeof info) == sizeof info)
            run.interrupt();
    });
    run.start();
    application.exec();

    const auto report = run.report();
    const bool toStdout = options.json == "-"_L1 || options.junit == "-"_L1;
    print(toStdout ? stderr : stdout, toTable(report));
    const bool jsonWritten = write(options.json, toJson(report));
    const bool junitWritten = write(options.junit, toJUnit(report));
    return static_cast<int>(jsonWritten && junitWritten ? report.exitCode() : ExitCode::Usage);
}

} // namespace openloop::probe

// SPDX-License-Identifier: GPL-3.0-or-later
// Opens what is to be written before it measures, listens to signals, turns the report into an exit code.
#include "gui/probe/headless/headless.h"

#include "gui/probe/engine/file_descriptor.h"
#include "gui/probe/headless/exit_code.h"
#include "gui/probe/headless/run.h"
#include "gui/probe/recording/file_identity.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

/// SIGINT and SIGTERM, and what asks a run without an end to read its profile again, as readable bytes. Made before any
/// thread, so that all of them leave the signals to it.
FileDescriptor awaitedSignals(bool isEndless)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (isEndless)
        sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return FileDescriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

void complain(const QString &problem)
{
    print(stderr, u"openloop-monitor: %1\n"_s.arg(problem));
}

/// Where a report goes: nowhere, standard output, a file. The file is opened before the run, and keeps what it holds
/// until the run has begun.
class Outlet
{
public:
    explicit Outlet(const QString &path)
        : m_file(path), m_isDevice(QFileInfo::exists(path) && !QFileInfo(path).isFile()),
          m_opened(isStdout() || path.isEmpty() || m_file.open(m_isDevice ? QIODevice::WriteOnly : QIODevice::Append)),
          m_identity(identityOf(path))
    {
    }

    bool isStdout() const { return m_file.fileName() == "-"_L1; }
    bool isOpen() const { return m_opened; }
    QString problem() const { return u"%1: %2"_s.arg(m_file.fileName(), m_file.errorString()); }
    /// True where what was written can be replaced: pipes and devices have passed it on.
    bool isReplaceable() const { return m_file.isOpen() && !m_isDevice && m_kept; }

    /// Returns why not all of it could be written, which standard error is told as well; empty: it could.
    QString write(const QByteArray &bytes)
    {
        if (isStdout())
            return writeOut(QString::fromUtf8(bytes));
        if (!m_file.isOpen())
            return {};
        const bool isThere = m_isDevice || identityOf(m_file.fileName()) == m_identity;
        m_kept = isThere && (m_isDevice || m_file.resize(0)) && m_file.write(bytes) == bytes.size() && m_file.flush();
        if (m_kept)
            return {};
        const auto why = isThere ? problem() : u"%1: removed or replaced during the run"_s.arg(m_file.fileName());
        complain(why);
        return why;
    }

    /// What a file is to hold while there is no report yet; pipes and devices are told nothing.
    bool begin(const QByteArray &bytes) { return isStdout() || m_isDevice || write(bytes).isEmpty(); }

    /// As write() returns it.
    static QString writeOut(const QString &text)
    {
        if (print(stdout, text))
            return {};
        const auto problem = u"standard output: %1"_s.arg(qt_error_string(errno));
        complain(problem);
        return problem;
    }

private:
    QFile m_file; ///< not QSaveFile: the path may be a pipe or /dev/stderr
    bool m_isDevice;
    bool m_opened;
    std::optional<FileIdentity> m_identity; ///< when it was opened
    bool m_kept = false;
};

/// All forms of the report, each of which says which other got lost.
ExitCode handOver(RunReport report, Outlet &json, Outlet &junit)
{
    using Form = QByteArray (*)(const RunReport &);
    const std::array<std::pair<Outlet *, Form>, 2> forms{{{&json, toJson}, {&junit, toJUnit}}};
    const auto note = [&](const QString &problem) {
        if (!problem.isEmpty())
            report.lost << problem;
    };
    // Standard output comes last, because what it was told stays.
    for (const bool isStdout : {false, true}) {
        for (const auto &[outlet, form] : forms) {
            if (outlet->isStdout() == isStdout)
                note(outlet->write(form(report)));
        }
    }
    if (json.isStdout() || junit.isStdout())
        print(stderr, toTable(report));
    else
        note(Outlet::writeOut(toTable(report)));
    for (const auto &[outlet, form] : forms) {
        if (!report.lost.isEmpty() && outlet->isReplaceable())
            outlet->write(form(report));
    }
    return report.exitCode();
}

/// The command line is read as at the start, which is what a profile is a part of.
void readAgain(HeadlessRun &run)
{
    const auto arguments = QCoreApplication::arguments();
    const auto request = parseHeadlessArguments(arguments);
    const auto problem = request ? run.replace(*request->options) : request.error;
    if (!request || !problem.isEmpty())
        run.refuseReplacement();
    complain(problem.isEmpty() ? u"read again"_s : problem + u"; what was read before stays"_s);
}

ExitCode run(QCoreApplication &application, const HeadlessOptions &options)
{
    Outlet json(options.json), junit(options.junit);
    for (const auto *outlet : {&json, &junit}) {
        if (!outlet->isOpen()) {
            complain(outlet->problem());
            return ExitCode::Usage;
        }
    }
    if (const auto problem = options.record.isEmpty() ? QString() : SessionRecorder::problemWith(options.record);
        !problem.isEmpty()) {
        complain(u"can't record to "_s + problem);
        return ExitCode::Usage;
    }
    const auto signalsFd = awaitedSignals(options.alwaysOn.isEndless);
    QSocketNotifier notifier(signalsFd.get(), QSocketNotifier::Read);
    HeadlessRun run(options);
    QObject::connect(&notifier, &QSocketNotifier::activated, &run, [&] {
        signalfd_siginfo info{};
        if (::read(signalsFd.get(), &info, sizeof info) != sizeof info)
            return;
        if (info.ssi_signo == SIGHUP)
            readAgain(run);
        else
            run.interrupt();
    });
    if (const auto problem = run.listen(); !problem.isEmpty()) {
        complain(problem);
        return ExitCode::Usage;
    }
    run.start();
    // Whoever kills this process is not to find the report of an earlier run that passed.
    const auto begun = run.report();
    if (!json.begin(toJson(begun)) || !junit.begin(toJUnit(begun)))
        return ExitCode::Usage;
    application.exec();

    return handOver(run.report(), json, junit);
}

} // namespace

int runHeadless(QCoreApplication &application)
{
    const auto request = parseHeadlessArguments(application.arguments());
    if (!request) {
        complain(request.error + u"\nTry --help."_s);
        return static_cast<int>(ExitCode::Usage);
    }
    const auto code = request->options               ? run(application, *request->options)
        : Outlet::writeOut(request->print).isEmpty() ? ExitCode::Kept
                                                     : ExitCode::Usage;
    return static_cast<int>(code);
}

} // namespace openloop::probe

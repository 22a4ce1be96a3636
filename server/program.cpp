// SPDX-License-Identifier: GPL-3.0-or-later
// Options, then services, then routes, then the loop; what is declared later goes first.
#include "server/program.h"

#include "common/start_failure.h"
#include "common/stop_signals.h"
#include "common/thread_priority.h"
#include "server/http/app.h"
#include "server/loop/loop_lag.h"
#include "server/loop/stall_watch.h"
#include "server/program/check.h"
#include "server/program/handed_over.h"
#include "server/program/reading_again.h"
#include "server/program/service_manager.h"
#include "server/program/watchdog.h"
#include "server/routes/figures.h"
#include "server/routes/guard.h"
#include "server/services.h"
#include "server/settings/command_line.h"
#include "server/settings/descriptors.h"
#include "server/settings/drain.h"
#include "server/settings/usage_error.h"
#include "server/store/sqlite/backup.h"
#include "server/telemetry/access_log.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"
#include "server/upstream/stand_in.h"

#include <QCoreApplication>
#include <QLoggingCategory>
#include <QTimer>

#include <openssl/crypto.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

Q_LOGGING_CATEGORY(log, "openloop.program")

constexpr int cannotStart = 1;
constexpr int badUsage = 2;

void print(std::FILE *file, const QString &text)
{
    std::fputs(qUtf8Printable(text), file);
    std::fflush(file);
}

// Where standard output is the answer, one that is lost is a failure.
int ended(int exitCode)
{
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return exitCode;
    print(stderr, u"openloop-server: standard output: %1\n"_s.arg(qt_error_string(errno)));
    return cannotStart;
}

int complain(int exitCode, const char *text)
{
    print(stderr, u"openloop-server: %1\n"_s.arg(QString::fromUtf8(text)));
    return exitCode;
}

QString addressOf(const http::ListeningSocket &socket, bool isEncrypted)
{
    if (socket.address().isUnix())
        return socket.address().toString();
    QUrl url;
    url.setScheme(isEncrypted ? u"https"_s : u"http"_s);
    url.setHost(socket.address().toString());
    url.setPort(socket.port());
    return url.toString();
}

// Of each loop: it is served before those who compute, it counts its requests, and says so when it stands still.
class Attendant final : public http::Attendant
{
public:
    /// metrics: null: nothing is counted.
    Attendant(int loop, StallLog &stalls, AccessLog &accessLog, Metrics *metrics)
        : m_accessLog(accessLog), m_watch(stalls, loop)
    {
        raiseThreadPriority();
        if (!metrics)
            return;
        m_figures = metrics->addLoop();
        m_lag.emplace([figures = m_figures](LoopLag::Clock::duration lag) { figures->countLag(lag); });
    }
    void finished(const http::Finished &finished) override
    {
        if (m_figures)
            m_figures->count(finished);
        m_accessLog.note(finished);
        const http::Request &request = finished.request;
        m_watch.answered(request.head.method(), finished.route, request.trace.id());
    }
    void refused(const http::Finished &refused) override
    {
        if (m_figures)
            m_figures->countRefusal(refused.status);
        m_accessLog.note(refused);
    }

private:
    AccessLog &m_accessLog;
    std::shared_ptr<LoopFigures> m_figures;
    std::optional<LoopLag> m_lag;
    StallWatch m_watch;
};

void guard(http::App &app, const Options &options, const ReadingAgain &files)
{
    // Beyond loopback a page would need the token: names are judged there if they are given.
    const bool judges = options.listen.isLocal() || !options.allowedHosts.isEmpty();
    app.setGuard([&options, judges, tokens = files.tokens()](const http::Request &request) {
        if (judges)
            checkOrigin(request, options.allowedHosts, options.crossOrigin);
        if (tokens && !options.crossOrigin.isPreflight(request.head))
            checkToken(request, *tokens->current(), options.privateDocs);
    });
}

http::Listener::Settings settingsOf(const Options &options, const ReadingAgain &files)
{
    http::Listener::Settings settings;
    settings.tls = files.certificate();
    settings.proxies = options.trustedProxies;
    // Of what is repeated of a client's input nothing is taken for a page or a script, and no other page embeds it.
    settings.fixedFields = http::FixedFields(
        {{"X-Content-Type-Options", "nosniff"}, {"Cross-Origin-Resource-Policy", "same-origin"}}, options.crossOrigin);
    return settings;
}

int serve(Options options, std::optional<http::ListeningSocket> socket, ServiceManager &manager, const Program &program)
{
    std::signal(SIGHUP, SIG_IGN); // until there is something to be read again
    http::Limits limits = program.limits;
    fitToDescriptors(options, limits);
    Drain drain; // first: it bounds the end of all that follows
    if (options.nodeName.isEmpty()) { // that has the port, and any free one is to be taken
        socket.emplace(options.listen, options.port);
        options.nodeName = nodeNameOf(options.listen, socket->port());
    }
    std::optional<StandIn> standIn;
    if (options.upstream.isEmpty())
        standIn.emplace();
    Services services{
        options,
        Upstream({standIn ? standIn->url() : options.upstream, options.upstreamTimeout, options.upstreamConcurrency,
                  options.upstreamHttp2, options.upstreamCa}),
        Store(options.database, options.databaseConnections),
        FactoringPool({options.cpuThreads, options.cpuQueue, options.factorizeTimeout, program.atProgress,
                       options.cpuNice, program.mostCurves}),
        program.queueRules,
    };
    AccessLog accessLog(options.accessLines);
    std::optional<Metrics> metrics;
    http::App app(limits, options.loops);
    program.addRoutes(app, services);
    if (program.measures)
        addFigures(app, metrics.emplace(), services);
    ReadingAgain files(options);
    http::Listener::Settings settings = settingsOf(options, files);
    settings.showsTiming = program.measures;
    app.setSettings(std::move(settings));
    guard(app, options, files);
    app.setAttendants([&](int loop) {
        return std::make_unique<Attendant>(loop, services.stalls, accessLog, metrics ? &*metrics : nullptr);
    });
    if (!socket)
        socket.emplace(options.listen, options.port);
    const QString address = addressOf(*socket, !options.tlsCertificate.isEmpty());
    app.listen(std::move(*socket));
    services.jobs.start();
    const QString listening = u"listening on "_s + address;
    const auto stop = [&](int signal) {
        services.draining = true;
        manager.stopping(
            u"SIG%1: %2 requests are to be answered"_s.arg(QLatin1String(::sigabbrev_np(signal))).arg(app.inFlight()));
        qCInfo(log, "SIG%s: stops; requests are taken for %lld ms more", ::sigabbrev_np(signal),
               qint64(options.drainDelay.count()));
        QTimer::singleShot(options.drainDelay, qApp, [&] {
            services.jobs.stop();
            drain.begin(app, options.drainTimeout, program.longestFarewell);
        });
    };
    const StopSignals signalled([&] { stop(signalled.number()); },
                                [&] {
                                    manager.reloading();
                                    const QString trouble = files.now();
                                    manager.ready(trouble.isEmpty() ? listening
                                                                    : listening + u"; not read again: "_s + trouble);
                                });
    const Watchdog watchdog(app, manager);
    qCInfo(log, "openloop-server %s listens on %s as %s", OPENLOOP_VERSION, qUtf8Printable(address),
           qUtf8Printable(options.nodeName));
    print(stdout, u"openloop-server %1\n"_s.arg(listening));
    manager.ready(listening);
    const int exitCode = QCoreApplication::exec();
    if (app.inFlight() > 0)
        qCWarning(log, "the time to drain is over; requests that are stopped: %d", app.inFlight());
    return exitCode;
}

} // namespace

int runServer(int argc, char **argv, const Program &program)
{
    qputenv("QT_NO_GLIB", "1"); // a fifth less work per connection
    // A limit on the size of files, or a log whose reader is gone, is an error of write(2), not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    // A QThread is waited for until its run() is over, not until it is gone: what OpenSSL frees at the end of a process
    // would be freed beside what it frees at the end of a thread.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    raiseDescriptorLimit();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"openloop-server"_s);
    try {
        ServiceManager manager;
        std::optional<http::ListeningSocket> socket = handedOverSocket();
        const CommandLine line = readCommandLine(QCoreApplication::arguments(), socket ? &*socket : nullptr);
        if (line.action == CommandLine::Action::Check)
            return ended(check(line, program.limits) ? 0 : cannotStart);
        if (line.action == CommandLine::Action::BackUp) {
            backUp(line.options.database, line.text);
            return 0;
        }
        if (line.action != CommandLine::Action::Serve) {
            print(stdout, line.text);
            return ended(0);
        }
        startLog(line.options.logFormat);
        const int exitCode = serve(line.options, std::move(socket), manager, program);
        qCInfo(log, "stopped, exit code %d", exitCode);
        return exitCode;
    } catch (const UsageError &error) {
        return complain(badUsage, error.what());
    } catch (const StartFailure &error) {
        return complain(cannotStart, error.what());
    } catch (const std::system_error &error) {
        return complain(cannotStart, error.what());
    }
}

} // namespace openloop

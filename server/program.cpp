// SPDX-License-Identifier: GPL-3.0-or-later
// See program.h. Options, then services, then routes, then the loop; what is declared later goes first.
#include "server/program.h"

#include "common/endpoints.h"
#include "common/start_failure.h"
#include "common/stop_signals.h"
#include "server/http/app.h"
#include "server/http/listener.h"
#include "server/loop/stall_watch.h"
#include "server/routes/guard.h"
#include "server/services.h"
#include "server/settings/descriptors.h"
#include "server/settings/tls.h"
#include "server/telemetry/log.h"
#include "server/telemetry/metrics.h"
#include "server/upstream/stand_in.h"

#include <QCoreApplication>
#include <QTimer>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <system_error>
#include <thread>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr int cannotStart = 1;
constexpr int badUsage = 2;
constexpr int endedByForce = 1;

void print(std::FILE *file, const QString &text)
{
    std::fputs(qUtf8Printable(text), file);
    std::fflush(file);
}

int complain(int exitCode, const char *text)
{
    print(stderr, u"openloop-server: %1\n"_s.arg(QString::fromUtf8(text)));
    return exitCode;
}

QString addressOf(const Options &options, quint16 port)
{
    QUrl url;
    url.setScheme(options.tlsCertificate.isEmpty() ? u"http"_s : u"https"_s);
    url.setHost(options.listen.toString());
    url.setPort(port);
    return url.toString();
}

void guard(http::App &app, const Options &options)
{
    app.setGuard([&options](const http::Request &request) {
        if (options.listen.isLoopback())
            checkOrigin(request);
        checkToken(request, options.token);
    });
}

void listen(http::App &app, const Options &options)
{
    if (!options.tlsCertificate.isEmpty())
        app.listener().encrypt(readTlsFiles(options.tlsCertificate, options.tlsKey));
    if (!app.listen(options.listen, options.port)) {
        throw StartFailure(u"cannot listen on %1 port %2: %3"_s.arg(options.listen.toString())
                               .arg(options.port)
                               .arg(app.listener().errorString()));
    }
}

// The end of a process of which a part does not end: a computation that ignores its stop, a kernel call that hangs.
class Farewell
{
public:
    void begin(std::chrono::milliseconds atMost)
    {
        m_thread = std::jthread([atMost](const std::stop_token &stop) {
            std::mutex mutex;
            std::condition_variable_any ended;
            std::unique_lock lock(mutex);
            ended.wait_for(lock, stop, atMost, [] { return false; });
            if (stop.stop_requested())
                return;
            std::fputs("openloop-server: something does not end when told to stop; the process ends without it\n",
                       stderr);
            std::_Exit(endedByForce);
        });
    }

private:
    std::jthread m_thread;
};

// Says no to new clients, lets the others have their answers, and leaves the loop.
void drain(http::App &app, Services &services, const Program &program, Farewell &farewell)
{
    farewell.begin(services.options.drainTimeout + program.longestFarewell);
    services.draining = true;
    services.jobs.stop();
    QObject::connect(&app.listener(), &http::Listener::emptied, qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    QTimer::singleShot(services.options.drainTimeout, qApp, &QCoreApplication::quit);
    app.listener().drain();
}

http::Response showMetrics(Metrics &metrics, const http::Request &)
{
    return {200, "text/plain; version=0.0.4; charset=utf-8", metrics.text()};
}

int serve(Options options, const Program &program)
{
    http::Limits limits = program.limits;
    fitToDescriptors(options, limits);
    Farewell farewell; // first: it bounds the end of all that follows
    std::optional<StandIn> standIn;
    if (options.upstream.isEmpty())
        standIn.emplace();
    Services services{
        options,
        Upstream({standIn ? standIn->url() : options.upstream, options.upstreamTimeout, options.upstreamConcurrency}),
        Store(options.database, options.databaseConnections),
        Cpu({options.cpuThreads, options.cpuQueue, options.factorizeTimeout, program.atProgress}),
    };
    http::App app(limits);
    program.addRoutes(app, services);
    std::optional<Metrics> metrics;
    if (program.measures) {
        metrics.emplace(app, services);
        app.route("GET", endpoints::metrics, *metrics, showMetrics);
    }
    app.listener().showTiming(program.measures);
    guard(app, options);
    services.jobs.resume();
    listen(app, options);
    const StopSignals onStop([&] { drain(app, services, program, farewell); });
    const StallWatch watch;
    print(stdout, u"openloop-server listening on %1\n"_s.arg(addressOf(options, app.listener().serverPort())));
    return QCoreApplication::exec();
}

} // namespace

int runServer(int argc, char **argv, const Program &program)
{
    qputenv("QT_NO_GLIB", "1"); // a fifth less work per connection
    raiseDescriptorLimit();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"openloop-server"_s);
    try {
        const CommandLine line = readCommandLine(QCoreApplication::arguments());
        if (line.action != CommandLine::Action::Serve) {
            print(stdout, line.text);
            return 0;
        }
        startLog(line.options.logFormat);
        return serve(line.options, program);
    } catch (const UsageError &error) {
        return complain(badUsage, error.what());
    } catch (const StartFailure &error) {
        return complain(cannotStart, error.what());
    } catch (const std::system_error &error) {
        return complain(cannotStart, error.what());
    }
}

} // namespace openloop

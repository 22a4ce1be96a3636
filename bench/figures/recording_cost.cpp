// SPDX-License-Identifier: GPL-3.0-or-later
// What a long measurement costs: 24 h of 20 targets at 10 Hz in memory, and the time until its recording is on screen.
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/panels/targets_panel.h"
#include "gui/window/main_window.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTextStream>

#include <cmath>

using namespace openloop;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr int targetCount = 20;
constexpr auto stretch = 60s; // per batch

QList<probe::Target> targets()
{
    QList<probe::Target> result;
    for (int i = 0; i < targetCount; ++i) {
        probe::Target target;
        target.name = u"t%1"_s.arg(i);
        target.url = u"http://127.0.0.1:9/%1"_s.arg(i);
        target.interval = 24h; // nothing is really asked
        result << target;
    }
    return result;
}

QList<probe::Sample> samples(probe::Instant from, probe::Nanoseconds interval, double scale)
{
    QList<probe::Sample> result;
    for (auto due = from; due < from + stretch; due += interval) {
        const auto milliseconds = due.time_since_epoch().count() / 1'000'000;
        const double spread = std::abs(std::sin(static_cast<double>(milliseconds) * 0.7));
        probe::Sample sample;
        sample.due = sample.sent = due;
        sample.done = sample.firstByte =
            due + probe::Nanoseconds(static_cast<qint64>(scale * 1e6 * std::exp(3 * spread)));
        sample.status = 200;
        sample.reused = true;
        sample.serverTiming = QByteArray("queue;dur=0.012, compute;dur=0.345, total;dur=0.412")
                                  .append(static_cast<char>('0' + result.size() % 10));
        sample.requestId = QByteArray("0123456789abcdef").append(static_cast<char>('0' + result.size() % 10));
        result << sample;
    }
    return result;
}

probe::Batch batchAt(probe::Instant from)
{
    probe::Batch batch;
    batch.from = from;
    batch.until = from + stretch;
    for (int i = 0; i < targetCount; ++i)
        batch.targets << probe::TargetBatch{u"t%1"_s.arg(i), samples(from, 100ms, 0.5 + i), {}, 0, 0};
    batch.control = samples(from, 25ms, 0.1);
    return batch;
}

/// "VmHWM" or "VmRSS" in MiB.
double memory(const char *field)
{
    QFile status(u"/proc/self/status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const auto &line : status.readAll().split('\n')) {
        if (line.startsWith(field))
            return line.simplified().split(' ').value(1).toDouble() / 1024;
    }
    return 0;
}

void record(const QString &path, int hours)
{
    probe::SessionRecorder recorder(path);
    const auto origin = probe::Instant(1000h);
    recorder.begin(targets(), origin, probe::WallClock(origin, probe::WallClock::Wall(1'700'000'000s)));
    for (int minute = 0; minute < hours * 60; ++minute) {
        recorder.add(batchAt(origin + minute * 1min));
        recorder.flush();
    }
}

/// `hours` at once into a session; `each` after each of them.
template <typename Each>
void measure(gui::Session &session, int hours, Each each)
{
    const auto origin = session.engine().origin();
    for (int minute = 0; minute < hours * 60; ++minute) {
        session.take(batchAt(origin + minute * 1min));
        if (minute % 60 == 59)
            each();
    }
}

void say(const char *what, int hours)
{
    QTextStream(stdout) << what << ": " << hours << " h of " << targetCount << " targets: " << memory("VmRSS")
                        << " MiB, at most " << memory("VmHWM") << " MiB\n";
}

/// A window that shows each hour, and in the end all of them in every way.
void measureInWindow(int hours)
{
    gui::Theme theme;
    gui::MainWindow window(theme, targets(), {});
    window.resize(1400, 900);
    window.show();
    window.timeWindow().setSpan(3600);
    const auto show = [&window] {
        window.timeWindow().setNow(window.session().now());
        window.targetsPanel().refresh();
        window.chartPanel().refresh();
        window.grab();
    };
    measure(window.session(), hours, show);
    window.timeWindow().showAll();
    for (int mode = 0; mode < gui::chartModes; ++mode) {
        window.chartPanel().setMode(static_cast<gui::ChartMode>(mode));
        show();
    }
    say("window", hours);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    const auto arguments = QCoreApplication::arguments();
    QTextStream out(stdout);
    if (arguments.size() == 4 && arguments[1] == u"record"_s) {
        record(arguments[2], arguments[3].toInt());
    } else if (arguments.size() == 3 && arguments[1] == u"open"_s) {
        QElapsedTimer timer;
        timer.start();
        gui::Session session;
        out << session.openRecording(arguments[2]);
        qint64 n = 0;
        for (const auto &target : session.targets())
            n += session.figures(target.name, session.beginning(), session.end()).n;
        out << "opened " << n << " samples with figures of all of them in " << timer.elapsed() << " ms, "
            << memory("VmHWM") << " MiB\n";
    } else if (arguments.size() == 3 && arguments[1] == u"live"_s) {
        const int hours = arguments[2].toInt();
        gui::Session session;
        session.open(targets(), {});
        measure(session, hours, [] { });
        say("live", hours);
    } else if (arguments.size() == 3 && arguments[1] == u"window"_s) {
        measureInWindow(arguments[2].toInt());
    } else {
        out << "usage: openloop-recording-cost record FILE HOURS | open FILE | live HOURS | window HOURS\n";
        return 2;
    }
    return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// CPU per frame of the window: 4 targets at 10 Hz over 10 minutes, all visible, one new tick each per frame.
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/window/main_window.h"

#include <QApplication>
#include <QTextStream>

#include <cmath>
#include <ctime>

using namespace openloop;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

double cpuMilliseconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// A tick of every target, latencies spread over four decades.
probe::Batch tick(const QList<probe::Target> &targets, probe::Instant due, int k)
{
    probe::Batch batch;
    batch.from = due;
    batch.until = due + 100ms;
    double scale = 0.5;
    for (const auto &target : targets) {
        probe::Sample sample;
        sample.due = sample.sent = due;
        const double milliseconds = scale * (1 + 0.4 * std::sin(k * 0.7) + (k % 61 == 0 ? 6 : 0));
        sample.done = sample.firstByte = due + probe::Nanoseconds(static_cast<qint64>(milliseconds * 1e6));
        sample.status = 200;
        batch.targets << probe::TargetBatch{target.name, {sample}, {}, 0, 0};
        scale *= 12;
    }
    return batch;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    gui::Theme theme;
    auto targets = *probe::targetsFromArguments({u"http://127.0.0.1:9"_s});
    for (auto &target : targets)
        target.interval = 1h;
    gui::MainWindow window(theme, targets, {});
    window.resize(1400, 900);
    window.show();
    const auto start = window.session().engine().origin();
    int k = 0;
    for (; k < 6000; ++k)
        window.session().take(tick(targets, start + k * 100ms, k));
    window.timeWindow().setNow(window.session().now());
    window.timeWindow().setSpan(600);
    QTextStream out(stdout);
    for (const auto &[mode, name] :
         {std::pair(gui::ChartMode::Points, u"points"_s), std::pair(gui::ChartMode::Heatmap, u"heatmap"_s),
          std::pair(gui::ChartMode::Distribution, u"ccdf"_s)}) {
        window.chartPanel().setMode(mode);
        window.chartPanel().repaint();
        constexpr int frames = 60;
        double spent = 0;
        for (int frame = 0; frame < frames; ++frame, ++k) {
            window.session().take(tick(targets, start + k * 100ms, k));
            window.timeWindow().setNow(window.session().now());
            const double before = cpuMilliseconds();
            window.chartPanel().refresh();
            window.chartPanel().repaint();
            spent += cpuMilliseconds() - before;
        }
        out << name << ": " << spent / frames << " ms CPU per frame (" << window.chartPanel().size().width() << "x"
            << window.chartPanel().size().height() << ")\n";
    }
    return 0;
}

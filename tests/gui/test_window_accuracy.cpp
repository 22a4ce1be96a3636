// SPDX-License-Identifier: GPL-3.0-or-later
// A window that repaints as fast as it can must not change what is measured.
#include "gui/probe/samples/durations.h"
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/window/main_window.h"
#include "tests/support/engine_recording.h"
#include "tests/support/programmed_server.h"

#include <QDeadlineTimer>
#include <QTest>

using namespace openloop;
using namespace openloop::gui;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

constexpr auto truth = 30ms;
constexpr auto interval = 10ms;
constexpr auto length = 2500ms;
constexpr auto frame = 500ms;
constexpr double most = 3; // times the latency: a machine that is full makes the window's process wait, too

test::Reaction slowly(int, const QByteArray &)
{
    test::Reaction reaction;
    reaction.latency = truth;
    return reaction;
}

QList<probe::Target> targetAt(const test::ProgrammedServer &server)
{
    probe::Target target;
    target.name = u"t"_s;
    target.url = server.url();
    target.interval = interval;
    return {target};
}

double p50Of(const std::optional<probe::Quantile> &quantile)
{
    return quantile ? probe::toMilliseconds(quantile->value) : 0;
}

double withoutWindow()
{
    const test::ProgrammedServer server(slowly);
    probe::Engine engine;
    test::EngineRecording recording(engine);
    engine.setTargets(targetAt(server));
    return recording.run(engine, length) ? p50Of(recording.statistics(u"t"_s).quantiles().p50) : 0;
}

/// The window's thread paints for `frame` at a time and looks at nothing else meanwhile.
double withRepaintingWindow()
{
    const test::ProgrammedServer server(slowly);
    Theme theme;
    MainWindow window(theme, targetAt(server), {});
    window.show();
    const auto measured = [&window] { return window.session().figures(u"t"_s, 0, 1e12); };
    const QDeadlineTimer deadline(test::patience);
    while (measured().n < length / interval && !deadline.hasExpired()) {
        const QDeadlineTimer painting(frame);
        do {
            window.chartPanel().refresh();
            window.chartPanel().repaint();
        } while (!painting.hasExpired());
        QCoreApplication::processEvents();
    }
    return measured().p50.value_or(0);
}

} // namespace

class WindowAccuracyTest : public QObject
{
    Q_OBJECT
private slots:
    void aRepaintingWindowMeasuresWhatARunWithoutOneDoes()
    {
        double best = 1e9;
        for (int attempt = 0; attempt < 6 && best > most; ++attempt) { // neighbours may spoil one, hardly all
            const double alone = withoutWindow();
            const double beside = withRepaintingWindow();
            QVERIFY(alone >= 29.8 && beside >= 29.8);
            best = std::min(best, beside / alone);
            qInfo("p50 %.2f ms without a window, %.2f ms beside one that paints", alone, beside);
        }
        // Measured by the thread that paints, half of the answers would wait for half of a frame: eight times their
        // latency.
        QVERIFY2(best <= most, qPrintable(QString::number(best)));
    }
};

QTEST_MAIN(WindowAccuracyTest)
#include "test_window_accuracy.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// One picture of several isolation tests side by side on the same latency axis: what a load did to each service.
#include "gui/models/format.h"
#include "gui/models/session.h"
#include "gui/theme/theme.h"
#include "gui/views/chart/latency_chart.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFile>
#include <QHBoxLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>

#include <cstdio>

using namespace openloop;
using namespace Qt::Literals::StringLiterals;

namespace {

/// The isolation test of one service: the chart of the first target it watched, with the figures of its verdict.
class Recorded
{
public:
    /// argument: TITLE=NAME, for the recording NAME.sqlite and the report NAME.json of the same run.
    bool open(const QString &argument)
    {
        title = argument.section(u'=', 0, -2);
        const QString name = argument.section(u'=', -1);
        QFile report(name + u".json"_s);
        QString problem = session.openRecording(name + u".sqlite"_s);
        if (problem.isEmpty() && !report.open(QIODevice::ReadOnly))
            problem = u"%1: %2"_s.arg(report.fileName(), report.errorString());
        judged = QJsonDocument::fromJson(report.readAll())[u"isolation"_s][u"targets"_s][0].toObject();
        if (!problem.isEmpty())
            std::fprintf(stderr, "%s\n", qPrintable(problem));
        return problem.isEmpty();
    }

    QWidget *column(QWidget *parent, double lowest, double highest)
    {
        auto *frame = new QWidget(parent);
        auto *layout = new QVBoxLayout(frame);
        auto *heading = new QLabel(
            u"<b style='font-size:large'>%1</b><br>%2"_s.arg(title.toHtmlEscaped(), figures().toHtmlEscaped()), frame);
        heading->setContentsMargins(gui::PlotView::leftMargin, 0, 0, 0);
        layout->addWidget(heading);
        window.setBeginning(session.beginning());
        window.setNow(session.end());
        window.showAll();
        chart = new gui::LatencyChart(session, window, frame);
        chart->setHidden({u"control"_s, u"factorize"_s});
        chart->setYRange(lowest, highest);
        layout->addWidget(chart, 1);
        return frame;
    }

    gui::TargetFigures health() const
    {
        return session.figures(session.targets().first().name, session.beginning(), session.end());
    }

    gui::LatencyChart *chart = nullptr;

private:
    QString figures() const
    {
        const auto p99 = [this](const QString &phase) {
            return gui::formatDuration(judged[phase].toObject()[u"p99_ms"_s].toDouble());
        };
        return u"p99 of /%1: %2 before, %3 under load"_s.arg(judged[u"name"_s].toString(), p99(u"before"_s),
                                                             p99(u"during"_s));
    }

    QString title;
    QJsonObject judged;
    gui::Session session;
    gui::TimeWindow window;
};

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addPositionalArgument(u"PICTURE"_s, u"the PNG to write"_s);
    parser.addPositionalArgument(u"TITLE=NAME"_s,
                                 u"what to show, from left to right: NAME.sqlite and NAME.json of one run"_s,
                                 u"TITLE=NAME..."_s);
    parser.process(application);
    const auto arguments = parser.positionalArguments();
    if (arguments.size() < 2)
        parser.showHelp(2);
    gui::Theme theme;
    theme.setMode(gui::Theme::Mode::Light);
    std::vector<std::unique_ptr<Recorded>> all;
    double lowest = 1e9;
    double highest = 1;
    for (const auto &argument : arguments.sliced(1)) {
        all.push_back(std::make_unique<Recorded>());
        if (!all.back()->open(argument))
            return 1;
        const auto health = all.back()->health();
        lowest = std::min(lowest, health.p50.value_or(1) / 3);
        highest = std::max(highest, health.max.value_or(1) * 1.5);
    }
    QWidget picture;
    picture.setAutoFillBackground(true);
    QPalette white;
    white.setColor(QPalette::Window, gui::paletteFor(false).surface);
    picture.setPalette(white);
    auto *layout = new QHBoxLayout(&picture);
    for (const auto &one : all)
        layout->addWidget(one->column(&picture, lowest, highest), 1);
    picture.resize(static_cast<int>(all.size()) * 440, 360);
    picture.show();
    for (const auto &one : all)
        one->chart->refresh();
    QApplication::processEvents();
    return picture.grab().save(arguments.first()) ? 0 : 1;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses the writer by the file's ending; only whole files are left behind.
#include "gui/window/exports.h"

#include "gui/models/export.h"
#include "gui/theme/theme.h"
#include "gui/theme/themed.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/dialogs/choose_file.h"
#include "gui/views/dialogs/message.h"
#include "gui/views/panels/experiment_panel.h"

#include <QBuffer>
#include <QFileInfo>
#include <QSvgGenerator>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr QSize exported(1200, 640);

QByteArray svgOf(const PlotView &plot, const QString &title)
{
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(exported);
    generator.setViewBox(QRect(QPoint(), exported));
    generator.setResolution(96); // of a page: with its default of 72, text would be a quarter smaller than on screen
    generator.setTitle(title);
    plot.paintTo(generator, exported.width(), exported.height());
    return buffer.data();
}

} // namespace

Exports::Exports(const Session &session, const TimeWindow &window, const Theme &theme, ChartPanel &chart,
                 const ExperimentPanel &test, QWidget &owner)
    : m_session(session), m_window(window), m_theme(theme), m_chart(chart), m_test(test), m_owner(owner)
{
}

QString Exports::exportTo(const QString &path)
{
    const QString format = QFileInfo(path).suffix().toLower();
    const PlotView &plot = m_chart.chart().plot();
    const QString problem = tr("Cannot write %1").arg(path);
    m_chart.refresh(); // a window that is not looked at is painted seldom, or not at all
    if (format == u"png"_s)
        return plot.savePng(path, exported.width(), exported.height()) ? QString() : problem;
    if (format == u"pdf"_s)
        return plot.savePdf(path, exported.width(), exported.height()) ? QString() : problem;
    QByteArray content;
    if (format == u"svg"_s)
        content = svgOf(plot, m_owner.windowTitle());
    else if (format == u"csv"_s)
        content = toCsv(m_session, m_window.from(), m_window.to());
    else if (format == u"json"_s)
        content = toJson(m_session, m_window.from(), m_window.to());
    else if (format == u"html"_s || format == u"htm"_s)
        content = report();
    else
        return tr("A file ending in png, svg, pdf, csv, json or html is needed");
    return writeWhole(path, content);
}

QByteArray Exports::report()
{
    // Pages are white, whatever this window is.
    dress(m_chart, paletteFor(false));
    const QByteArray chart = svgOf(m_chart.chart().plot(), m_owner.windowTitle());
    dress(m_chart, m_theme.palette());
    return toHtml(m_session, m_window.from(), m_window.to(), chart, m_test.verdict());
}

void Exports::exportVisible()
{
    chooseFile(&m_owner,
               {.title = tr("Export the visible range"),
                .kinds = {tr("Report (*.html)"), tr("Picture (*.png *.svg *.pdf)"), tr("Data (*.csv *.json)")},
                .purpose = WantedFile::For::Writing,
                .path = u"openloop.html"_s,
                .ending = u"html"_s},
               [this](const QString &path) {
                   if (const QString problem = exportTo(path); !problem.isEmpty())
                       complain(&m_owner, tr("Export"), problem);
               });
}

} // namespace openloop::gui

// SPDX-License-Identifier: GPL-3.0-or-later
// What the window writes and reads back: exports, reports, its own layout. The rest of main_window.h.
#include "gui/main_window.h"

#include "gui/models/export.h"
#include "gui/theme/theme.h"
#include "gui/views/chart/chart_panel.h"
#include "gui/views/chart/sample_popup.h"
#include "gui/views/load_control.h"
#include "gui/views/panels/experiment_panel.h"
#include "gui/views/top_bar.h"

#include <QBuffer>
#include <QDateTime>
#include <QFileDialog>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMetaEnum>
#include <QRegularExpression>
#include <QSaveFile>
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

QString quotedForShell(const QString &text)
{
    static const QRegularExpression plain(u"^[A-Za-z0-9_./:=@%+,-]+$"_s);
    return plain.match(text).hasMatch() ? text : u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\'';
}

} // namespace

QString MainWindow::exportTo(const QString &path)
{
    const QString format = QFileInfo(path).suffix().toLower();
    const PlotView &plot = m_chart->chart().plot();
    const QString problem = tr("Cannot write %1").arg(path);
    if (format == u"png"_s)
        return plot.savePng(path, exported.width(), exported.height()) ? QString() : problem;
    if (format == u"pdf"_s)
        return plot.savePdf(path, exported.width(), exported.height()) ? QString() : problem;
    QByteArray content;
    if (format == u"svg"_s)
        content = svgOf(plot, windowTitle());
    else if (format == u"csv"_s)
        content = toCsv(m_session, m_window.from(), m_window.to());
    else if (format == u"json"_s)
        content = toJson(m_session, m_window.from(), m_window.to());
    else if (format == u"html"_s || format == u"htm"_s)
        content = report();
    else
        return tr("A file ending in png, svg, pdf, csv, json or html is needed");
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
        return file.errorString();
    return {};
}

QByteArray MainWindow::report()
{
    // Pages are white, whatever this window is.
    m_chart->setPalette(paletteFor(false));
    const QByteArray chart = svgOf(m_chart->chart().plot(), windowTitle());
    m_chart->setPalette(m_theme.palette());
    return toHtml(m_session, m_window.from(), m_window.to(), chart, m_experiment->verdict());
}

void MainWindow::exportVisible()
{
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export the visible range"), u"openloop.html"_s,
                                     tr("Report (*.html);;Picture (*.png *.svg *.pdf);;Data (*.csv *.json)"));
    if (path.isEmpty())
        return;
    if (const QString problem = exportTo(path); !problem.isEmpty())
        complain(tr("Export"), problem);
}

QJsonObject MainWindow::savedState() const
{
    return {{u"geometry"_s, QString::fromLatin1(saveGeometry().toBase64())},
            {u"docks"_s, QString::fromLatin1(saveState().toBase64())},
            {u"theme"_s,
             QString::fromLatin1(QMetaEnum::fromType<Theme::Mode>().valueToKey(static_cast<int>(m_theme.mode())))},
            {u"span_s"_s, m_window.span()},
            {u"logarithmic"_s, m_chart->chart().isLogarithmic()},
            {u"load"_s, m_topBar->load().requests()}};
}

void MainWindow::restoreState(const QJsonObject &state)
{
    if (state.isEmpty())
        return;
    restoreGeometry(QByteArray::fromBase64(state[u"geometry"_s].toString().toLatin1()));
    QMainWindow::restoreState(QByteArray::fromBase64(state[u"docks"_s].toString().toLatin1()));
    bool known = false;
    const int mode =
        QMetaEnum::fromType<Theme::Mode>().keyToValue(state[u"theme"_s].toString().toLatin1().constData(), &known);
    m_theme.setMode(known ? static_cast<Theme::Mode>(mode) : Theme::Mode::System);
    m_window.setSpan(state[u"span_s"_s].toDouble(60));
    m_chart->setLogarithmic(state[u"logarithmic"_s].toBool(true));
    m_topBar->load().setRequests(state[u"load"_s].toInt(8));
}

void MainWindow::explainPoint(double seconds, double milliseconds)
{
    if (const auto mode = m_chart->chart().mode(); mode != ChartMode::Points && mode != ChartMode::Heatmap)
        return;
    const auto found = SamplePopup::nearest(m_session, seconds, milliseconds, m_window.span() / 80);
    if (!found)
        return;
    const auto at = static_cast<qint64>(m_session.secondsAt(found->sample.due) * 1000);
    auto *popup = new SamplePopup(*found, QDateTime::fromMSecsSinceEpoch(at).toString(u"HH:mm:ss.zzz"_s),
                                  m_theme.palette(), this);
    const double due = m_session.secondsAt(found->sample.due);
    popup->setServer(m_serverWatch.around(due, m_session.secondsAt(found->sample.done)));
    popup->move(QCursor::pos() + QPoint(12, 12));
    popup->show();
}

QString MainWindow::commandLine() const
{
    const auto &targets = m_session.targets();
    QStringList words{u"openloop-monitor"_s, u"--headless"_s};
    QString profile;
    // The base URL says it all, what the load asks for included; others are told one by one, if names and URLs say all.
    QStringList arguments{baseUrl()};
    if (targets != probe::serviceTargets(baseUrl())) {
        arguments.clear();
        for (const auto &one : targets)
            arguments << one.name + u'=' + one.url;
    }
    if (const auto meant = probe::targetsFromArguments(arguments); meant && *meant == targets) {
        for (const auto &argument : arguments)
            words << quotedForShell(argument);
    } else {
        QJsonArray list;
        for (const auto &one : targets)
            list << probe::toJson(one);
        const QByteArray json = QJsonDocument(QJsonObject{{u"targets"_s, list}}).toJson(QJsonDocument::Compact);
        profile = u"printf %s %1 | "_s.arg(quotedForShell(QString::fromUtf8(json)));
        words << u"--profile"_s << u"/dev/stdin"_s;
    }
    words << u"--isolation-test"_s
          << quotedForShell(u"%1=%2"_s.arg(m_topBar->load().target()).arg(m_topBar->load().requests()));
    return profile + words.join(u' ');
}

} // namespace openloop::gui

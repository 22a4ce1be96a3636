// SPDX-License-Identifier: GPL-3.0-or-later
// The service's own view of itself, from /metrics: loop lag, pool, queue, requests in flight, memory.
#pragma once

#include "gui/models/metrics.h"
#include "gui/probe/fetcher.h"
#include "gui/theme/palette.h"

#include <QFrame>
#include <QTimer>

class QLabel;
class QTableWidget;

namespace openloop::gui {

/// Asks a base URL for /metrics every two seconds while it is visible. GUI thread.
class ServerPanel : public QFrame
{
    Q_OBJECT
public:
    explicit ServerPanel(QWidget *parent = nullptr);

    void setPalette(const Palette &palette);
    /// base: "http://127.0.0.1:8080"; empty asks nobody.
    void setBase(const QString &base);
    void showMetrics(const QList<Metric> &metrics);
    void showProblem(const QString &problem);
    const ServerFigures &figures() const { return m_figures; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void ask();
    void paintFigure(QPainter &painter, const QRectF &cell, const QString &label, const QString &value, std::optional<double> share) const;

    probe::Fetcher m_fetcher;
    QTimer m_timer;
    QString m_base;
    QString m_problem;
    ServerFigures m_figures;
    bool m_asking = false;
    const Palette *m_palette = &paletteFor(false);
};

} // namespace openloop::gui

// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses where ticks stand and how they are written, for each kind of axis.
#include "gui/views/plot/tickers.h"

#include "gui/models/format.h"

#include <QDateTime>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

/// Round local times; as many as the view says that there is room for.
class TimeTicker : public QCPAxisTicker
{
protected:
    double getTickStep(const QCPRange &range) override
    {
        static const QVector<double> steps{0.01, 0.02, 0.05, 0.1, 0.2, 0.5,  1,    2,    5,     10,    15,    30,
                                           60,   120,  300,  600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
        m_step = pickClosest(range.size() / mTickCount, steps);
        // A label at the very left would run into those of the other axis; half of one is a third of a tick's room.
        m_firstLabel = range.lower + range.size() * std::max(0.03, 0.35 / mTickCount);
        // Ticks are counted from local midnight, so that hours fall on hours.
        const auto middle = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(range.center() * 1000));
        setTickOrigin(static_cast<double>(middle.date().startOfDay().toSecsSinceEpoch()));
        return m_step;
    }
    int getSubTickCount(double) override { return 4; }
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        if (tick < m_firstLabel)
            return {};
        const auto time = QDateTime::fromMSecsSinceEpoch(std::llround(tick * 1000)).time();
        return time.toString(m_step < 1 ? u"HH:mm:ss.zzz"_s : m_step < 60 ? u"HH:mm:ss"_s : u"HH:mm"_s);
    }

private:
    double m_step = 1;
    double m_firstLabel = 0;
};

class DurationTicker : public QCPAxisTicker
{
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override { return formatLimit(tick); }
};

/// One label per decade; 1-2-5 when fewer than three decades are visible and all labels have room.
class LogTicker : public QCPAxisTicker
{
public:
    explicit LogTicker(bool share) : m_share(share) { }

protected:
    QVector<double> createTickVector(double, const QCPRange &range) override
    {
        const double decades = std::log10(range.upper / range.lower);
        const bool fine = decades < 2.5 && 3 * decades <= 2 * mTickCount;
        QVector<double> ticks;
        for (double decade = std::pow(10.0, std::floor(std::log10(range.lower))); decade <= range.upper; decade *= 10) {
            ticks << decade;
            if (fine)
                ticks << decade * 2 << decade * 5;
        }
        return ticks;
    }
    QVector<double> createSubTickVector(int, const QVector<double> &ticks) override
    {
        QVector<double> result;
        for (const double tick : ticks) {
            for (int digit = 2; digit < 10; ++digit)
                result << tick * digit;
        }
        return result;
    }
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return m_share ? formatShare(tick) : formatLimit(tick);
    }

private:
    bool m_share;
};

/// 0, 1, 2, 4, 8 and so on; where there is no room for all, every second.
class DoublingTicker : public QCPAxisTicker
{
protected:
    QVector<double> createTickVector(double, const QCPRange &range) override
    {
        const double doublings = std::max(1.0, std::log2(range.upper));
        const double step = std::pow(2, std::ceil(doublings / (2 * mTickCount)));
        QVector<double> ticks{PlotView::doublingZero};
        for (double tick = 1; tick <= range.upper; tick *= step)
            ticks << tick;
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return formatCount(tick < 1 ? 0 : std::llround(tick));
    }
};

class ShareTicker : public QCPAxisTicker
{
protected:
    QString getTickLabel(double tick, const QLocale &, QChar, int) override { return formatShare(tick); }
};

} // namespace

QSharedPointer<QCPAxisTicker> tickerFor(PlotAxis axis)
{
    switch (axis) {
    case PlotAxis::Time: return QSharedPointer<TimeTicker>::create();
    case PlotAxis::Duration: return QSharedPointer<DurationTicker>::create();
    case PlotAxis::DurationLog: return QSharedPointer<LogTicker>::create(false);
    case PlotAxis::ShareLog: return QSharedPointer<LogTicker>::create(true);
    case PlotAxis::Share: return QSharedPointer<ShareTicker>::create();
    case PlotAxis::Doubling: break;
    }
    return QSharedPointer<DoublingTicker>::create();
}

bool isLogarithmic(PlotAxis axis)
{
    return axis == PlotAxis::DurationLog || axis == PlotAxis::ShareLog || axis == PlotAxis::Doubling;
}

} // namespace openloop::gui

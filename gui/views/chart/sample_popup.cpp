// SPDX-License-Identifier: GPL-3.0-or-later
// Finds the sample that is meant, and paints its phases.
#include "gui/views/chart/sample_popup.h"

#include "gui/models/format.h"
#include "gui/probe/samples/durations.h"

#include <QPainter>

#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

std::optional<SamplePopup::Found> SamplePopup::nearest(const Session &session, double seconds, double milliseconds,
                                                       double tolerance)
{
    const auto from = session.instantAt(seconds - tolerance);
    const auto until = session.instantAt(seconds + tolerance);
    std::optional<Found> best;
    const probe::PackedSample *packedBest = nullptr;
    double bestDistance = 1e9;
    for (const auto &target : session.targets()) {
        const auto *history = session.series(target.name);
        if (!history)
            continue;
        const double origin = session.secondsAt(history->origin());
        for (const auto &packed : history->samples(from, until)) {
            const double aside = (origin + std::chrono::duration<double>(packed.due()).count() - seconds) / tolerance;
            const double above =
                std::log2(std::max(1e-3, probe::toMilliseconds(packed.response())) / std::max(1e-3, milliseconds));
            if (const double distance = aside * aside + above * above; distance < bestDistance) {
                bestDistance = distance;
                best = Found{target.name, {}, {}};
                packedBest = &packed;
            }
        }
    }
    if (!best)
        return {};
    best->sample = session.detailed(best->target, *packedBest);
    QList<probe::Sample> control;
    const auto &controls = session.controlSeries();
    for (const auto &packed : controls.samples(best->sample.due - std::chrono::milliseconds(200),
                                               best->sample.done + std::chrono::milliseconds(200)))
        control << packed.unpacked(controls.origin());
    best->blame = probe::blameFor(best->sample, control);
    return best;
}

SamplePopup::SamplePopup(const Found &found, const QString &time, const Palette &palette, QWidget *parent)
    : QFrame(parent, Qt::Popup), m_found(found), m_time(time), m_palette(&paletteFor(palette.dark))
{
    setAttribute(Qt::WA_DeleteOnClose);
    tell();
}

void SamplePopup::tell()
{
    const QString time = formatDuration(probe::toMilliseconds(m_found.sample.response()));
    setAccessibleName(tr("/%1 took %2. %3").arg(m_found.target, time, m_found.blame.sentence));
    resize(sizeHint());
    update();
}

void SamplePopup::setBlame(const QString &sentence)
{
    m_found.blame.sentence = sentence;
    tell();
}

QString SamplePopup::explanation() const
{
    QStringList lines{m_found.blame.sentence};
    const auto &sample = m_found.sample;
    const auto shown = [](probe::Nanoseconds duration) { return formatDuration(probe::toMilliseconds(duration)); };
    const auto where = probe::withoutPassword(QString::fromUtf8(sample.redirect.left(200)));
    if (sample.hops > 0)
        lines << tr("%n redirect(s), to %1", nullptr, sample.hops).arg(where);
    for (const auto &[url, status, phases] : sample.chain)
        lines << tr("%1 %2: DNS %3, TCP %4, TLS %5, first byte %6, body %7")
                     .arg(status)
                     .arg(probe::withoutPassword(QString::fromUtf8(url.left(200))), shown(phases.dns),
                          shown(phases.tcp), shown(phases.tls), shown(phases.firstByte), shown(phases.body));
    if (sample.hops == 0 && !where.isEmpty())
        lines << tr("Redirects to %1, which is not followed").arg(where);
    if (!m_server.isEmpty())
        lines << tr("Around then, by /metrics: %1").arg(m_server);
    return lines.join(u'\n');
}

QSize SamplePopup::sizeHint() const
{
    constexpr int width = 500; // for three parts beside each other, in each language
    const QRect text =
        fontMetrics().boundingRect(QRect(0, 0, width - 28, 600), Qt::AlignLeft | Qt::TextWordWrap, explanation());
    return {width, 126 + text.height()};
}

void SamplePopup::setServer(const QString &clause)
{
    m_server = clause;
    setAccessibleDescription(clause);
    resize(sizeHint());
}

void SamplePopup::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), m_palette->raised);
    painter.setPen(m_palette->border);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    const auto &sample = m_found.sample;
    QRectF line(14, 10, width() - 28, 20);
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(m_palette->text);
    painter.drawText(line, Qt::AlignLeft,
                     u"/%1  %2"_s.arg(m_found.target, formatDuration(probe::toMilliseconds(sample.response()))));
    painter.setFont(font());
    painter.setPen(m_palette->muted);
    painter.drawText(line, Qt::AlignRight, m_time);
    line.translate(0, 22);
    const QString answer = sample.status > 0 ? u"HTTP %1"_s.arg(sample.status) : probe::outcomeName(sample.outcome);
    painter.drawText(line, Qt::AlignLeft,
                     answer + (sample.reused ? tr(", kept connection") : tr(", new connection"))
                         + (sample.retried ? tr(", retried") : QString()));
    const std::array<std::pair<QString, probe::Nanoseconds>, 6> parts{{{tr("waited"), sample.wait()},
                                                                       {tr("DNS"), sample.phases.dns},
                                                                       {tr("TCP"), sample.phases.tcp},
                                                                       {tr("TLS"), sample.phases.tls},
                                                                       {tr("first byte"), sample.phases.firstByte},
                                                                       {tr("body"), sample.phases.body}}};
    const double whole = std::max(1e-6, probe::toMilliseconds(sample.response()));
    const auto colours = m_palette->phases();
    double left = line.left();
    line.translate(0, 26);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double width = line.width() * std::min(1.0, probe::toMilliseconds(parts[i].second) / whole);
        painter.fillRect(QRectF(left, line.top(), width, 10), colours[i]);
        left += width;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t row = i / 3;
        const QRectF cell(line.left() + static_cast<double>(i % 3) * line.width() / 3,
                          line.top() + 16 + static_cast<double>(row) * 18, line.width() / 3, 18);
        painter.fillRect(QRectF(cell.left(), cell.top() + 6, 7, 7), colours[i]);
        painter.setPen(m_palette->text);
        painter.drawText(cell.adjusted(12, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         parts[i].first + u"  "_s + formatDuration(probe::toMilliseconds(parts[i].second)));
    }
    painter.setPen(m_palette->text);
    painter.drawText(QRectF(line.left(), line.top() + 56, line.width(), height() - line.top() - 60),
                     Qt::AlignLeft | Qt::TextWordWrap, explanation());
}

} // namespace openloop::gui

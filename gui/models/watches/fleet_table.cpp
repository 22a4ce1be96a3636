// SPDX-License-Identifier: GPL-3.0-or-later
// Puts what is known of servers and jobs into words.
#include "gui/models/watches/fleet_table.h"

#include "gui/models/format.h"

#include <QCollator>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

constexpr double shownFor = 600; // s since the last beat of a server that has left or died
const QString dash = u"–"_s;

bool isShown(const Node &node)
{
    return node.state == Node::State::Alive || node.beatAge < shownFor;
}

State stateOf(const Node &node)
{
    switch (node.state) {
    case Node::State::Alive: return node.isLate() ? State::Degraded : State::Ok;
    case Node::State::Left: return State::Unknown;
    case Node::State::Dead: break;
    }
    return State::Down;
}

QString wordFor(const Node &node)
{
    switch (node.state) {
    case Node::State::Alive: return node.isLate() ? FleetTable::tr("overdue") : FleetTable::tr("alive");
    case Node::State::Left: return FleetTable::tr("left");
    case Node::State::Dead: break;
    }
    return FleetTable::tr("lost");
}

QString count(std::optional<double> value)
{
    return value && *value >= 0 && *value < 1e15 ? formatCount(static_cast<qint64>(*value)) : dash;
}

/// Not as rich text, whatever it holds.
QString plain(const QString &text)
{
    return u"<qt>"_s + text.toHtmlEscaped().replace(u'\n', u"<br>"_s) + u"</qt>"_s;
}

QString percent(double share)
{
    return QString::number(std::floor(share * 100)) + u"\u2009%"_s;
}

/// The living first. As told it is whoever has beaten last, and nobody can read what changes places all the time.
void sortByName(SeenFleet &fleet)
{
    QCollator order(QLocale::English); // that of C knows no numbers
    order.setNumericMode(true);
    std::ranges::stable_sort(fleet.nodes, [&order](const SeenNode &one, const SeenNode &other) {
        const bool isAlive = one.node.state == Node::State::Alive;
        if (isAlive != (other.node.state == Node::State::Alive))
            return isAlive;
        const int names = order.compare(one.node.name, other.node.name);
        return names != 0 ? names < 0 : one.node.id < other.node.id;
    });
}

} // namespace

void FleetTable::set(const QList<SeenFleet> &told)
{
    auto fleets = told;
    for (auto &fleet : fleets)
        sortByName(fleet);
    QList<Row> rows;
    for (qsizetype f = 0; f < fleets.size(); ++f) {
        rows << Row{Kind::Fleet, f, 0, 0, QString::number(f)};
        for (qsizetype n = 0; n < fleets[f].nodes.size(); ++n) {
            const Node &node = fleets[f].nodes[n].node;
            if (!isShown(node))
                continue;
            rows << Row{Kind::Node, f, n, 0, node.id};
            for (qsizetype j = 0; j < node.jobs.size(); ++j)
                rows << Row{Kind::Job, f, n, j, node.id + u' ' + node.jobs[j].id};
        }
    }
    const bool stay = std::ranges::equal(rows, m_rows, {}, &Row::key, &Row::key);
    if (!stay)
        beginResetModel();
    m_fleets = fleets;
    m_rows = rows;
    if (!stay)
        endResetModel();
    else if (!rows.isEmpty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

QVariant FleetTable::data(const QModelIndex &index, int role) const
{
    const Row &row = m_rows[index.row()];
    const SeenFleet &fleet = m_fleets[row.fleet];
    switch (role) {
    case KindRole: return static_cast<int>(row.kind);
    case KeyRole: return row.key;
    case Qt::TextAlignmentRole:
        return int((index.column() >= Busy ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default: break;
    }
    switch (row.kind) {
    case Kind::Fleet: return ofFleet(fleet, index.column(), role);
    case Kind::Node: return ofNode(fleet.nodes[row.node], index.column(), role);
    case Kind::Job: break;
    }
    return ofJob(fleet.nodes[row.node], fleet.nodes[row.node].node.jobs[row.job], index.column(), role);
}

QVariant FleetTable::ofFleet(const SeenFleet &fleet, int column, int role) const
{
    // The cells that its first one covers say the same to a screen reader, which finds them nevertheless.
    if (role != Qt::AccessibleTextRole && (column != Server || (role != Qt::DisplayRole && role != Qt::ToolTipRole)))
        return {};
    int alive = 0, gone = 0, hidden = 0, running = 0;
    for (const SeenNode &seen : fleet.nodes) {
        ++(seen.node.state == Node::State::Alive ? alive : isShown(seen.node) ? gone : hidden);
        running += static_cast<int>(seen.node.jobs.size());
    }
    if (role == Qt::ToolTipRole)
        return hidden > 0 ? tr("%n more server(s) left or got lost within the last day", nullptr, hidden) : QVariant();
    QStringList parts{tr("%n server(s) share(s) a queue", nullptr, alive)};
    if (gone > 0)
        parts << tr("%n gone", nullptr, gone);
    parts << tr("%n job(s) run", nullptr, running);
    if (fleet.waiting)
        parts << tr("%1 wait").arg(count(fleet.waiting));
    return parts.join(u" · "_s);
}

QVariant FleetTable::ofNode(const SeenNode &seen, int column, int role) const
{
    const Node &node = seen.node;
    if (role == StateRole)
        return QVariant::fromValue(stateOf(node));
    const bool isFigure = column == Busy || column == Queue || column == Lag;
    if (role == Qt::ToolTipRole) {
        if (isFigure && !seen.figures)
            return node.state != Node::State::Alive
                ? tr("It does not run any more.")
                : tr("Only the server itself tells this, on /metrics: add one of its URLs as a target.");
        if (column == StateColumn && node.isLate())
            return tr("It should have said that it lives every %1.").arg(formatSpan(node.heartbeat));
        QStringList lines{tr("Server %1").arg(node.name), tr("Id %1, of this start").arg(node.id)};
        if (!node.version.isEmpty())
            lines << tr("Version %1").arg(node.version);
        if (!seen.address.isEmpty())
            lines << tr("The target at %1 leads to it").arg(seen.address);
        return plain(lines.join(u'\n'));
    }
    if (role != Qt::DisplayRole)
        return {};
    const NodeFigures figures = seen.figures.value_or(NodeFigures());
    switch (column) {
    case Server: return node.name.isEmpty() ? node.id : node.name;
    case StateColumn: return wordFor(node);
    case Busy:
        return figures.busy && figures.threads ? tr("%1 of %2").arg(count(figures.busy), count(figures.threads)) : dash;
    case Queue: return count(figures.queued);
    case Lag: return figures.loopLagMilliseconds ? u"≤ "_s + formatLimit(*figures.loopLagMilliseconds) : dash;
    default: return formatSpan(node.beatAge);
    }
}

QVariant FleetTable::ofJob(const SeenNode &seen, const NodeJob &job, int column, int role) const
{
    if (role == ProgressRole)
        return job.progress;
    if (column != Server && role != Qt::AccessibleTextRole)
        return {};
    const QString digits = job.digits > 0 ? tr("%n digit(s)", nullptr, job.digits) : QString();
    const QString left = job.eta ? tr("%1 left").arg(formatSpan(*job.eta)) : QString();
    if (role == PartsRole)
        return QStringList{job.id.first(8) + u'…', digits, job.phase, percent(job.progress), left};
    if (role == Qt::DisplayRole)
        return job.id;
    QStringList parts{tr("Job %1 at %2").arg(job.id, seen.node.name)};
    for (const QString &part : {digits, job.phase, percent(job.progress), left}) {
        if (!part.isEmpty())
            parts << part;
    }
    if (role == Qt::AccessibleTextRole)
        return parts.join(u", "_s);
    if (role == Qt::ToolTipRole)
        return plain(parts.join(u'\n') + u'\n' + tr("Ctrl+C copies the id"));
    return {};
}

QString FleetTable::titleOf(int column) const
{
    switch (column) {
    case Server: return tr("Server");
    case StateColumn: // its shapes and words say what they are, and may have no room for more
        return QString();
    case Busy: return tr("Pool busy");
    case Queue: return tr("Queue");
    case Lag: return tr("Loop lag");
    default: return tr("Last beat");
    }
}

QVariant FleetTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role == Qt::TextAlignmentRole && orientation == Qt::Horizontal)
        return int((section >= Busy ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::ToolTipRole || orientation != Qt::Horizontal)
        return Table::headerData(section, orientation, role);
    switch (section) {
    case Busy: return tr("Threads of its pool that compute, of all");
    case Queue: return tr("Computations that wait for one of its threads");
    case Lag: return tr("By how much its event loop was late in the last two seconds, at most");
    case Beat: return tr("How long ago it last said that it lives");
    default: return {};
    }
}

} // namespace openloop::gui

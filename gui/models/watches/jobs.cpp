// SPDX-License-Identifier: GPL-3.0-or-later
// Speaks the jobs API and keeps its answers as rows.
#include "gui/models/watches/jobs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

const QString path = u"/factorizations"_s;

QString factorsOf(const QJsonArray &factors)
{
    QStringList parts;
    for (const auto &value : factors) {
        const auto factor = value.toObject();
        const int exponent = factor[u"exponent"_s].toInt(1);
        parts << (exponent > 1 ? u"%1^%2"_s.arg(factor[u"prime"_s].toString()).arg(exponent)
                               : factor[u"prime"_s].toString());
    }
    return parts.join(u" · "_s);
}

QString textOf(const QJsonValue &value)
{
    return value.isString() ? value.toString()
        : value.isDouble()  ? QString::number(value.toDouble(), 'f', 0)
                            : QString();
}

/// The word for a state of the service; one that is not known stays as it came.
QString wordFor(const QString &state)
{
    for (const auto &[known, word] : {std::pair(u"queued"_s, JobList::tr("queued")),
                                      {u"running"_s, JobList::tr("running")},
                                      {u"done"_s, JobList::tr("done")},
                                      {u"failed"_s, JobList::tr("failed")},
                                      {u"cancelled"_s, JobList::tr("cancelled")}}) {
        if (state == known)
            return word;
    }
    return state;
}

QString problemIn(const probe::Fetched &answer)
{
    if (answer.status == 0)
        return answer.error;
    const auto body = QJsonDocument::fromJson(answer.body).object();
    const QString detail = body[u"detail"_s].toString();
    return u"HTTP %1"_s.arg(answer.status) + (detail.isEmpty() ? QString() : u": "_s + detail);
}

} // namespace

QList<Job> parseJobs(const QByteArray &json)
{
    const auto document = QJsonDocument::fromJson(json);
    QJsonArray list = document.array();
    if (document.isObject()) {
        for (const auto &value : document.object()) {
            if (value.isArray())
                list = value.toArray();
        }
    }
    QList<Job> jobs;
    for (const auto &value : list) {
        const auto object = value.toObject();
        jobs << Job{textOf(object[u"id"_s]),          textOf(object[u"n"_s]),
                    object[u"state"_s].toString(),    object[u"phase"_s].toString(),
                    object[u"progress"_s].toDouble(), factorsOf(object[u"factors"_s].toArray())};
    }
    return jobs;
}

JobList::JobList(QObject *parent) : Table(parent)
{
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &JobList::ask);
}

void JobList::setBase(const QString &base)
{
    if (base == m_base)
        return;
    m_base = base;
    m_asking = false; // of the service before
    take({});
    emit problem({});
    if (m_timer.isActive())
        ask();
}

void JobList::setWatched(bool watched)
{
    if (!watched)
        return m_timer.stop();
    m_timer.start();
    ask();
}

probe::Target JobList::request(const QByteArray &method, const QString &where) const
{
    probe::Target target;
    target.name = u"jobs"_s;
    target.method = method;
    target.url = m_base + where;
    return target;
}

void JobList::fetch(const probe::Target &request, probe::Fetcher::Done done)
{
    m_fetcher.fetch(request, [this, base = m_base, done = std::move(done)](const probe::Fetched &answer) {
        if (base == m_base)
            done(answer);
    });
}

void JobList::submitNumber(const QString &n)
{
    auto post = request("POST", path);
    post.headers = {{u"Content-Type"_s, u"application/json"_s}};
    post.body = QJsonDocument(QJsonObject{{u"n"_s, n}}).toJson(QJsonDocument::Compact);
    fetch(post, [this](const probe::Fetched &answer) {
        emit problem(answer.status == 202 ? QString() : problemIn(answer));
        ask();
    });
}

void JobList::cancel(const QString &id)
{
    fetch(request("DELETE", path + u'/' + id), [this](const probe::Fetched &answer) {
        emit problem(answer.status == 204 ? QString() : problemIn(answer));
        ask();
    });
}

void JobList::ask()
{
    if (m_asking || m_base.isEmpty())
        return;
    m_asking = true;
    fetch(request("GET", path), [this](const probe::Fetched &answer) {
        m_asking = false;
        if (answer.status == 200)
            take(parseJobs(answer.body));
        else
            emit problem(problemIn(answer));
    });
}

void JobList::take(const QList<Job> &jobs)
{
    // Rows that stay are changed in place, so that a selection survives the next second.
    if (jobs.size() == m_jobs.size()) {
        m_jobs = jobs;
        if (!jobs.isEmpty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_jobs = jobs;
    endResetModel();
}

QVariant JobList::data(const QModelIndex &index, int role) const
{
    const Job &job = m_jobs[index.row()];
    switch (role) {
    case ProgressRole: return job.progress;
    case IdRole: return job.id;
    case OverRole: return job.isOver();
    case Qt::ToolTipRole: return index.column() == Factors ? job.factors : job.n;
    case Qt::DisplayRole: break;
    default: return {};
    }
    if (index.column() == Number)
        return job.n;
    if (index.column() == Factors)
        return job.factors;
    if (job.state != u"running"_s)
        return wordFor(job.state);
    return tr("%1 %2 %").arg(job.phase.isEmpty() ? wordFor(job.state) : job.phase,
                             QString::number(static_cast<int>(job.progress * 100)));
}

QString JobList::titleOf(int column) const
{
    return column == Number ? tr("Number") : column == StateColumn ? tr("State") : tr("Factors");
}

} // namespace openloop::gui

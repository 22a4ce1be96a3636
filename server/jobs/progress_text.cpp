// SPDX-License-Identifier: GPL-3.0-or-later
// A line is: the job's id, its attempt, ten-thousandths of the whole, seconds left or '-', and the phase to its end.
#include "server/jobs/progress_text.h"

#include <QStringList>

#include <algorithm>
#include <cmath>

using namespace Qt::Literals::StringLiterals;

namespace openloop {

namespace {

constexpr double whole = 10'000;
constexpr int fields = 5;

QByteArray lineOf(const JobProgress &job)
{
    const auto left = job.progress.timeLeft;
    const QByteArrayList words{
        QByteArray::number(qulonglong(job.task), 16),
        QByteArray::number(job.attempt),
        QByteArray::number(qint64(std::floor(whole * job.progress.fraction))),
        left ? QByteArray::number(qint64(std::ceil(left->count()))) : QByteArray("-"),
        job.progress.phase.toUtf8(),
    };
    return words.join(' ') + '\n';
}

std::optional<JobProgress> readLine(const QString &line)
{
    bool isTask = false;
    bool isAttempt = false;
    bool isPart = false;
    bool isTime = false;
    JobProgress job;
    job.task = line.section(u' ', 0, 0).toULongLong(&isTask, 16);
    job.attempt = line.section(u' ', 1, 1).toInt(&isAttempt);
    job.progress.fraction = line.section(u' ', 2, 2).toUInt(&isPart) / whole;
    const qint64 left = line.section(u' ', 3, 3).toUInt(&isTime);
    if (isTime)
        job.progress.timeLeft = std::chrono::seconds(left);
    job.progress.phase = line.section(u' ', fields - 1);
    const bool isOne = isTask && isAttempt && isPart && job.progress.fraction <= 1;
    return isOne ? std::optional(job) : std::nullopt;
}

} // namespace

std::string textOf(const QList<JobProgress> &jobs)
{
    std::string text;
    for (const JobProgress &job : jobs) {
        const QByteArray line = lineOf(job);
        if (text.size() + std::size_t(line.size()) <= queue::mostProgress)
            text += line.toStdString();
    }
    return text;
}

QList<JobProgress> progressIn(const std::string &text)
{
    QList<JobProgress> jobs;
    for (const QString &line : QString::fromStdString(text).split(u'\n', Qt::SkipEmptyParts)) {
        if (const auto job = readLine(line))
            jobs.append(*job);
    }
    return jobs;
}

std::optional<Factorizer::Progress> progressOf(const QList<JobProgress> &jobs, queue::TaskId task, int attempt)
{
    const auto isIt = [&](const JobProgress &job) { return job.task == task && job.attempt == attempt; };
    const auto found = std::ranges::find_if(jobs, isIt);
    return found == jobs.end() ? std::nullopt : std::optional(found->progress);
}

} // namespace openloop

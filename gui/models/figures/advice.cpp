// SPDX-License-Identifier: GPL-3.0-or-later
// One sentence for each way in which no good answer comes.
#include "gui/models/figures/advice.h"

#include "gui/models/format.h"
#include "gui/models/target_address.h"

#include <QCoreApplication>
#include <QUrl>

using namespace Qt::Literals::StringLiterals;

namespace openloop::gui {

namespace {

struct AdviceText {
    Q_DECLARE_TR_FUNCTIONS(AdviceText)
};

QString patienceOf(const probe::Target &target)
{
    return formatSpan(std::chrono::duration<double>(target.timeout).count());
}

QString hostOf(const probe::Target &target)
{
    return QUrl(target.url).host();
}

QString adviceOnStatus(int status)
{
    switch (status) {
    case 401:
    case 403: return AdviceText::tr("Does the target need a token or another header?");
    case 404:
    case 410: return AdviceText::tr("Is its path right?");
    case 405: return AdviceText::tr("Is its method right?");
    case 429:
    case 503: return AdviceText::tr("It refuses for now: is there too much load?");
    default: break;
    }
    if (status >= 500)
        return AdviceText::tr("The service itself fails: look into its log.");
    if (status >= 300 && status < 400)
        return AdviceText::tr("Measure the address to which it redirects.");
    return AdviceText::tr("Is the request one that the service takes?");
}

} // namespace

QString adviceOn(const probe::Cause &cause, const probe::Target &target)
{
    if (cause.kind == probe::Cause::Kind::Silence)
        return AdviceText::tr("It gets %1 for each answer: is it stuck?").arg(patienceOf(target));
    if (cause.kind != probe::Cause::Kind::Failure)
        return {};
    switch (cause.outcome) {
    case probe::Outcome::Refused: return AdviceText::tr("Is the service running?");
    case probe::Outcome::TimedOut:
        return AdviceText::tr("No answer within %1: is the service stuck, or does a firewall swallow the requests?")
            .arg(patienceOf(target));
    case probe::Outcome::Unresolved:
        return AdviceText::tr("Is “%1” spelled right, and does the name server know it?").arg(hostOf(target));
    case probe::Outcome::WrongAnswer:
        return AdviceText::tr(
            "It answers, but not what is expected: compare its answer with the target's expectation.");
    case probe::Outcome::HttpError: return adviceOnStatus(cause.status);
    case probe::Outcome::Reset: return AdviceText::tr("Does the service crash, or a proxy before it?");
    case probe::Outcome::TlsFailed: return AdviceText::tr("Is its certificate valid, and does it speak https there?");
    case probe::Outcome::Failed: return AdviceText::tr("Does it speak HTTP there?");
    case probe::Outcome::Ok:
    case probe::Outcome::Skipped: break;
    }
    return {};
}

Absence absenceOf(const probe::Cause &cause, const QString &problem, const probe::Target &target)
{
    using probe::Outcome;
    const auto address = addressOf({target});
    if (cause.kind == probe::Cause::Kind::None)
        return {AdviceText::tr("Looking for a service at %1 …").arg(address), {}, false};
    const auto goesOn = AdviceText::tr("The probes go on; the chart appears with the first answer.");
    const auto told = [&](const QString &headline, const QString &happened) {
        return Absence{headline, u"%1 %2\n%3"_s.arg(happened, adviceOn(cause, target), goesOn).trimmed(), false};
    };
    if (cause.kind == probe::Cause::Kind::Silence || cause.outcome == Outcome::TimedOut)
        return told(AdviceText::tr("%1 does not answer.").arg(address),
                    cause.kind == probe::Cause::Kind::Silence
                        ? AdviceText::tr("Nothing has come for %1.")
                              .arg(formatSpan(std::chrono::duration<double>(cause.silentFor).count()))
                        : QString());
    switch (cause.outcome) {
    case Outcome::Refused: {
        auto absence = told(AdviceText::tr("No service at %1.").arg(address),
                            AdviceText::tr("The connection was refused: nobody listens there."));
        absence.isRefused = true;
        return absence;
    }
    case Outcome::Unresolved:
        return told(AdviceText::tr("There is no host “%1”.").arg(hostOf(target)),
                    AdviceText::tr("Its name has no address."));
    case Outcome::TlsFailed: return told(AdviceText::tr("No secure connection with %1.").arg(address), problem + u'.');
    case Outcome::Reset: return told(AdviceText::tr("%1 breaks the connection off.").arg(address), {});
    default:
        return told(AdviceText::tr("No good answer from %1.").arg(address),
                    problem.isEmpty() ? problem : problem + u'.');
    }
}

} // namespace openloop::gui

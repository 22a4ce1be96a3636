// SPDX-License-Identifier: GPL-3.0-or-later
// One sentence for each thing that can happen.
#include "gui/models/words.h"

#include "gui/models/format.h"
#include "gui/models/session.h"

#include <QCoreApplication>

namespace openloop::gui {

namespace {

struct TargetWatchText {
    Q_DECLARE_TR_FUNCTIONS(TargetWatchText)
};

QString spanOf(probe::Nanoseconds duration)
{
    return formatSpan(std::chrono::duration<double>(duration).count());
}

} // namespace

QString wordsFor(const probe::Event &event)
{
    using What = probe::Event::What;
    switch (event.what) {
    case What::RuleBroken: return Session::tr("%1 broken: %2").arg(event.text, event.value);
    case What::RuleHolds: return Session::tr("%1 holds again after %2").arg(event.text, spanOf(event.lasted));
    case What::Down: return Session::tr("down: %1").arg(wordsFor(event.cause));
    case What::Back: return Session::tr("answers again");
    case What::Unwatched:
        return event.text.isEmpty() ? Session::tr("no longer watched")
                                    : Session::tr("%1: no longer watched").arg(event.text);
    case What::Moved: return Session::tr("moved from %1 to %2").arg(event.value, event.text);
    case What::ClockSet:
        return event.lasted < probe::Nanoseconds(0)
            ? Session::tr("the wall clock was set back by %1").arg(spanOf(-event.lasted))
            : Session::tr("the wall clock was set forward by %1").arg(spanOf(event.lasted));
    case What::LoadSet:
        return event.load > 0 ? Session::tr("%1 requests kept in flight").arg(event.load) : Session::tr("load ended");
    case What::Trust: return event.text.isEmpty() ? Session::tr("The measurement is trustworthy again") : event.text;
    case What::NotRecorded:
        return Session::tr("Not recorded: %1. Measuring goes on; what is missing is written once the file can be.")
            .arg(event.text);
    case What::RecordedAgain: return Session::tr("Recorded again, with what was missing");
    case What::Told: break;
    }
    return event.text;
}

QString withoutTarget(const QString &text, const QString &target)
{
    const QString prefix = target + QStringLiteral(": ");
    return !target.isEmpty() && text.startsWith(prefix) ? text.sliced(prefix.size()) : text;
}

QString wordsFor(const probe::Cause &cause)
{
    using Kind = probe::Cause::Kind;
    switch (cause.kind) {
    case Kind::Failure:
        return cause.outcome == probe::Outcome::HttpError ? TargetWatchText::tr("HTTP %1").arg(cause.status)
                                                          : probe::outcomeName(cause.outcome);
    case Kind::Silence: return TargetWatchText::tr("no answer for %1").arg(spanOf(cause.silentFor));
    case Kind::OverLimit: return TargetWatchText::tr("p99 over its limit");
    case Kind::Errors: return TargetWatchText::tr("errors in the last 10 s");
    case Kind::None: break;
    }
    return {};
}

} // namespace openloop::gui

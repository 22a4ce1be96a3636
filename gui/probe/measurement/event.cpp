// SPDX-License-Identifier: GPL-3.0-or-later
// The way of events into recordings and back, and their plain words.
#include "gui/probe/measurement/event.h"

#include "gui/probe/samples/durations.h"

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

constexpr std::array keys{std::pair(EventKind::Alert, "alert"_L1),
                          std::pair(EventKind::Recovery, "recovery"_L1),
                          std::pair(EventKind::Load, "load"_L1),
                          std::pair(EventKind::Trust, "trust"_L1),
                          std::pair(EventKind::Experiment, "experiment"_L1),
                          std::pair(EventKind::Note, "note"_L1)};

} // namespace

QString keyOf(EventKind kind)
{
    return std::ranges::find(keys, kind, &decltype(keys)::value_type::first)->second;
}

EventKind kindOf(const QString &key)
{
    const auto found = std::ranges::find(keys, key, &decltype(keys)::value_type::second);
    return found == keys.end() ? EventKind::Note : found->first;
}

QString plainWords(const ClockStep &step)
{
    return step.by < Nanoseconds(0) ? u"the wall clock was set back by "_s + formatDuration(-step.by)
                                    : u"the wall clock was set forward by "_s + formatDuration(step.by);
}

QString plainWords(const Event &event)
{
    switch (event.what) {
    case Event::What::RuleBroken: return u"%1 broken: %2"_s.arg(event.text, event.value);
    case Event::What::RuleHolds: return u"%1 holds again after %2"_s.arg(event.text, formatDuration(event.lasted));
    case Event::What::Down: return u"down: "_s + plainWords(event.cause);
    case Event::What::Back: return u"answers again"_s;
    case Event::What::Unwatched: return event.text + (event.text.isEmpty() ? u""_s : u": "_s) + u"no longer watched"_s;
    case Event::What::Moved: return u"moved from %1 to %2"_s.arg(event.value, event.text);
    case Event::What::ClockSet: return plainWords(ClockStep{event.at, event.lasted});
    case Event::What::LoadSet:
        return event.load > 0 ? u"%1 requests kept in flight"_s.arg(event.load) : u"load ended"_s;
    case Event::What::Trust: return event.text.isEmpty() ? u"the measurement is trustworthy again"_s : event.text;
    case Event::What::NotRecorded: return u"not recorded: "_s + event.text;
    case Event::What::RecordedAgain: return u"recorded again, with what was missing"_s;
    case Event::What::Told: break;
    }
    return event.text;
}

LogEntry toEntry(const Event &event, const EventWords &words)
{
    if (event.what == Event::What::LoadSet)
        return LogEntry::load(event.at, event.target, event.load);
    return {event.at, keyOf(event.kind), event.target, words(event)};
}

Event fromEntry(const LogEntry &entry)
{
    Event event;
    event.at = entry.at;
    event.kind = kindOf(entry.kind);
    event.target = entry.target;
    if (event.kind == EventKind::Load) {
        event.what = Event::What::LoadSet;
        event.load = entry.text.toInt();
    } else {
        event.what = event.kind == EventKind::Trust ? Event::What::Trust : Event::What::Told;
        event.text = entry.text;
    }
    return event;
}

} // namespace openloop::probe

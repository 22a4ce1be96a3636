// SPDX-License-Identifier: GPL-3.0-or-later
// From an event to a document, and to variables.
#include "gui/probe/headless/always_on/alert.h"

using namespace Qt::Literals::StringLiterals;

namespace openloop::probe {

namespace {

QString keyOf(const Event &event)
{
    switch (event.what) {
    case Event::What::RuleBroken:
    case Event::What::RuleHolds: return u"rule"_s;
    case Event::What::Down:
    case Event::What::Back: return u"down"_s;
    case Event::What::Unwatched: return event.text.isEmpty() ? u"down"_s : u"rule"_s;
    case Event::What::NotRecorded:
    case Event::What::RecordedAgain: return u"recording"_s;
    default: return u"other"_s;
    }
}

} // namespace

QJsonObject alertFrom(const Event &event, const WallClock &wall, qint64 number)
{
    QJsonObject alert{{u"version"_s, 1},
                      {u"number"_s, number},
                      {u"at"_s, wall.dateTime(event.at).toUTC().toString(Qt::ISODateWithMs)},
                      {u"event"_s, keyOf(event)},
                      {u"state"_s, event.kind == EventKind::Alert ? u"firing"_s : u"resolved"_s},
                      {u"target"_s, event.target},
                      {u"text"_s, plainWords(event)}};
    if (keyOf(event) == "rule"_L1) {
        alert[u"rule"_s] = event.text;
        alert[u"value"_s] = event.value;
    }
    if (event.kind == EventKind::Recovery)
        alert[u"lasted_s"_s] = std::chrono::duration<double>(event.lasted).count();
    return alert;
}

QProcessEnvironment environmentOf(const QJsonObject &alert)
{
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto &name : {u"event"_s, u"state"_s, u"target"_s, u"rule"_s, u"value"_s, u"text"_s, u"at"_s})
        environment.insert(u"OPENLOOP_ALERT_"_s + name.toUpper(), alert.value(name).toString());
    return environment;
}

} // namespace openloop::probe

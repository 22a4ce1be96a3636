<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>openloop::gui::Card</name>
    <message numerus="yes">
        <source>%n request(s) met the closing of a kept connection and were sent again</source>
        <translation>
            <numerusform>%n request met the closing of a kept connection and was sent again</numerusform>
            <numerusform>%n requests met the closing of a kept connection and were sent again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::ChartKey</name>
    <message numerus="yes">
        <source>up to %n request(s) in %1</source>
        <translation>
            <numerusform>up to %n request in %1</numerusform>
            <numerusform>up to %n requests in %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n request(s) in %1</source>
        <translation>
            <numerusform>%n request in %1</numerusform>
            <numerusform>%n requests in %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Consent</name>
    <message numerus="yes">
        <source>Up to %n request(s) of /%1 are kept in flight. Only load what is yours to load; it is asked once for each host.</source>
        <translation>
            <numerusform>Up to %n request of /%1 is kept in flight. Only load what is yours to load; it is asked once for each host.</numerusform>
            <numerusform>Up to %n requests of /%1 are kept in flight. Only load what is yours to load; it is asked once for each host.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::FleetTable</name>
    <message numerus="yes">
        <source>%n more server(s) left or got lost within the last day</source>
        <translation>
            <numerusform>One more server left or got lost within the last day</numerusform>
            <numerusform>%n more servers left or got lost within the last day</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n server(s) share(s) a queue</source>
        <translation>
            <numerusform>1 server, alone at its queue</numerusform>
            <numerusform>%n servers share a queue</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gone</source>
        <translation>
            <numerusform>1 gone</numerusform>
            <numerusform>%n gone</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) run</source>
        <translation>
            <numerusform>1 job runs</numerusform>
            <numerusform>%n jobs run</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n digit(s)</source>
        <translation>
            <numerusform>1 digit</numerusform>
            <numerusform>%n digits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::LatencyChart</name>
    <message numerus="yes">
        <source>  %n error(s)</source>
        <translation>
            <numerusform>  %n error</numerusform>
            <numerusform>  %n errors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::SamplePopup</name>
    <message numerus="yes">
        <source>%n redirect(s), to %1</source>
        <translation>
            <numerusform>%n redirect, to %1</numerusform>
            <numerusform>%n redirects, to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::VerdictBar</name>
    <message numerus="yes">
        <source>%n target(s)</source>
        <translation>
            <numerusform>%n target</numerusform>
            <numerusform>%n targets</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>VerdictText</name>
    <message numerus="yes">
        <source>%n more target(s) are down.</source>
        <translation>
            <numerusform>%n more target is down.</numerusform>
            <numerusform>%n more targets are down.</numerusform>
        </translation>
    </message>
</context>
</TS>

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
    <name>openloop::gui::VerdictBar</name>
    <message numerus="yes">
        <source>%n target(s)</source>
        <translation>
            <numerusform>%n target</numerusform>
            <numerusform>%n targets</numerusform>
        </translation>
    </message>
</context>
</TS>

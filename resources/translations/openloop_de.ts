<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AdviceText</name>
    <message>
        <source>Does the target need a token or another header?</source>
        <translation>Braucht das Ziel ein Token oder eine andere Kopfzeile?</translation>
    </message>
    <message>
        <source>Is its path right?</source>
        <translation>Stimmt der Pfad?</translation>
    </message>
    <message>
        <source>Is its method right?</source>
        <translation>Stimmt die Methode?</translation>
    </message>
    <message>
        <source>It refuses for now: is there too much load?</source>
        <translation>Er lehnt vorerst ab: zu viel Last?</translation>
    </message>
    <message>
        <source>The service itself fails: look into its log.</source>
        <translation>Der Dienst selbst scheitert: sein Protokoll sagt, woran.</translation>
    </message>
    <message>
        <source>Measure the address to which it redirects.</source>
        <translation>Die Adresse messen, auf die er verweist.</translation>
    </message>
    <message>
        <source>Is the request one that the service takes?</source>
        <translation>Ist das eine Anfrage, die der Dienst annimmt?</translation>
    </message>
    <message>
        <source>It gets %1 for each answer: is it stuck?</source>
        <translation>Für jede Antwort hat er %1: Hängt er?</translation>
    </message>
    <message>
        <source>Is the service running?</source>
        <translation>Läuft der Dienst?</translation>
    </message>
    <message>
        <source>No answer within %1: is the service stuck, or does a firewall swallow the requests?</source>
        <translation>Keine Antwort innerhalb von %1: Hängt der Dienst, oder verschluckt eine Firewall die Anfragen?</translation>
    </message>
    <message>
        <source>Is “%1” spelled right, and does the name server know it?</source>
        <translation>Ist „%1“ richtig geschrieben, und kennt der Namensserver ihn?</translation>
    </message>
    <message>
        <source>It answers, but not what is expected: compare its answer with the target&apos;s expectation.</source>
        <translation>Er antwortet, aber nicht das Erwartete: die Antwort mit der Erwartung des Ziels vergleichen.</translation>
    </message>
    <message>
        <source>Does the service crash, or a proxy before it?</source>
        <translation>Stürzt der Dienst ab oder ein Proxy davor?</translation>
    </message>
    <message>
        <source>Is its certificate valid, and does it speak https there?</source>
        <translation>Ist sein Zertifikat gültig, und spricht er dort https?</translation>
    </message>
    <message>
        <source>Does it speak HTTP there?</source>
        <translation>Spricht er dort HTTP?</translation>
    </message>
    <message>
        <source>Looking for a service at %1 …</source>
        <translation>Suche einen Dienst bei %1 …</translation>
    </message>
    <message>
        <source>The probes go on; the chart appears with the first answer.</source>
        <translation>Die Messungen gehen weiter; mit der ersten Antwort erscheint das Diagramm.</translation>
    </message>
    <message>
        <source>%1 does not answer.</source>
        <translation>%1 antwortet nicht.</translation>
    </message>
    <message>
        <source>Nothing has come for %1.</source>
        <translation>Seit %1 kam nichts.</translation>
    </message>
    <message>
        <source>No service at %1.</source>
        <translation>Kein Dienst bei %1.</translation>
    </message>
    <message>
        <source>The connection was refused: nobody listens there.</source>
        <translation>Die Verbindung wurde abgelehnt: Dort hört niemand zu.</translation>
    </message>
    <message>
        <source>There is no host “%1”.</source>
        <translation>Es gibt keinen Rechner „%1“.</translation>
    </message>
    <message>
        <source>Its name has no address.</source>
        <translation>Der Name hat keine Adresse.</translation>
    </message>
    <message>
        <source>No secure connection with %1.</source>
        <translation>Keine sichere Verbindung mit %1.</translation>
    </message>
    <message>
        <source>%1 breaks the connection off.</source>
        <translation>%1 bricht die Verbindung ab.</translation>
    </message>
    <message>
        <source>No good answer from %1.</source>
        <translation>Keine brauchbare Antwort von %1.</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Card</name>
    <message>
        <source>max (n=%1)</source>
        <translation>max. (n=%1)</translation>
    </message>
    <message>
        <source>last</source>
        <translation>letzte</translation>
    </message>
    <message>
        <source>max</source>
        <translation>max.</translation>
    </message>
    <message>
        <source>errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>certificate</source>
        <translation>Zertifikat</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>abgelaufen</translation>
    </message>
    <message>
        <source>retried</source>
        <translation>wiederholt</translation>
    </message>
    <message numerus="yes">
        <source>%n request(s) met the closing of a kept connection and were sent again</source>
        <translation>
            <numerusform>%n Anfrage traf auf das Schließen einer gehaltenen Verbindung und wurde noch einmal gesendet</numerusform>
            <numerusform>%n Anfragen trafen auf das Schließen einer gehaltenen Verbindung und wurden noch einmal gesendet</numerusform>
        </translation>
    </message>
    <message>
        <source>Figures: %1. Curve: p50 of the last minute.</source>
        <translation>Werte: %1. Kurve: p50 der letzten Minute.</translation>
    </message>
    <message>
        <source>not probed during the test</source>
        <translation>während des Tests ungemessen</translation>
    </message>
    <message>
        <source>last %1: %2, under %3</source>
        <translation>letzte %1: %2, unter %3</translation>
    </message>
    <message>
        <source>last %1: %2, over %3</source>
        <translation>letzte %1: %2, über %3</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ChartKey</name>
    <message numerus="yes">
        <source>up to %n request(s) in %1</source>
        <translation>
            <numerusform>bis zu %n Anfrage in %1</numerusform>
            <numerusform>bis zu %n Anfragen in %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n request(s) in %1</source>
        <translation>
            <numerusform>%n Anfrage in %1</numerusform>
            <numerusform>%n Anfragen in %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::gui::ChartPanel</name>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>From when a request was due until its last byte: what users feel.
Line: p50. Band: p50 to p99. Points: single requests. Crosses: failures.</source>
        <translation>Vom fälligen Zeitpunkt einer Anfrage bis zu ihrem letzten Byte: was Nutzer spüren.
Linie: p50. Band: p50 bis p99. Punkte: einzelne Anfragen. Kreuze: Fehlschläge.</translation>
    </message>
    <message>
        <source>1m</source>
        <translation>1 min</translation>
    </message>
    <message>
        <source>5m</source>
        <translation>5 min</translation>
    </message>
    <message>
        <source>10m</source>
        <translation>10 min</translation>
    </message>
    <message>
        <source>1h</source>
        <translation>1 h</translation>
    </message>
    <message>
        <source>24h</source>
        <translation>24 h</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Last minute (1)</source>
        <translation>Letzte Minute (1)</translation>
    </message>
    <message>
        <source>Last 5 minutes (2)</source>
        <translation>Letzte 5 Minuten (2)</translation>
    </message>
    <message>
        <source>Last 10 minutes (3)</source>
        <translation>Letzte 10 Minuten (3)</translation>
    </message>
    <message>
        <source>Last hour (4)</source>
        <translation>Letzte Stunde (4)</translation>
    </message>
    <message>
        <source>Last 24 hours (5)</source>
        <translation>Letzte 24 Stunden (5)</translation>
    </message>
    <message>
        <source>The whole session (6)</source>
        <translation>Die ganze Sitzung (6)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Log</translation>
    </message>
    <message>
        <source>Lin</source>
        <translation>Lin</translation>
    </message>
    <message>
        <source>Logarithmic latency axis (G)</source>
        <translation>Logarithmische Latenzachse (G)</translation>
    </message>
    <message>
        <source>Linear latency axis (G)</source>
        <translation>Lineare Latenzachse (G)</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Punkte</translation>
    </message>
    <message>
        <source>Heatmap</source>
        <translation>Heatmap</translation>
    </message>
    <message>
        <source>CCDF</source>
        <translation>CCDF</translation>
    </message>
    <message>
        <source>Lines, bands and points (H)</source>
        <translation>Linien, Bänder und Punkte (H)</translation>
    </message>
    <message>
        <source>How many requests took how long, over time (H)</source>
        <translation>Wie viele Anfragen wie lange dauerten, im Zeitverlauf (H)</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>Phases</source>
        <translation>Phasen</translation>
    </message>
    <message>
        <source>Share of requests by latency (H)</source>
        <translation>Anteil der Anfragen nach Latenz (H)</translation>
    </message>
    <message>
        <source>Share of requests slower than x (H)</source>
        <translation>Anteil der Anfragen, die länger als x brauchen (H)</translation>
    </message>
    <message>
        <source>Where the median request&apos;s time goes: waiting, DNS, TCP, TLS, first byte, body (H)</source>
        <translation>Wohin die Zeit der mittleren Anfrage geht: Warten, DNS, TCP, TLS, erstes Byte, Rumpf (H)</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ComparePanel</name>
    <message>
        <source>Compare with a recording…</source>
        <translation>Mit einer Aufzeichnung vergleichen …</translation>
    </message>
    <message>
        <source>What changed since then? The quantiles of a recording beside those of the visible range.</source>
        <translation>Was hat sich seitdem geändert? Die Quantile einer Aufzeichnung neben denen des sichtbaren Bereichs.</translation>
    </message>
    <message>
        <source>Differences of quantiles</source>
        <translation>Unterschiede der Quantile</translation>
    </message>
    <message>
        <source>Recording of %1 (%2) → visible range</source>
        <translation>Aufzeichnung vom %1 (%2) → sichtbarer Bereich</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Comparison</name>
    <message>
        <source>Fewer than 100 answers: the longest instead of a p99</source>
        <translation>Weniger als 100 Antworten: die längste statt eines p99</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>errors</source>
        <translation>Fehler</translation>
    </message>
</context>
<context>
    <name>Consent</name>
    <message>
        <source>Load</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>Load %1, which is not on this machine?</source>
        <translation>%1 auslasten? Der Dienst läuft nicht auf diesem Rechner.</translation>
    </message>
    <message numerus="yes">
        <source>Up to %n request(s) of /%1 are kept in flight. Only load what is yours to load; it is asked once for each host.</source>
        <translation>
            <numerusform>Bis zu %n Anfrage an /%1 ist gleichzeitig unterwegs. Nur auslasten, was man auslasten darf; gefragt wird einmal je Rechner.</numerusform>
            <numerusform>Bis zu %n Anfragen an /%1 sind gleichzeitig unterwegs. Nur auslasten, was man auslasten darf; gefragt wird einmal je Rechner.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Load</source>
        <translation>&amp;Auslasten</translation>
    </message>
</context>
<context>
    <name>openloop::gui::EventLog</name>
    <message>
        <source>alert</source>
        <translation>Alarm</translation>
    </message>
    <message>
        <source>recovered</source>
        <translation>erholt</translation>
    </message>
    <message>
        <source>load</source>
        <translation>Last</translation>
    </message>
    <message>
        <source>trust</source>
        <translation>Vertrauen</translation>
    </message>
    <message>
        <source>experiment</source>
        <translation>Experiment</translation>
    </message>
    <message>
        <source>note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
</context>
<context>
    <name>openloop::gui::EventsPanel</name>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Nothing happened yet. Broken rules, outages and loads are listed here.</source>
        <translation>Noch ist nichts geschehen. Hier stehen gebrochene Regeln, Ausfälle und Lasten.</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ExperimentPanel</name>
    <message>
        <source>PASS</source>
        <translation>BESTANDEN</translation>
    </message>
    <message>
        <source>FAIL</source>
        <translation>NICHT BESTANDEN</translation>
    </message>
    <message>
        <source>INCONCLUSIVE</source>
        <translation>OHNE ERGEBNIS</translation>
    </message>
    <message>
        <source>Run isolation test</source>
        <translation>Isolationstest starten</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy command line</source>
        <translation>Befehlszeile kopieren</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Ratio of p99</source>
        <translation>Verhältnis der p99</translation>
    </message>
    <message>
        <source>before</source>
        <translation>vorher</translation>
    </message>
    <message>
        <source>during</source>
        <translation>während</translation>
    </message>
    <message>
        <source>after</source>
        <translation>danach</translation>
    </message>
    <message>
        <source>Latency before, during and after the load</source>
        <translation>Latenz vor, während und nach der Last</translation>
    </message>
    <message>
        <source>The same test as a command, for a terminal or CI</source>
        <translation>Derselbe Test als Befehl, für Terminal oder CI</translation>
    </message>
    <message>
        <source>Isolation test</source>
        <translation>Isolationstest</translation>
    </message>
    <message>
        <source>Does heavy work slow the light requests? 10 s baseline, 20 s under load, 10 s recovery, then a verdict.</source>
        <translation>Bremst schwere Arbeit die leichten Anfragen? 10 s Ruhe, 20 s Last, 10 s Erholung, dann das Urteil.</translation>
    </message>
    <message>
        <source>Baseline: measuring without load</source>
        <translation>Ruhe: Messung ohne Last</translation>
    </message>
    <message>
        <source>Load: %1 requests of /%2 in flight</source>
        <translation>Last: %1 Anfragen an /%2 unterwegs</translation>
    </message>
    <message>
        <source>Recovery: the load is gone</source>
        <translation>Erholung: die Last ist weg</translation>
    </message>
    <message>
        <source>Waiting for the last answers</source>
        <translation>Warten auf die letzten Antworten</translation>
    </message>
    <message>
        <source>Isolation test running</source>
        <translation>Isolationstest läuft</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>Where there are fewer than 100 answers, the longest instead of a p99.</source>
        <translation>Bei weniger als 100 Antworten die längste statt eines p99.</translation>
    </message>
    <message>
        <source>%1. %2 left</source>
        <translation>%1. Noch %2</translation>
    </message>
    <message>
        <source>%1 (%2 to %3)</source>
        <translation>%1 (%2 bis %3)</translation>
    </message>
    <message>
        <source>Ratio</source>
        <translation>Verhältnis</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Experiments</name>
    <message>
        <source>No isolation test: %1</source>
        <translation>Kein Isolationstest: %1</translation>
    </message>
    <message>
        <source>a recording is shown</source>
        <translation>eine Aufzeichnung wird gezeigt</translation>
    </message>
    <message>
        <source>nothing answers yet</source>
        <translation>noch antwortet nichts</translation>
    </message>
    <message>
        <source>the search for a limit runs</source>
        <translation>die Suche nach einer Grenze läuft</translation>
    </message>
    <message>
        <source>there is no target to put under load</source>
        <translation>es gibt kein Ziel, das belastet werden könnte</translation>
    </message>
</context>
<context>
    <name>ExportText</name>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>max</source>
        <translation>max.</translation>
    </message>
    <message>
        <source>errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>%1 (max of %2)</source>
        <translation>%1 (max. von %2)</translation>
    </message>
    <message>
        <source>Isolation test</source>
        <translation>Isolationstest</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Exports</name>
    <message>
        <source>Cannot write %1</source>
        <translation>%1 kann nicht geschrieben werden</translation>
    </message>
    <message>
        <source>A file ending in png, svg, pdf, csv, json or html is needed</source>
        <translation>Die Datei muss auf png, svg, pdf, csv, json oder html enden</translation>
    </message>
    <message>
        <source>Export the visible range</source>
        <translation>Sichtbaren Bereich exportieren</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Report (*.html)</source>
        <translation>Bericht (*.html)</translation>
    </message>
    <message>
        <source>Picture (*.png *.svg *.pdf)</source>
        <translation>Bild (*.png *.svg *.pdf)</translation>
    </message>
    <message>
        <source>Data (*.csv *.json)</source>
        <translation>Daten (*.csv *.json)</translation>
    </message>
</context>
<context>
    <name>openloop::gui::FiguresDialog</name>
    <message>
        <source>Figures of the service</source>
        <translation>Werte des Dienstes</translation>
    </message>
    <message>
        <source>Part of a name</source>
        <translation>Teil eines Namens</translation>
    </message>
    <message>
        <source>Show the metrics whose name contains this</source>
        <translation>Zeigt die Metriken, deren Name dies enthält</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>Metrik</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>Per second</source>
        <translation>Je Sekunde</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message>
        <source>Metrics of the service</source>
        <translation>Metriken des Dienstes</translation>
    </message>
    <message>
        <source>%1 of at most %2 chosen</source>
        <translation>%1 von höchstens %2 gewählt</translation>
    </message>
</context>
<context>
    <name>openloop::gui::FirstRun</name>
    <message>
        <source>Start the local service</source>
        <translation>Lokalen Dienst starten</translation>
    </message>
    <message>
        <source>Enter URL</source>
        <translation>URL eingeben</translation>
    </message>
    <message>
        <source>Open a recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>Starting the local service …</source>
        <translation>Der lokale Dienst startet …</translation>
    </message>
</context>
<context>
    <name>openloop::gui::FleetPanel</name>
    <message>
        <source>Fleet</source>
        <translation>Verbund</translation>
    </message>
</context>
<context>
    <name>openloop::gui::FleetTable</name>
    <message>
        <source>overdue</source>
        <translation>überfällig</translation>
    </message>
    <message>
        <source>alive</source>
        <translation>lebt</translation>
    </message>
    <message>
        <source>left</source>
        <translation>abgemeldet</translation>
    </message>
    <message>
        <source>lost</source>
        <translation>verloren</translation>
    </message>
    <message numerus="yes">
        <source>%n more server(s) left or got lost within the last day</source>
        <translation>
            <numerusform>Ein weiterer Server ging oder verlor sich innerhalb des letzten Tages</numerusform>
            <numerusform>%n weitere Server gingen oder verloren sich innerhalb des letzten Tages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n server(s) share(s) a queue</source>
        <translation>
            <numerusform>1 Server, allein an seiner Warteschlange</numerusform>
            <numerusform>%n Server an einer Warteschlange</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gone</source>
        <translation>
            <numerusform>1 weg</numerusform>
            <numerusform>%n weg</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) run</source>
        <translation>
            <numerusform>1 Auftrag läuft</numerusform>
            <numerusform>%n Aufträge laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 wait</source>
        <translation>%1 warten</translation>
    </message>
    <message>
        <source>It does not run any more.</source>
        <translation>Er läuft nicht mehr.</translation>
    </message>
    <message>
        <source>Only the server itself tells this, on /metrics: add one of its URLs as a target.</source>
        <translation>Das sagt nur der Server selbst, auf /metrics: eine seiner URLs als Ziel hinzufügen.</translation>
    </message>
    <message>
        <source>It should have said that it lives every %1.</source>
        <translation>Er hätte alle %1 sagen sollen, dass er lebt.</translation>
    </message>
    <message>
        <source>Server %1</source>
        <translation>Server %1</translation>
    </message>
    <message>
        <source>Id %1, of this start</source>
        <translation>Kennung %1, dieses Starts</translation>
    </message>
    <message>
        <source>Version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>The target at %1 leads to it</source>
        <translation>Das Ziel unter %1 führt zu ihm</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%n digit(s)</source>
        <translation>
            <numerusform>1 Stelle</numerusform>
            <numerusform>%n Stellen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>Job %1 at %2</source>
        <translation>Auftrag %1 bei %2</translation>
    </message>
    <message>
        <source>Ctrl+C copies the id</source>
        <translation>Strg+C kopiert die Kennung</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Pool busy</source>
        <translation>Pool belegt</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Wartend</translation>
    </message>
    <message>
        <source>Loop lag</source>
        <translation>Verspätung</translation>
    </message>
    <message>
        <source>Last beat</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Threads of its pool that compute, of all</source>
        <translation>Threads seines Pools, die rechnen, von allen</translation>
    </message>
    <message>
        <source>Computations that wait for one of its threads</source>
        <translation>Berechnungen, die auf einen seiner Threads warten</translation>
    </message>
    <message>
        <source>By how much its event loop was late in the last two seconds, at most</source>
        <translation>Um wie viel seine Ereignisschleife in den letzten zwei Sekunden höchstens zu spät war</translation>
    </message>
    <message>
        <source>How long ago it last said that it lives</source>
        <translation>Wie lange es her ist, dass er zuletzt sagte, dass er lebt</translation>
    </message>
</context>
<context>
    <name>openloop::gui::FleetWatch</name>
    <message>
        <source>A recording does not hold which servers shared a queue.</source>
        <translation>Eine Aufzeichnung enthält nicht, welche Server sich eine Warteschlange teilten.</translation>
    </message>
    <message>
        <source>The servers that share a queue are shown here, and which of them works on which job.</source>
        <translation>Hier stehen die Server, die sich eine Warteschlange teilen, und welcher von ihnen an welchem Auftrag arbeitet.</translation>
    </message>
    <message>
        <source>Nobody has answered yet.</source>
        <translation>Noch hat niemand geantwortet.</translation>
    </message>
    <message>
        <source>No target is an openloop-server.</source>
        <translation>Kein Ziel ist ein openloop-server.</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>last %1</source>
        <translation>letzte %1</translation>
    </message>
    <message>
        <source>%1, held</source>
        <translation>%1, angehalten</translation>
    </message>
</context>
<context>
    <name>Gap</name>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>suspended</source>
        <translation>im Ruhezustand</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>not a target</source>
        <translation>kein Ziel</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
</context>
<context>
    <name>openloop::gui::JobList</name>
    <message>
        <source>%1 %2 %</source>
        <translation>%1 %2 %</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Zahl</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Factors</source>
        <translation>Faktoren</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
</context>
<context>
    <name>openloop::gui::JobsPanel</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>A whole number, 1 or more</source>
        <translation>Eine ganze Zahl ab 1</translation>
    </message>
    <message>
        <source>Number to factorize</source>
        <translation>Zu zerlegende Zahl</translation>
    </message>
    <message>
        <source>Factorize</source>
        <translation>Zerlegen</translation>
    </message>
    <message>
        <source>Cancels the selected factorization</source>
        <translation>Bricht die gewählte Zerlegung ab</translation>
    </message>
    <message>
        <source>Factorizations</source>
        <translation>Zerlegungen</translation>
    </message>
</context>
<context>
    <name>openloop::gui::LatencyChart</name>
    <message>
        <source>Latency over time</source>
        <translation>Latenz im Zeitverlauf</translation>
    </message>
    <message>
        <source>control</source>
        <translation>Kontrolle</translation>
    </message>
    <message>
        <source>SLO %1</source>
        <translation>SLO %1</translation>
    </message>
    <message>
        <source>%1 × /%2</source>
        <translation>%1 × /%2</translation>
    </message>
    <message>
        <source>slower than %1</source>
        <translation>langsamer als %1</translation>
    </message>
    <message>
        <source>p50 %1  %2 %3</source>
        <translation>p50 %1  %2 %3</translation>
    </message>
    <message>
        <source>no latency</source>
        <translation>keine Latenz</translation>
    </message>
    <message numerus="yes">
        <source>  %n error(s)</source>
        <translation>
            <numerusform>  %n Fehler</numerusform>
            <numerusform>  %n Fehler</numerusform>
        </translation>
    </message>
    <message>
        <source>/%1: how many requests took how long, %2</source>
        <translation>/%1: wie viele Anfragen wie lange brauchten, %2</translation>
    </message>
    <message>
        <source>Share of requests that took longer, %1</source>
        <translation>Anteil der Anfragen, die länger brauchten, %1</translation>
    </message>
    <message>
        <source>Share of requests by latency, %1</source>
        <translation>Anteil der Anfragen nach Latenz, %1</translation>
    </message>
    <message>
        <source>/%1: where the time of the median request went, %2</source>
        <translation>/%1: wohin die Zeit der mittleren Anfrage ging, %2</translation>
    </message>
</context>
<context>
    <name>openloop::gui::LimitPanel</name>
    <message>
        <source>Find the limit</source>
        <translation>Grenze suchen</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Latency against load</source>
        <translation>Latenz über der Last</translation>
    </message>
    <message>
        <source>Doubles the load until the promise breaks, then halves the step: some seconds for each</source>
        <translation>Verdoppelt die Last, bis das Versprechen bricht, und halbiert dann den Schritt: je einige Sekunden</translation>
    </message>
    <message>
        <source>How many parallel /%1 does %2 bear?</source>
        <translation>Wie viele gleichzeitige /%1 verträgt %2?</translation>
    </message>
    <message>
        <source>Needs a rule on a latency of a target that is not the loaded one.</source>
        <translation>Braucht eine Regel zur Latenz eines Ziels, das nicht das belastete ist.</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message>
        <source>Without load first</source>
        <translation>Zuerst ohne Last</translation>
    </message>
    <message>
        <source>Measuring with %1 parallel /%2</source>
        <translation>Messung mit %1 gleichzeitigen /%2</translation>
    </message>
    <message>
        <source>HOLDS</source>
        <translation>HÄLT</translation>
    </message>
    <message>
        <source>%1 holds up to %2 parallel /%3, the most that was tried</source>
        <translation>%1 hält bis zu %2 gleichzeitigen /%3, mehr wurde nicht versucht</translation>
    </message>
    <message>
        <source>BROKEN</source>
        <translation>GEBROCHEN</translation>
    </message>
    <message>
        <source>%1 is broken without any load</source>
        <translation>%1 ist schon ohne Last gebrochen</translation>
    </message>
    <message>
        <source>BREAKS AT %1</source>
        <translation>BRICHT BEI %1</translation>
    </message>
    <message>
        <source>%1 holds up to %2 parallel /%3 and breaks at %4</source>
        <translation>%1 hält bis zu %2 gleichzeitigen /%3 und bricht bei %4</translation>
    </message>
    <message>
        <source>%1 holds without load and breaks at the first /%2</source>
        <translation>%1 hält ohne Last und bricht beim ersten /%2</translation>
    </message>
    <message>
        <source>INCONCLUSIVE</source>
        <translation>OHNE ERGEBNIS</translation>
    </message>
    <message>
        <source>, but perhaps for another reason: %1</source>
        <translation>, vielleicht aber aus einem anderen Grund: %1</translation>
    </message>
    <message>
        <source>parallel requests</source>
        <translation>parallele Anfragen</translation>
    </message>
    <message>
        <source>p50 to p99</source>
        <translation>p50 bis p99</translation>
    </message>
    <message>
        <source>%1. At most %2 left</source>
        <translation>%1. Noch höchstens %2</translation>
    </message>
</context>
<context>
    <name>openloop::gui::LoadControl</name>
    <message>
        <source>Parallel requests</source>
        <translation>Parallele Anfragen</translation>
    </message>
    <message>
        <source>Requests kept in flight at the same time, each on a connection of its own</source>
        <translation>Gleichzeitig laufende Anfragen, jede auf eigener Verbindung</translation>
    </message>
    <message>
        <source>Stop load</source>
        <translation>Last beenden</translation>
    </message>
    <message>
        <source>Saturate /%1</source>
        <translation>/%1 auslasten</translation>
    </message>
    <message>
        <source>Ends the parallel requests (B)</source>
        <translation>Beendet die parallelen Anfragen (B)</translation>
    </message>
    <message>
        <source>Keeps N requests of /%1 in flight, on connections of their own, while the others are watched (B)</source>
        <translation>Hält N Anfragen an /%1 auf eigenen Verbindungen in Gang, während die anderen beobachtet werden (B)</translation>
    </message>
    <message>
        <source>Saturate</source>
        <translation>Auslasten</translation>
    </message>
</context>
<context>
    <name>openloop::gui::MainWindow</name>
    <message>
        <source>Targets</source>
        <translation>Ziele</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>Experiment</source>
        <translation>Experiment</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>local service</source>
        <translation>lokaler Dienst</translation>
    </message>
    <message>
        <source>Factorizations</source>
        <translation>Zerlegungen</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Panels</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Figures of the service</source>
        <translation>Werte des Dienstes</translation>
    </message>
    <message>
        <source>Fleet</source>
        <translation>Verbund</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Menu</name>
    <message>
        <source>Add target…</source>
        <translation>Ziel hinzufügen …</translation>
    </message>
    <message>
        <source>Add from the service&apos;s OpenAPI…</source>
        <translation>Aus dem OpenAPI des Dienstes hinzufügen …</translation>
    </message>
    <message>
        <source>Add from an OpenAPI file…</source>
        <translation>Aus einer OpenAPI-Datei hinzufügen …</translation>
    </message>
    <message>
        <source>Rules…</source>
        <translation>Regeln …</translation>
    </message>
    <message>
        <source>Open recording…</source>
        <translation>Aufzeichnung öffnen …</translation>
    </message>
    <message>
        <source>Compare with a recording…</source>
        <translation>Mit einer Aufzeichnung vergleichen …</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Run or abort the isolation test</source>
        <translation>Isolationstest starten oder abbrechen</translation>
    </message>
    <message>
        <source>Find the load at which a promise breaks</source>
        <translation>Die Last suchen, bei der ein Versprechen bricht</translation>
    </message>
    <message>
        <source>Start or stop the load</source>
        <translation>Last starten oder beenden</translation>
    </message>
    <message>
        <source>Follow the present</source>
        <translation>Der Gegenwart folgen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Logarithmic or linear axis</source>
        <translation>Logarithmische oder lineare Achse</translation>
    </message>
    <message>
        <source>Points, heatmap, histogram, CCDF or phases</source>
        <translation>Punkte, Heatmap, Histogramm, CCDF oder Phasen</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>Früher</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Like the desktop</source>
        <translation>Wie die Arbeitsumgebung</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Edit target…</source>
        <translation>Ziel bearbeiten …</translation>
    </message>
    <message>
        <source>Save targets and rules as a profile…</source>
        <translation>Ziele und Regeln als Profil speichern …</translation>
    </message>
    <message>
        <source>Hold or follow</source>
        <translation>Anhalten oder folgen</translation>
    </message>
    <message>
        <source>Keys…</source>
        <translation>Tasten …</translation>
    </message>
    <message>
        <source>Last minute</source>
        <translation>Letzte Minute</translation>
    </message>
    <message>
        <source>Last 5 minutes</source>
        <translation>Letzte 5 Minuten</translation>
    </message>
    <message>
        <source>Last 10 minutes</source>
        <translation>Letzte 10 Minuten</translation>
    </message>
    <message>
        <source>Last hour</source>
        <translation>Letzte Stunde</translation>
    </message>
    <message>
        <source>Last 24 hours</source>
        <translation>Letzte 24 Stunden</translation>
    </message>
    <message>
        <source>The whole session</source>
        <translation>Die ganze Sitzung</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Menu of the target</source>
        <translation>Menü des Ziels</translation>
    </message>
    <message>
        <source>Chart</source>
        <translation>Diagramm</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Minimap</name>
    <message>
        <source>Overview of the whole session</source>
        <translation>Überblick über die ganze Sitzung</translation>
    </message>
    <message>
        <source>The whole session: drag to select a range, click to go there</source>
        <translation>Die ganze Sitzung: ziehen wählt einen Bereich, klicken springt dorthin</translation>
    </message>
</context>
<context>
    <name>Nodes</name>
    <message>
        <source>no object</source>
        <translation>kein Objekt</translation>
    </message>
    <message>
        <source>no text of at most %1 characters</source>
        <translation>kein Text von höchstens %1 Zeichen</translation>
    </message>
    <message>
        <source>no number from 0 to %1</source>
        <translation>keine Zahl von 0 bis %1</translation>
    </message>
    <message>
        <source>none of alive, left and dead</source>
        <translation>keines von alive, left und dead</translation>
    </message>
    <message>
        <source>no list</source>
        <translation>keine Liste</translation>
    </message>
    <message>
        <source>%1 is %2</source>
        <translation>%1 ist %2</translation>
    </message>
    <message>
        <source>more than %1 MiB</source>
        <translation>mehr als %1 MiB</translation>
    </message>
    <message>
        <source>more than %1 servers</source>
        <translation>mehr als %1 Server</translation>
    </message>
    <message>
        <source>more than %1 jobs</source>
        <translation>mehr als %1 Aufträge</translation>
    </message>
    <message>
        <source>not 16 hexadecimal digits</source>
        <translation>nicht 16 Hexadezimalziffern</translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>ok</source>
        <translation>ok</translation>
    </message>
    <message>
        <source>HTTP error</source>
        <translation>HTTP-Fehler</translation>
    </message>
    <message>
        <source>wrong answer</source>
        <translation>falsche Antwort</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeit überschritten</translation>
    </message>
    <message>
        <source>connection refused</source>
        <translation>Verbindung abgelehnt</translation>
    </message>
    <message>
        <source>connection broke</source>
        <translation>Verbindung abgebrochen</translation>
    </message>
    <message>
        <source>unknown host</source>
        <translation>unbekannter Rechner</translation>
    </message>
    <message>
        <source>TLS failed</source>
        <translation>TLS gescheitert</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>gescheitert</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>ausgelassen</translation>
    </message>
    <message>
        <source>answered HTTP %1</source>
        <translation>antwortete HTTP %1</translation>
    </message>
</context>
<context>
    <name>openloop::gui::PasteDialog</name>
    <message>
        <source>Why it can&apos;t be taken</source>
        <translation>Warum das nicht geht</translation>
    </message>
</context>
<context>
    <name>PhasesText</name>
    <message>
        <source>waited</source>
        <translation>gewartet</translation>
    </message>
    <message>
        <source>DNS</source>
        <translation>DNS</translation>
    </message>
    <message>
        <source>TCP</source>
        <translation>TCP</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>first byte</source>
        <translation>erstes Byte</translation>
    </message>
    <message>
        <source>body</source>
        <translation>Rumpf</translation>
    </message>
</context>
<context>
    <name>openloop::gui::PickDialog</name>
    <message>
        <source>Targets of the service</source>
        <translation>Ziele des Dienstes</translation>
    </message>
    <message>
        <source>Operations that can be measured</source>
        <translation>Operationen, die sich messen lassen</translation>
    </message>
    <message>
        <source>The service describes nothing that can be measured without knowing more, and is not measured already.</source>
        <translation>Der Dienst beschreibt nichts, was sich ohne weitere Angaben messen lässt und nicht schon gemessen wird.</translation>
    </message>
    <message>
        <source>Each ticked one is asked once a second; choose what may be asked so often.</source>
        <translation>Jedes angekreuzte wird einmal in der Sekunde gefragt; nur wählen, was so oft gefragt werden darf.</translation>
    </message>
</context>
<context>
    <name>ProfileFile</name>
    <message>
        <source>The file is now %1; this window begins with its own settings.</source>
        <translation>Die Datei heißt jetzt %1; dieses Fenster beginnt mit eigenen Einstellungen.</translation>
    </message>
    <message>
        <source>The file stays as it is; what is changed in this window is not saved.</source>
        <translation>Die Datei bleibt, wie sie ist; was in diesem Fenster geändert wird, wird nicht gespeichert.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>Quantiles</name>
    <message>
        <source>max (n=%1)</source>
        <translation>max. (n=%1)</translation>
    </message>
    <message>
        <source>no certificate</source>
        <translation>kein Zertifikat</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>certificate</source>
        <translation>Zertifikat</translation>
    </message>
</context>
<context>
    <name>Ratio</name>
    <message>
        <source>%1 (%2 to %3)</source>
        <translation>%1 (%2 bis %3)</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Recordings</name>
    <message>
        <source>Open recording</source>
        <translation>Aufzeichnung öffnen</translation>
    </message>
    <message>
        <source>The file holds several sessions:</source>
        <translation>Die Datei enthält mehrere Sitzungen:</translation>
    </message>
    <message>
        <source>Compare with a recording</source>
        <translation>Mit einer Aufzeichnung vergleichen</translation>
    </message>
    <message>
        <source>Recordings (*.sqlite *.sqlite3 *.db)</source>
        <translation>Aufzeichnungen (*.sqlite *.sqlite3 *.db)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ReplayBar</name>
    <message>
        <source>Play or stop the recording</source>
        <translation>Aufzeichnung abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Position in the recording</source>
        <translation>Stelle in der Aufzeichnung</translation>
    </message>
    <message>
        <source>Speed of the replay</source>
        <translation>Geschwindigkeit der Wiedergabe</translation>
    </message>
    <message>
        <source>Close the recording</source>
        <translation>Aufzeichnung schließen</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Wieder messen</translation>
    </message>
    <message>
        <source>%1, %2 of %3</source>
        <translation>%1, %2 von %3</translation>
    </message>
</context>
<context>
    <name>openloop::gui::RulesDialog</name>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>Rules, one a line</source>
        <translation>Regeln, eine je Zeile</translation>
    </message>
    <message>
        <source>Target of the new rule</source>
        <translation>Ziel der neuen Regel</translation>
    </message>
    <message>
        <source>Add a rule</source>
        <translation>Regel hinzufügen</translation>
    </message>
    <message>
        <source>Line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
    <message>
        <source>Line %1: there is no target “%2”</source>
        <translation>Zeile %1: es gibt kein Ziel „%2“</translation>
    </message>
    <message>
        <source>One rule a line: target: quantity &lt; limit over window for duration. Without a target it holds for all. Quantities: p50 p95 p99 max errors availability. The rule fires when it was broken for the duration; it recovers when it holds by a tenth.</source>
        <translation>Eine Regel je Zeile: Ziel: Größe &lt; Grenze over Fenster for Dauer. Ohne Ziel gilt sie für alle. Größen: p50 p95 p99 max errors availability. Die Regel löst aus, wenn sie so lange gebrochen war; sie erholt sich, wenn sie um ein Zehntel gehalten wird.</translation>
    </message>
</context>
<context>
    <name>openloop::gui::SamplePopup</name>
    <message>
        <source>/%1 took %2. %3</source>
        <translation>/%1 dauerte %2. %3</translation>
    </message>
    <message>
        <source>, kept connection</source>
        <translation>, bestehende Verbindung</translation>
    </message>
    <message>
        <source>, new connection</source>
        <translation>, neue Verbindung</translation>
    </message>
    <message>
        <source>waited</source>
        <translation>gewartet</translation>
    </message>
    <message>
        <source>DNS</source>
        <translation>DNS</translation>
    </message>
    <message>
        <source>TCP</source>
        <translation>TCP</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>first byte</source>
        <translation>erstes Byte</translation>
    </message>
    <message>
        <source>body</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>Around then, by /metrics: %1</source>
        <translation>Um diese Zeit, laut /metrics: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n redirect(s), to %1</source>
        <translation>
            <numerusform>%n Weiterleitung, nach %1</numerusform>
            <numerusform>%n Weiterleitungen, nach %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Redirects to %1, which is not followed</source>
        <translation>Leitet nach %1 weiter, dem wird nicht gefolgt</translation>
    </message>
    <message>
        <source>, retried</source>
        <translation>, wiederholt</translation>
    </message>
    <message>
        <source>%1 %2: DNS %3, TCP %4, TLS %5, first byte %6, body %7</source>
        <translation>%1 %2: DNS %3, TCP %4, TLS %5, erstes Byte %6, Rumpf %7</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ServerPanel</name>
    <message>
        <source>Pool busy</source>
        <translation>Pool</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>In flight</source>
        <translation>Unterwegs</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Loop lag, at most</source>
        <translation>Schleife verspätet, höchstens</translation>
    </message>
    <message>
        <source>Server: %1</source>
        <translation>Server: %1</translation>
    </message>
    <message>
        <source>Choose figures…</source>
        <translation>Werte wählen …</translation>
    </message>
    <message>
        <source>Which of the service&apos;s metrics are shown, under which name and with which unit</source>
        <translation>Welche Metriken des Dienstes gezeigt werden, unter welchem Namen und in welcher Einheit</translation>
    </message>
    <message>
        <source>%1 of %2 threads</source>
        <translation>%1 von %2 Threads</translation>
    </message>
    <message>
        <source>%1 waiting</source>
        <translation>%1 wartend</translation>
    </message>
    <message>
        <source>%1 requests</source>
        <translation>%1 Anfragen</translation>
    </message>
    <message>
        <source>Processor time</source>
        <translation>Prozessorzeit</translation>
    </message>
    <message>
        <source>Figures of the last scrape, every two seconds; curves of the last ten minutes</source>
        <translation>Werte der letzten Abfrage, alle zwei Sekunden; Kurven der letzten zehn Minuten</translation>
    </message>
    <message>
        <source>None of its metrics is known by name: choose those that matter.</source>
        <translation>Keine seiner Metriken ist dem Namen nach bekannt: wählen, was zählt.</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ServerWatch</name>
    <message>
        <source>Not asked yet</source>
        <translation>Noch nicht gefragt</translation>
    </message>
    <message>
        <source>%1 offers no metrics (HTTP %2)</source>
        <translation>%1 bietet keine Metriken (HTTP %2)</translation>
    </message>
    <message>
        <source>%1 answers more than 16 MiB: too much to read</source>
        <translation>%1 antwortet mit mehr als 16 MiB: zu viel zum Lesen</translation>
    </message>
    <message>
        <source>%1 has more than %2 samples: too many to read</source>
        <translation>%1 hat mehr als %2 Werte: zu viele zum Lesen</translation>
    </message>
    <message>
        <source>%1 answers no metrics that can be read</source>
        <translation>%1 antwortet nicht mit Metriken, die sich lesen lassen</translation>
    </message>
    <message>
        <source>event loop late by up to %1</source>
        <translation>Ereignisschleife bis zu %1 verspätet</translation>
    </message>
    <message>
        <source>pool %1 of %2 busy</source>
        <translation>Pool %1 von %2 beschäftigt</translation>
    </message>
    <message>
        <source>%1 queued</source>
        <translation>%1 warten</translation>
    </message>
    <message>
        <source>A recording does not hold the service&apos;s own figures</source>
        <translation>Eine Aufzeichnung enthält keine Zahlen des Dienstes selbst</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ServiceDescription</name>
    <message>
        <source>the OpenAPI document is too large, less than 16 MiB are read</source>
        <translation>das OpenAPI-Dokument ist zu groß, gelesen werden weniger als 16 MiB</translation>
    </message>
    <message>
        <source>a page</source>
        <translation>eine Seite</translation>
    </message>
    <message>
        <source>%1 has no OpenAPI document at the usual places (%2)</source>
        <translation>%1 hat kein OpenAPI-Dokument an den üblichen Stellen (%2)</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Session</name>
    <message>
        <source>%1 holds no session</source>
        <translation>%1 enthält keine Sitzung</translation>
    </message>
    <message>
        <source>control</source>
        <translation>Kontrolle</translation>
    </message>
    <message>
        <source>A responder inside this program: slow only if this computer is</source>
        <translation>Ein Gegenüber in diesem Programm: langsam nur, wenn es dieser Rechner ist</translation>
    </message>
    <message>
        <source>RECORDING</source>
        <translation>AUFZEICHNUNG</translation>
    </message>
    <message>
        <source>load ended</source>
        <translation>Last beendet</translation>
    </message>
    <message>
        <source>%1 requests kept in flight</source>
        <translation>%1 Anfragen gleichzeitig</translation>
    </message>
    <message>
        <source>%1 broken: %2</source>
        <translation>%1 gebrochen: %2</translation>
    </message>
    <message>
        <source>%1 holds again after %2</source>
        <translation>%1 gilt nach %2 wieder</translation>
    </message>
    <message>
        <source>The measurement is trustworthy again</source>
        <translation>Der Messung ist wieder zu trauen</translation>
    </message>
    <message>
        <source>down: %1</source>
        <translation>ausgefallen: %1</translation>
    </message>
    <message>
        <source>answers again</source>
        <translation>antwortet wieder</translation>
    </message>
    <message>
        <source>no longer watched</source>
        <translation>wird nicht mehr beobachtet</translation>
    </message>
    <message>
        <source>%1: no longer watched</source>
        <translation>%1: wird nicht mehr beobachtet</translation>
    </message>
    <message>
        <source>Not recorded: %1. Measuring goes on; what is missing is written once the file can be.</source>
        <translation>Nicht aufgezeichnet: %1. Gemessen wird weiter; was fehlt, wird geschrieben, sobald es geht.</translation>
    </message>
    <message>
        <source>Recorded again, with what was missing</source>
        <translation>Wird wieder aufgezeichnet, mit dem, was fehlte</translation>
    </message>
    <message>
        <source>moved from %1 to %2</source>
        <translation>von %1 nach %2 umgezogen</translation>
    </message>
    <message>
        <source>the wall clock was set back by %1</source>
        <translation>die Uhr wurde um %1 zurückgestellt</translation>
    </message>
    <message>
        <source>the wall clock was set forward by %1</source>
        <translation>die Uhr wurde um %1 vorgestellt</translation>
    </message>
    <message>
        <source>Nothing is measured.</source>
        <translation>Es wird nichts gemessen.</translation>
    </message>
    <message>
        <source>Enter the URL of a service, or open a recording.</source>
        <translation>Die URL eines Dienstes eingeben oder eine Aufzeichnung öffnen.</translation>
    </message>
</context>
<context>
    <name>openloop::gui::ShortcutsDialog</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Keys and what they do</source>
        <translation>Tasten und was sie tun</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Was sie tut</translation>
    </message>
    <message>
        <source>To the next part; back with Shift</source>
        <translation>Zum nächsten Teil; mit Umschalt zurück</translation>
    </message>
    <message>
        <source>On a card: select it in the chart; on an event: go there</source>
        <translation>Auf einer Karte: im Diagramm hervorheben; auf einem Ereignis: dorthin gehen</translation>
    </message>
    <message>
        <source>In a dialog: take it</source>
        <translation>In einem Dialog: übernehmen</translation>
    </message>
    <message>
        <source>In a dialog: leave it</source>
        <translation>In einem Dialog: verlassen</translation>
    </message>
</context>
<context>
    <name>StateText</name>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>SLOW</source>
        <translation>LANGSAM</translation>
    </message>
    <message>
        <source>DOWN</source>
        <translation>AUSFALL</translation>
    </message>
    <message>
        <source>NO DATA</source>
        <translation>STUMM</translation>
    </message>
    <message>
        <source>PAUSED</source>
        <translation>PAUSE</translation>
    </message>
    <message>
        <source>WAITING</source>
        <translation>WARTET</translation>
    </message>
    <message>
        <source>LOADED</source>
        <translation>BELASTET</translation>
    </message>
    <message>
        <source>NOT PROBED</source>
        <translation>UNGEMESSEN</translation>
    </message>
    <message>
        <source>BUSY</source>
        <translation>BELEGT</translation>
    </message>
    <message>
        <source>FAILING</source>
        <translation>FEHLER</translation>
    </message>
</context>
<context>
    <name>openloop::gui::TargetDialog</name>
    <message>
        <source>Target /%1</source>
        <translation>Ziel /%1</translation>
    </message>
    <message>
        <source>A new connection for each request</source>
        <translation>Neue Verbindung für jede Anfrage</translation>
    </message>
    <message>
        <source>&amp;URL</source>
        <translation>&amp;URL</translation>
    </message>
    <message>
        <source>&amp;Method</source>
        <translation>&amp;Methode</translation>
    </message>
    <message>
        <source>&amp;Headers</source>
        <translation>&amp;Kopffelder</translation>
    </message>
    <message>
        <source>&amp;Body</source>
        <translation>&amp;Inhalt</translation>
    </message>
    <message>
        <source>&amp;Interval</source>
        <translation>I&amp;ntervall</translation>
    </message>
    <message>
        <source>&amp;Timeout</source>
        <translation>&amp;Zeitgrenze</translation>
    </message>
    <message>
        <source>Body &amp;contains</source>
        <translation>Inhalt &amp;enthält</translation>
    </message>
    <message>
        <source>&amp;Accept any certificate</source>
        <translation>&amp;Jedes Zertifikat annehmen</translation>
    </message>
    <message>
        <source>For services with a certificate of their own making, like curl --insecure</source>
        <translation>Für Dienste mit selbst ausgestelltem Zertifikat, wie curl --insecure</translation>
    </message>
    <message>
        <source>2xx, 204 or 200-299; several with commas between</source>
        <translation>2xx, 204 oder 200-299; mehrere durch Kommas getrennt</translation>
    </message>
    <message>
        <source>Expected &amp;status</source>
        <translation>Erwarteter &amp;Status</translation>
    </message>
    <message>
        <source>/status=healthy, or /status where any value is good; one a line</source>
        <translation>/status=healthy, oder /status, wo jeder Wert recht ist; einer je Zeile</translation>
    </message>
    <message>
        <source>Content-Type: json, or Content-Type where any value is good; one a line</source>
        <translation>Content-Type: json, oder Content-Type, wo jeder Wert recht ist; eines je Zeile</translation>
    </message>
    <message>
        <source>A regular expression</source>
        <translation>Ein regulärer Ausdruck</translation>
    </message>
    <message>
        <source>Body matches &amp;pattern</source>
        <translation>Inhalt nach M&amp;uster</translation>
    </message>
    <message>
        <source>&amp;JSON values</source>
        <translation>&amp;JSON-Werte</translation>
    </message>
    <message>
        <source>Answer&apos;s hea&amp;ders</source>
        <translation>Kopffelder &amp;der Antwort</translation>
    </message>
</context>
<context>
    <name>TargetWatchText</name>
    <message>
        <source>HTTP %1</source>
        <translation>HTTP %1</translation>
    </message>
    <message>
        <source>no answer for %1</source>
        <translation>keine Antwort seit %1</translation>
    </message>
    <message>
        <source>p99 over its limit</source>
        <translation>p99 über der Grenze</translation>
    </message>
    <message>
        <source>errors in the last 10 s</source>
        <translation>Fehler in den letzten 10 s</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Targets</name>
    <message>
        <source>openloop-server is neither beside this program nor in PATH</source>
        <translation>openloop-server liegt weder neben diesem Programm noch im PATH</translation>
    </message>
    <message>
        <source>Add target</source>
        <translation>Ziel hinzufügen</translation>
    </message>
    <message>
        <source>Add from an OpenAPI file</source>
        <translation>Aus einer OpenAPI-Datei hinzufügen</translation>
    </message>
    <message>
        <source>OpenAPI documents (*.json *.yaml *.yml)</source>
        <translation>OpenAPI-Dokumente (*.json *.yaml *.yml)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Add from OpenAPI</source>
        <translation>Aus OpenAPI hinzufügen</translation>
    </message>
    <message>
        <source>Enter URL</source>
        <translation>URL eingeben</translation>
    </message>
    <message>
        <source>Measured as soon as the recording is closed.</source>
        <translation>Wird gemessen, sobald die Aufzeichnung geschlossen ist.</translation>
    </message>
    <message>
        <source>&amp;A URL, name=URL, or a curl command:</source>
        <translation>&amp;Eine URL, Name=URL oder ein curl-Befehl:</translation>
    </message>
    <message>
        <source>Save targets and rules as a profile</source>
        <translation>Ziele und Regeln als Profil speichern</translation>
    </message>
    <message>
        <source>Profiles (*.json)</source>
        <translation>Profile (*.json)</translation>
    </message>
    <message>
        <source>Save as a profile</source>
        <translation>Als Profil speichern</translation>
    </message>
    <message>
        <source>&amp;Base URL of the service, or any URL to measure:</source>
        <translation>&amp;Basis-URL des Dienstes oder irgendeine URL, die gemessen werden soll:</translation>
    </message>
</context>
<context>
    <name>openloop::gui::TargetsPanel</name>
    <message>
        <source>Add target…</source>
        <translation>Ziel hinzufügen …</translation>
    </message>
    <message>
        <source>Measure another URL, or paste a curl command (Ctrl+N)</source>
        <translation>Eine weitere URL messen oder einen curl-Befehl einfügen (Strg+N)</translation>
    </message>
    <message>
        <source>Saturate /%1</source>
        <translation>/%1 auslasten</translation>
    </message>
    <message>
        <source>Copy as curl command</source>
        <translation>Als curl-Befehl kopieren</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Bearbeiten …</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Hide in the chart</source>
        <translation>Im Diagramm verbergen</translation>
    </message>
</context>
<context>
    <name>openloop::gui::Timeline</name>
    <message>
        <source>Availability over time</source>
        <translation>Verfügbarkeit im Zeitverlauf</translation>
    </message>
    <message>
        <source>/%1 at %2: %3 available, %4 of %5 failed</source>
        <translation>/%1 um %2: %3 verfügbar, %4 von %5 gescheitert</translation>
    </message>
</context>
<context>
    <name>openloop::gui::TopBar</name>
    <message>
        <source>Live</source>
        <translation>Live</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Run isolation test</source>
        <translation>Isolationstest starten</translation>
    </message>
    <message>
        <source>Follow the present (L)</source>
        <translation>Der Gegenwart folgen (L)</translation>
    </message>
    <message>
        <source>Hold the view; measuring and recording go on (Space)</source>
        <translation>Ansicht anhalten; Messung und Aufzeichnung laufen weiter (Leertaste)</translation>
    </message>
    <message>
        <source>Baseline, load, recovery, then a verdict: does heavy work slow the light requests? (Ctrl+R)</source>
        <translation>Ruhe, Last, Erholung, dann das Urteil: Bremst schwere Arbeit die leichten Anfragen? (Strg+R)</translation>
    </message>
    <message>
        <source>Menu (F10)</source>
        <translation>Menü (F10)</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Abort test</source>
        <translation>Test abbrechen</translation>
    </message>
</context>
<context>
    <name>openloop::gui::VerdictBar</name>
    <message>
        <source>Copy curl</source>
        <translation>curl kopieren</translation>
    </message>
    <message>
        <source>Copies this request as a curl command, to try it in a terminal</source>
        <translation>Kopiert diese Anfrage als curl-Befehl für ein Terminal</translation>
    </message>
    <message>
        <source>measurement: checking</source>
        <translation>Messung: wird geprüft</translation>
    </message>
    <message>
        <source>measurement: trustworthy</source>
        <translation>Messung: vertrauenswürdig</translation>
    </message>
    <message>
        <source>measurement: in doubt</source>
        <translation>Messung: zweifelhaft</translation>
    </message>
    <message>
        <source>Control probe, answered inside this program: %1 %2</source>
        <translation>Kontrollprobe, in diesem Programm beantwortet: %1 %2</translation>
    </message>
    <message>
        <source>Schedule late by %1 (p99)</source>
        <translation>Zeitplan um %1 verspätet (p99)</translation>
    </message>
    <message numerus="yes">
        <source>%n target(s)</source>
        <translation>
            <numerusform>%n Ziel</numerusform>
            <numerusform>%n Ziele</numerusform>
        </translation>
    </message>
    <message>
        <source>Processors taken by work of normal priority: %1</source>
        <translation>Von Arbeit normaler Priorität belegte Prozessoren: %1</translation>
    </message>
    <message>
        <source>Taken away by the host of this virtual machine: %1</source>
        <translation>Vom Wirt dieser virtuellen Maschine genommen: %1</translation>
    </message>
    <message>
        <source>measurement: not judged</source>
        <translation>Messung: nicht beurteilt</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>nicht aufgezeichnet</translation>
    </message>
    <message>
        <source>All of the last %1.</source>
        <translation>Alles aus den letzten %1.</translation>
    </message>
    <message>
        <source>&#x2009;probes/s</source>
        <translation>&#x2009;Messungen/s</translation>
    </message>
</context>
<context>
    <name>VerdictText</name>
    <message>
        <source> while %1 /%2 run</source>
        <translation>, während %1 /%2 laufen</translation>
    </message>
    <message>
        <source>DOWN %1</source>
        <translation>AUSFALL %1</translation>
    </message>
    <message>
        <source>BLOCKED</source>
        <translation>BLOCKIERT</translation>
    </message>
    <message>
        <source>SLOW</source>
        <translation>LANGSAM</translation>
    </message>
    <message>
        <source>%1 stays under %2</source>
        <translation>%1 bleibt unter %2</translation>
    </message>
    <message>
        <source>%1 answers</source>
        <translation>%1 antwortet</translation>
    </message>
    <message>
        <source>ALL GOOD</source>
        <translation>ALLES GUT</translation>
    </message>
    <message>
        <source>NO TARGETS</source>
        <translation>KEINE ZIELE</translation>
    </message>
    <message>
        <source>Add a URL to measure</source>
        <translation>Eine URL hinzufügen</translation>
    </message>
    <message>
        <source>NOT SURE</source>
        <translation>UNSICHER</translation>
    </message>
    <message>
        <source>NO DATA</source>
        <translation>STUMM</translation>
    </message>
    <message>
        <source>WAITING</source>
        <translation>WARTET</translation>
    </message>
    <message>
        <source>for the first answer of %1</source>
        <translation>auf die erste Antwort von %1</translation>
    </message>
    <message>
        <source>%1: %2 of requests in the last %3 fail (%4)</source>
        <translation>%1: %2 der Anfragen der letzten %3 scheitern (%4)</translation>
    </message>
    <message>
        <source>FAILING</source>
        <translation>FEHLER</translation>
    </message>
    <message>
        <source>%1 takes %2 (%3 in the last %4), more than the %5 it may</source>
        <translation>%1 braucht %2 (%3 der letzten %4), mehr als die erlaubten %5</translation>
    </message>
    <message>
        <source>; an alarm if that lasts %1</source>
        <translation>; Alarm, wenn das %1 dauert</translation>
    </message>
    <message>
        <source>ALARM</source>
        <translation>ALARM</translation>
    </message>
    <message>
        <source>%1: %2 holds again (%3); the alarm ends once that lasts</source>
        <translation>%1: %2 gilt wieder (%3); der Alarm endet, wenn das anhält</translation>
    </message>
    <message>
        <source>%1: %2 is broken (%3)</source>
        <translation>%1: %2 ist verletzt (%3)</translation>
    </message>
    <message>
        <source>: %1 %2 in the last %3</source>
        <translation>: %1 %2 in den letzten %3</translation>
    </message>
    <message numerus="yes">
        <source>%n more target(s) are down.</source>
        <translation>
            <numerusform>%n weiteres Ziel ist ausgefallen.</numerusform>
            <numerusform>%n weitere Ziele sind ausgefallen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>openloop::probe</name>
    <message>
        <source>%1 %2 are expected; at most %3</source>
        <translation>%1 %2 werden erwartet, höchstens %3 dürfen es sein</translation>
    </message>
    <message>
        <source>%1 answered no request of the load</source>
        <translation>%1 hat keine Anfrage der Last beantwortet</translation>
    </message>
    <message>
        <source>%1 had no success before the load to compare with</source>
        <translation>%1 hatte vor der Last keine erfolgreiche Antwort zum Vergleichen</translation>
    </message>
    <message>
        <source>%1 has no URL</source>
        <translation>%1 hat keine URL</translation>
    </message>
    <message>
        <source>%1 is %2</source>
        <translation>%1 ist %2</translation>
    </message>
    <message>
        <source>%1 is no share; write a number without %</source>
        <translation>%1 ist kein Anteil; bitte eine Zahl ohne % schreiben</translation>
    </message>
    <message>
        <source>%1 is the only target; a second one is needed that is to stay fast</source>
        <translation>%1 ist das einzige Ziel; es braucht ein zweites, das schnell bleiben soll</translation>
    </message>
    <message>
        <source>%1 lacks its value</source>
        <translation>Zu %1 fehlt der Wert</translation>
    </message>
    <message>
        <source>%1 parallel %2</source>
        <translation>%1 parallelen %2</translation>
    </message>
    <message>
        <source>%1 refused more than half of the load&apos;s requests</source>
        <translation>%1 hat mehr als die Hälfte der Anfragen der Last abgelehnt</translation>
    </message>
    <message>
        <source>%1: %2 before, %3 under load</source>
        <translation>%1: %2 vorher, %3 unter Last</translation>
    </message>
    <message>
        <source>%1: p99 %2 before, %3 under load</source>
        <translation>%1: p99 %2 vorher, %3 unter Last</translation>
    </message>
    <message>
        <source>%1: the interval is at least 1ms</source>
        <translation>%1: der Abstand ist mindestens 1ms</translation>
    </message>
    <message>
        <source>%1: the timeout is at least 1ms</source>
        <translation>%1: die Frist ist mindestens 1ms</translation>
    </message>
    <message>
        <source>%1: “%2: %3” is no header field</source>
        <translation>%1: „%2: %3“ ist kein Kopffeld</translation>
    </message>
    <message>
        <source>%1: “%2” is no HTTP method</source>
        <translation>%1: „%2“ ist keine HTTP-Methode</translation>
    </message>
    <message>
        <source>%1: “%2” is no value of a header field</source>
        <translation>%1: „%2“ ist kein Wert eines Header-Feldes</translation>
    </message>
    <message>
        <source>, %1 % errors under load</source>
        <translation>, %1 % Fehler unter Last</translation>
    </message>
    <message>
        <source>, and %1 times that of the control probe</source>
        <translation>, und das %1-Fache der Kontrollprobe</translation>
    </message>
    <message>
        <source>--get together with --url-query is not supported here</source>
        <translation>--get zusammen mit --url-query geht hier nicht</translation>
    </message>
    <message>
        <source>--head with another method waits for no body, which is not supported here</source>
        <translation>--head mit einer anderen Methode wartet auf keinen Inhalt, und das geht hier nicht</translation>
    </message>
    <message>
        <source>.</source>
        <translation>,</translation>
    </message>
    <message>
        <source>: %1 times</source>
        <translation>: das %1-Fache</translation>
    </message>
    <message>
        <source>; the host of this virtual machine took %1 % of its time</source>
        <translation>; der Wirt dieser virtuellen Maschine nahm ihr %1 % der Zeit</translation>
    </message>
    <message>
        <source>HTTP/3 is not known to the curl of this system</source>
        <translation>Das curl dieses Systems kennt HTTP/3 nicht</translation>
    </message>
    <message>
        <source>Isolated from %1.</source>
        <translation>Von %1 isoliert.</translation>
    </message>
    <message>
        <source>Most affected is %1</source>
        <translation>Am stärksten betroffen: %1</translation>
    </message>
    <message>
        <source>No verdict: %1</source>
        <translation>Kein Urteil: %1</translation>
    </message>
    <message>
        <source>Not isolated from %1.</source>
        <translation>Von %1 nicht isoliert.</translation>
    </message>
    <message>
        <source>OpenAPI %1 is not supported; Swagger 2.0, OpenAPI 3.0 and 3.1 are</source>
        <translation>OpenAPI %1 kann nicht gelesen werden, wohl aber Swagger 2.0, OpenAPI 3.0 und 3.1</translation>
    </message>
    <message>
        <source>Swagger %1 is not supported; Swagger 2.0, OpenAPI 3.0 and 3.1 are</source>
        <translation>Swagger %1 kann nicht gelesen werden, wohl aber Swagger 2.0, OpenAPI 3.0 und 3.1</translation>
    </message>
    <message>
        <source>Too few or too scattered answers for a verdict on %1.</source>
        <translation>Zu wenige oder zu weit gestreute Antworten für ein Urteil über %1.</translation>
    </message>
    <message>
        <source>Windows PowerShell and PowerShell 7 disagree on “\&quot;”; paste the command for bash or cmd</source>
        <translation>Windows PowerShell und PowerShell 7 lesen „\&quot;“ verschieden; bitte den Befehl für bash oder cmd einfügen</translation>
    </message>
    <message>
        <source>a JSON pointer has at most %1 characters, its value %2</source>
        <translation>Ein JSON-Pointer hat höchstens %1 Zeichen, sein Wert %2</translation>
    </message>
    <message>
        <source>a Referer of its own for each redirect (;auto) is not supported here</source>
        <translation>Ein eigener Referer für jede Umleitung (;auto) geht hier nicht</translation>
    </message>
    <message>
        <source>a damaged recording, with pages linked twice; “sqlite3 FILE .recover” may save what it holds</source>
        <translation>eine beschädigte Aufzeichnung mit doppelt verknüpften Seiten; „sqlite3 DATEI .recover“ rettet vielleicht ihren Inhalt</translation>
    </message>
    <message>
        <source>a database, but no recording of this version</source>
        <translation>eine Datenbank, aber keine Aufzeichnung dieser Version</translation>
    </message>
    <message>
        <source>a key that is no text</source>
        <translation>ein Schlüssel, der kein Text ist</translation>
    </message>
    <message>
        <source>a list</source>
        <translation>eine Liste</translation>
    </message>
    <message>
        <source>a quote is not closed</source>
        <translation>Ein Anführungszeichen ist nicht geschlossen</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>ein Text</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>eine ganze Zahl</translation>
    </message>
    <message>
        <source>aborted</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>an alias of what is not known before it</source>
        <translation>ein Alias für etwas, das davor nicht bekannt ist</translation>
    </message>
    <message>
        <source>an object</source>
        <translation>ein Objekt</translation>
    </message>
    <message>
        <source>baseline</source>
        <translation>Ruhe</translation>
    </message>
    <message>
        <source>bash makes several words of “{…}”; quote it</source>
        <translation>Aus „{…}“ macht bash mehrere Wörter; bitte in Anführungszeichen setzen</translation>
    </message>
    <message>
        <source>computing: %1 of %2</source>
        <translation>Rechnen: %1 von %2</translation>
    </message>
    <message>
        <source>curl leaves out the header “%1”, which has no colon</source>
        <translation>curl lässt das Kopffeld „%1“ weg, denn ihm fehlt der Doppelpunkt</translation>
    </message>
    <message>
        <source>curl makes several URLs of {} and []; write --globoff, and %7B for “{”</source>
        <translation>Aus {} und [] macht curl mehrere URLs; bitte --globoff schreiben, und %7B für „{“</translation>
    </message>
    <message>
        <source>curl takes only one of a body, a form and --head</source>
        <translation>curl nimmt nur eines von Inhalt, Formular und --head</translation>
    </message>
    <message>
        <source>curl would ask for the password of “%1”; write NAME:PASSWORD</source>
        <translation>curl würde nach dem Passwort von „%1“ fragen; bitte NAME:PASSWORT schreiben</translation>
    </message>
    <message>
        <source>curl would send an empty Host, which is not supported here</source>
        <translation>curl würde einen leeren Host senden, was hier nicht unterstützt wird</translation>
    </message>
    <message>
        <source>curl would wait for the body of a HEAD; write --head</source>
        <translation>curl würde auf den Inhalt eines HEAD warten; bitte --head schreiben</translation>
    </message>
    <message>
        <source>database: %1 of %2</source>
        <translation>Datenbank: %1 von %2</translation>
    </message>
    <message>
        <source>deeper than %1 lists and mappings</source>
        <translation>tiefer als %1 Listen und Zuordnungen</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>event loop: blocked for %1 of %2</source>
        <translation>Ereignisschleife: für %1 von %2 blockiert</translation>
    </message>
    <message>
        <source>event loop: blocked, %1 until the first byte of an answer that took %2 to make</source>
        <translation>Ereignisschleife: blockiert, %1 bis zum ersten Byte einer Antwort, die in %2 gemacht war</translation>
    </message>
    <message>
        <source>event loop: stood still for %1 at %2</source>
        <translation>Ereignisschleife: stand %1 still bei %2</translation>
    </message>
    <message>
        <source>event loop: stood still for %1, at no request that is known</source>
        <translation>Ereignisschleife: stand %1 still, bei keiner bekannten Anfrage</translation>
    </message>
    <message>
        <source>fail</source>
        <translation>nicht bestanden</translation>
    </message>
    <message>
        <source>header fields</source>
        <translation>Kopffelder</translation>
    </message>
    <message>
        <source>host: the control probe took %1 at the same time</source>
        <translation>Rechner: die Kontrollprobe dauerte zur selben Zeit %1</translation>
    </message>
    <message>
        <source>idle</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>inconclusive</source>
        <translation>ohne Ergebnis</translation>
    </message>
    <message>
        <source>isolation is the result of an experiment, not of a window</source>
        <translation>Diese Größe ist das Ergebnis eines Versuchs, nicht eines Zeitraums</translation>
    </message>
    <message>
        <source>last answers</source>
        <translation>letzte Antworten</translation>
    </message>
    <message>
        <source>more than %1 values, aliases counted as often as they repeat</source>
        <translation>mehr als %1 Werte, Aliasse so oft gezählt, wie sie sich wiederholen</translation>
    </message>
    <message>
        <source>network: %1 for name, connection and TLS</source>
        <translation>Netz: %1 für Name, Verbindung und TLS</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>keine Antwort</translation>
    </message>
    <message>
        <source>no recording: %1</source>
        <translation>keine Aufzeichnung: %1</translation>
    </message>
    <message>
        <source>no regular file</source>
        <translation>keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>no status is expected</source>
        <translation>Es wird kein Status erwartet</translation>
    </message>
    <message>
        <source>no status is from %1 to %2; they go from 100 to 599</source>
        <translation>Kein Status liegt von %1 bis %2; es gibt sie von 100 bis 599</translation>
    </message>
    <message>
        <source>nobody: it was not slow</source>
        <translation>niemand: es war nicht langsam</translation>
    </message>
    <message>
        <source>out of memory</source>
        <translation>kein Speicher mehr</translation>
    </message>
    <message>
        <source>pass</source>
        <translation>bestanden</translation>
    </message>
    <message>
        <source>pool full: it waited %1 of %2 for a thread</source>
        <translation>Pool voll: wartete %1 von %2 auf einen Thread</translation>
    </message>
    <message>
        <source>ranges of status</source>
        <translation>Bereiche von Status</translation>
    </message>
    <message>
        <source>recovery</source>
        <translation>Erholung</translation>
    </message>
    <message>
        <source>service: %1 until the first byte</source>
        <translation>Dienst: %1 bis zum ersten Byte</translation>
    </message>
    <message>
        <source>service: it waited %1 for earlier requests that were not answered</source>
        <translation>Dienst: die Anfrage wartete %1 auf frühere, unbeantwortete</translation>
    </message>
    <message>
        <source>service: no answer within %1</source>
        <translation>Dienst: keine Antwort innerhalb von %1</translation>
    </message>
    <message>
        <source>that is no OpenAPI document</source>
        <translation>Das ist kein OpenAPI-Dokument</translation>
    </message>
    <message>
        <source>that is no curl command</source>
        <translation>Das ist kein curl-Befehl</translation>
    </message>
    <message>
        <source>the OpenAPI document has %1 bytes, at most %2 are read</source>
        <translation>Das OpenAPI-Dokument hat %1 Bytes, höchstens %2 werden gelesen</translation>
    </message>
    <message>
        <source>the OpenAPI document has no “paths”: there is nothing to ask for</source>
        <translation>Das OpenAPI-Dokument hat keine „paths“: Es gibt nichts zu fragen</translation>
    </message>
    <message>
        <source>the OpenAPI document is no JSON: %1 at byte %2</source>
        <translation>Das OpenAPI-Dokument ist kein JSON: %1 bei Byte %2</translation>
    </message>
    <message>
        <source>the OpenAPI document is no YAML that can be read: %1</source>
        <translation>Das OpenAPI-Dokument ist kein lesbares YAML: %1</translation>
    </message>
    <message>
        <source>the URL holds a character that curl sends as it is; write it with %, as in %C3%A9</source>
        <translation>Die URL enthält ein Zeichen, das curl so sendet, wie es ist; bitte mit % schreiben, wie in %C3%A9</translation>
    </message>
    <message>
        <source>the answer is larger than %1 MiB once it is decoded</source>
        <translation>Die Antwort ist entpackt größer als %1 MiB</translation>
    </message>
    <message>
        <source>the body</source>
        <translation>der Inhalt</translation>
    </message>
    <message>
        <source>the body is no JSON</source>
        <translation>Der Inhalt ist kein JSON</translation>
    </message>
    <message>
        <source>the control probe took %1 at the same time</source>
        <translation>die Kontrollprobe dauerte zur selben Zeit %1</translation>
    </message>
    <message>
        <source>the curl command has no URL</source>
        <translation>Der curl-Befehl hat keine URL</translation>
    </message>
    <message>
        <source>the curl option -%1 is not supported here</source>
        <translation>Die curl-Option -%1 geht hier nicht</translation>
    </message>
    <message>
        <source>the curl option --%1 is not supported here</source>
        <translation>Die curl-Option --%1 geht hier nicht</translation>
    </message>
    <message>
        <source>the expected pattern has %1 characters; at most %2</source>
        <translation>Das erwartete Muster hat %1 Zeichen, höchstens %2 dürfen es sein</translation>
    </message>
    <message>
        <source>the expected text has %1 bytes; at most %2</source>
        <translation>Der erwartete Text hat %1 Bytes, höchstens %2 dürfen es sein</translation>
    </message>
    <message>
        <source>the expected text is not in it</source>
        <translation>Der erwartete Text kommt nicht vor</translation>
    </message>
    <message>
        <source>the key “%1” is given twice</source>
        <translation>Der Schlüssel „%1“ kommt zweimal vor</translation>
    </message>
    <message>
        <source>the pattern does not match</source>
        <translation>Das Muster passt nicht</translation>
    </message>
    <message>
        <source>the pattern takes too long</source>
        <translation>Das Muster braucht zu lange</translation>
    </message>
    <message>
        <source>there are two URLs: %1 and %2</source>
        <translation>Es sind zwei URLs: %1 und %2</translation>
    </message>
    <message>
        <source>there is a NUL in it, which no program can be given</source>
        <translation>Darin steht ein NUL, das keinem Programm gegeben werden kann</translation>
    </message>
    <message>
        <source>there is a second line; paste one command</source>
        <translation>Es gibt eine zweite Zeile; bitte nur einen Befehl einfügen</translation>
    </message>
    <message>
        <source>there is no %1</source>
        <translation>%1 gibt es nicht</translation>
    </message>
    <message>
        <source>there is no field %1</source>
        <translation>Ein Feld %1 gibt es nicht</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>Diese Datei gibt es nicht</translation>
    </message>
    <message>
        <source>this machine is busy: %1 of %2 control probes took more than %3</source>
        <translation>dieser Rechner ist ausgelastet: %1 von %2 Kontrollproben dauerten mehr als %3</translation>
    </message>
    <message>
        <source>this machine is busy: %1 of %2 ticks came more than %3 late</source>
        <translation>dieser Rechner ist ausgelastet: %1 von %2 Takten kamen mehr als %3 zu spät</translation>
    </message>
    <message>
        <source>this machine is busy: its processors are taken to %1 %</source>
        <translation>dieser Rechner ist ausgelastet: seine Prozessoren sind zu %1 % belegt</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true oder false</translation>
    </message>
    <message>
        <source>under load</source>
        <translation>unter Last</translation>
    </message>
    <message>
        <source>under load this whole machine is busy (the control probe took %1, too): measure from another one</source>
        <translation>unter Last ist dieser ganze Rechner ausgelastet (auch die Kontrollprobe brauchte %1): von einem anderen aus messen</translation>
    </message>
    <message>
        <source>upstream: %1 of %2</source>
        <translation>Upstream: %1 von %2</translation>
    </message>
    <message>
        <source>values in JSON</source>
        <translation>Werte in JSON</translation>
    </message>
    <message>
        <source>“$%1” is a variable of your shell; put its value in its place</source>
        <translation>„$%1“ ist eine Variable der Shell; bitte ihren Wert einsetzen</translation>
    </message>
    <message>
        <source>“%1[%2]” must be %3</source>
        <translation>„%1[%2]“ muss %3 sein</translation>
    </message>
    <message>
        <source>“%1” can&apos;t be a name: it must not be empty or hold “=”</source>
        <translation>„%1“ kann kein Name sein: Er darf nicht leer sein und kein „=“ enthalten</translation>
    </message>
    <message>
        <source>“%1” holds bytes that are no text; only a body may</source>
        <translation>„%1“ enthält Bytes, die kein Text sind; das darf nur ein Inhalt</translation>
    </message>
    <message>
        <source>“%1” is a variable of your shell; put its value in its place</source>
        <translation>„%1“ ist eine Variable der Shell; bitte ihren Wert einsetzen</translation>
    </message>
    <message>
        <source>“%1” is no JSON pointer; write /member/0, with ~1 for a / in a name and ~0 for a ~</source>
        <translation>„%1“ ist kein JSON-Pointer; bitte /member/0 schreiben, mit ~1 für ein / in einem Namen und ~0 für ein ~</translation>
    </message>
    <message>
        <source>“%1” is no URL; write http://host:port/path</source>
        <translation>„%1“ ist keine URL; bitte http://host:port/pfad schreiben</translation>
    </message>
    <message>
        <source>“%1” is no assert; write TARGET.QUANTITY&lt;LIMIT like health.p99&lt;20ms</source>
        <translation>„%1“ ist keine Prüfung; bitte ZIEL.GRÖSSE&lt;GRENZE schreiben, wie health.p99&lt;20ms</translation>
    </message>
    <message>
        <source>“%1” is no condition; write one like p99&lt;20ms</source>
        <translation>„%1“ ist keine Bedingung; bitte eine wie p99&lt;20ms schreiben</translation>
    </message>
    <message>
        <source>“%1” is no header field with at most 256 characters of name and %2 of value</source>
        <translation>„%1“ ist kein Kopffeld mit höchstens 256 Zeichen für den Namen und %2 für den Wert</translation>
    </message>
    <message>
        <source>“%1” is no header field; write NAME: VALUE</source>
        <translation>„%1“ ist kein Kopffeld; bitte NAME: WERT schreiben</translation>
    </message>
    <message>
        <source>“%1” is no limit for %2; write a number of 0 or more</source>
        <translation>„%1“ ist keine Grenze für %2; bitte eine Zahl ab 0 schreiben</translation>
    </message>
    <message>
        <source>“%1” is no part of a form; write name=value</source>
        <translation>„%1“ ist kein Teil eines Formulars; bitte name=wert schreiben</translation>
    </message>
    <message>
        <source>“%1” is no pattern: %2</source>
        <translation>„%1“ ist kein Muster: %2</translation>
    </message>
    <message>
        <source>“%1” is no proxy; write host:port, with http://, https://, socks4://, socks4a://, socks5:// or socks5h:// before it</source>
        <translation>„%1“ ist kein Proxy; bitte host:port schreiben, davor http://, https://, socks4://, socks4a://, socks5:// oder socks5h://</translation>
    </message>
    <message>
        <source>“%1” is no status; write 2xx, 204, 200-299, or several with commas between</source>
        <translation>„%1“ ist kein Status; bitte 2xx, 204, 200-299 oder mehrere mit Kommas dazwischen schreiben</translation>
    </message>
    <message>
        <source>“%1” is no template; {semiprime:90} is</source>
        <translation>„%1“ ist keine Vorlage; {semiprime:90} ist eine</translation>
    </message>
    <message>
        <source>“%1” is no time limit in seconds</source>
        <translation>„%1“ ist keine Frist in Sekunden</translation>
    </message>
    <message>
        <source>“%1” is no time that a certificate has left; write an hour or more, like 14d</source>
        <translation>„%1“ ist keine Restlaufzeit eines Zertifikats; bitte eine Stunde oder mehr schreiben, etwa 14d</translation>
    </message>
    <message>
        <source>“%1” is unknown here; there are %2</source>
        <translation>„%1“ ist hier unbekannt; es gibt %2</translation>
    </message>
    <message>
        <source>“%1” leads to another command; paste one command, or quote the URL</source>
        <translation>„%1“ führt zu einem weiteren Befehl; bitte nur einen einfügen oder die URL in Anführungszeichen setzen</translation>
    </message>
    <message>
        <source>“%1” must be %2</source>
        <translation>„%1“ muss %2 sein</translation>
    </message>
    <message>
        <source>“%1” must be a whole number</source>
        <translation>„%1“ muss eine ganze Zahl sein</translation>
    </message>
    <message>
        <source>“%1” names no host</source>
        <translation>„%1“ nennt keinen Host</translation>
    </message>
    <message>
        <source>“%1” reads a cookie file; paste name=value instead</source>
        <translation>„%1“ liest eine Cookie-Datei; bitte stattdessen name=wert einfügen</translation>
    </message>
    <message>
        <source>“%1” reads a file; paste its content instead</source>
        <translation>„%1“ liest eine Datei; bitte stattdessen ihren Inhalt einfügen</translation>
    </message>
    <message>
        <source>“%1” runs another command; put in its place what that prints</source>
        <translation>„%1“ führt einen weiteren Befehl aus; bitte einsetzen, was er ausgibt</translation>
    </message>
    <message>
        <source>“%1”: a number of errors is whole; for a share of the requests write a per cent sign: errors%2%3</source>
        <translation>„%1“: Fehler sind eine ganze Zahl; für einen Anteil der Anfragen bitte ein Prozentzeichen schreiben: errors%2%3</translation>
    </message>
    <message>
        <source>“%1”: a semiprime has 2 to 400 digits</source>
        <translation>„%1“: Eine Semiprimzahl hat 2 bis 400 Stellen</translation>
    </message>
    <message>
        <source>“%1”: availability is at most 100%; is a percent sign missing?</source>
        <translation>„%1“: Die Verfügbarkeit ist höchstens 100%; fehlt ein Prozentzeichen?</translation>
    </message>
    <message>
        <source>“%1”: n is a whole number</source>
        <translation>„%1“: n ist eine ganze Zahl</translation>
    </message>
    <message>
        <source>“%1”: no availability is more than 100%</source>
        <translation>„%1“: keine Verfügbarkeit ist mehr als 100 %</translation>
    </message>
    <message>
        <source>“%1”: only http and https can be probed</source>
        <translation>„%1“: Gemessen werden kann nur http und https</translation>
    </message>
    <message>
        <source>“-” is no URL</source>
        <translation>„-“ ist keine URL</translation>
    </message>
    <message>
        <source>“\%1” with %2 is no character</source>
        <translation>„\%1“ mit %2 ist kein Zeichen</translation>
    </message>
    <message>
        <source>“`u” is not understood here; put the character in its place</source>
        <translation>„`u“ wird hier nicht verstanden; bitte das Zeichen einsetzen</translation>
    </message>
    <message>
        <source>“~” stands for a folder of yours; write it out, or quote it</source>
        <translation>„~“ steht für einen eigenen Ordner; bitte ausschreiben oder in Anführungszeichen setzen</translation>
    </message>
</context>
</TS>

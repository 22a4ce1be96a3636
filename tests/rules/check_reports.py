#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the reports and alerts of a headless run to what their readers know: the schemas of JSON, the elements of JUnit.
"""Usage: check_reports.py REPORT_SCHEMA ALERT_SCHEMA MONITOR: measures a port on which nobody listens. Exit code 1 if a
report or an alert is wrong."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
import xml.etree.ElementTree

PATIENCE = 60  # seconds for what comes at once

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}
KNOWN = {"$schema", "$defs", "$ref", "title", "description", "type", "required", "properties", "items", "maxItems",
         "enum", "const", "minimum", "maximum", "allOf"}


def is_a(value, name):
    return isinstance(value, TYPES[name]) and (name in ("boolean",) or not isinstance(value, bool))


def faults_of(value, schema, root, place="report"):
    """What of JSON Schema 2020-12 the schema uses; a word beyond that is a fault of the schema."""
    assert not schema.keys() - KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        yield from faults_of(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, place)
    for part in schema.get("allOf", []):
        yield from faults_of(value, part, root, place)
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_a(value, name) for name in names):
        yield f"{place}: {value!r} is no {' or '.join(names)}"
        return
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of those allowed"
    if is_a(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{place}: {value} is out of range"
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{place}: too many"
        for index, item in enumerate(value):
            yield from faults_of(item, schema.get("items", {}), root, f"{place}[{index}]")
    if isinstance(value, dict):
        yield from (f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value)
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from faults_of(value[name], part, root, f"{place}.{name}")


def faults_of_junit(text):
    root = xml.etree.ElementTree.fromstring(text)
    if root.tag != "testsuites":
        yield "JUnit: no testsuites"
        return
    for suite in root:
        for name in ("name", "tests", "failures", "errors", "skipped", "time", "timestamp"):
            if name not in suite.attrib:
                yield f"JUnit: the suite has no {name}"
        cases = suite.findall("testcase")
        if int(suite.get("tests", -1)) != len(cases):
            yield "JUnit: tests are not counted"
        if int(suite.get("failures", -1)) != len(suite.findall("testcase/failure")):
            yield "JUnit: failures are not counted"
        if not suite.findall("properties/property"):
            yield "JUnit: no properties"
        for case in cases:
            if not {"classname", "name", "time"} <= case.attrib.keys():
                yield f"JUnit: {case.get('name')} lacks an attribute"
        for failure in suite.findall("testcase/failure"):
            if not (failure.text or "").strip() or not failure.get("message"):
                yield "JUnit: a failure without text"


# What another reader makes of it; Debian's python has it, whichever python runs this. Other ends: it is not there.
READER = """
import json, sys
try:
    import junitparser
except ImportError:
    sys.exit(77)
suites = list(junitparser.JUnitXml.fromfile(sys.argv[1]))
print(json.dumps([[[case.classname, case.name, case.time, [[one.message, one.text] for one in case.result]]
                   for case in suite] for suite in suites]
                 + [[suite.tests, suite.failures, suite.errors, suite.skipped, suite.time, suite.timestamp,
                     sorted([[one.name, one.value] for one in suite.properties()])] for suite in suites]))
"""


def faults_by_another_reader(path):
    """junitparser: it has to see what is in the file, times as numbers, failures with message and text."""
    for python in (sys.executable, "/usr/bin/python3"):
        read = subprocess.run([python, "-c", READER, path], capture_output=True, text=True, check=False)
        if read.returncode != 77:
            break
    if read.returncode == 77:
        return ["JUnit: there is no junitparser here (python3-junitparser)"]
    if read.returncode:
        return ["JUnit: junitparser: " + read.stderr]
    suites = list(xml.etree.ElementTree.parse(path).getroot())
    expected = [[[case.get("classname"), case.get("name"), float(case.get("time")),
                  [[one.get("message"), one.text] for one in case.findall("failure")]]
                 for case in suite.findall("testcase")] for suite in suites]
    expected += [[int(suite.get("tests")), int(suite.get("failures")), int(suite.get("errors")),
                  int(suite.get("skipped")), float(suite.get("time")), suite.get("timestamp"),
                  sorted([one.get("name"), one.get("value")] for one in suite.findall("properties/property"))]
                 for suite in suites]
    found = json.loads(read.stdout)
    return [] if found == expected else [f"JUnit: junitparser reads {found}, not {expected}"]


def self_test():
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": ["integer", "null"], "minimum": 0}}}
    assert not list(faults_of({"a": 1}, schema, schema)) and not list(faults_of({"a": None}, schema, schema))
    for wrong in ([], {}, {"a": -1}, {"a": True}, {"a": "1"}):
        assert list(faults_of(wrong, schema, schema)), wrong
    assert list(faults_of_junit("<testsuite/>")) and list(faults_of_junit("<testsuites><testsuite/></testsuites>"))


class Late(Exception):
    """PATIENCE is over."""


def alerts_of(monitor, folder):
    """The first of each kind: a rule that fires, a target that is down. They come through a pipe. A monitor that doubts
    its machine all the time tells of no rule."""
    def too_late(*_):
        raise Late

    pipe = pathlib.Path(folder) / "alerts"
    os.mkfifo(pipe)
    alerts = {}
    with subprocess.Popen([monitor, "--headless", "--forever", "--quiet", "--listen", "127.0.0.1:0",
                           "a=http://127.0.0.1:1/", "--rule", "a: errors<1 over 1s", "--on-alert", f"cat >'{pipe}'"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        signal.signal(signal.SIGALRM, too_late)
        signal.alarm(PATIENCE)
        try:
            url = re.search(r"http://[^\s/]+", process.stderr.readline())[0]
            with open(os.open(pipe, os.O_RDWR), encoding="utf-8") as lines: # which nobody's leaving ends
                while len(alerts) < 2:
                    alert = json.loads(lines.readline())
                    alerts.setdefault(alert["event"], alert)
        except Late:
            with urllib.request.urlopen(url + "/metrics", timeout=PATIENCE) as metrics:
                if b'openloop_monitor_trust{state="host_busy"} 1' not in metrics.read():
                    sys.exit(f"of the two alerts there came {list(alerts)}")
            alerts.setdefault("rule", None)
        finally:
            signal.alarm(0)
            process.terminate()
    return alerts


def main():
    self_test()
    schema, alert_schema = (json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:3])
    monitor = sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / name for name in ("report.json", "report.xml")]
        subprocess.run([monitor, "--headless", "a=http://127.0.0.1:1/", "b=http://127.0.0.1:1/", "--duration",
                        "200ms", "--json", files[0], "--junit", files[1], "--assert", "a.p99<1s", "--assert",
                        "a.errors<1%", "--load", "b=1", "--quiet"], stdout=subprocess.DEVNULL, check=False)
        document, junit = json.loads(files[0].read_text()), files[1].read_text()
        faults = [*faults_of(document, schema, schema), *faults_of_junit(junit), *faults_by_another_reader(files[1])]
        told = alerts_of(monitor, folder)
        alerts = [alert for alert in told.values() if alert]
        for alert in alerts:
            faults += faults_of(alert, alert_schema, alert_schema, "alert")
        if sorted(told) != ["down", "rule"]:
            faults.append(f"alert: {alerts} are not those of a rule and of a target that is down")
    try:
        import jsonschema
    except ImportError:
        pass  # what is above does what the schema needs
    else:
        for one, its in [(document, schema), *((alert, alert_schema) for alert in alerts)]:
            faults += [error.message for error in jsonschema.Draft202012Validator(its).iter_errors(one)]
    print("\n".join([*faults, f"{len(faults)} faults of reports and alerts"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

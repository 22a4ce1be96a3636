#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs ctest, and fails where it would not: a skip that nobody allowed, a run that tested nothing.
"""Usage: run_tests.py PRESET [ARGUMENT OF CTEST...]

Prints what failed, and what was skipped, above the summary of ctest, whose lines are the last ones: the output of a
test that failed lies somewhere among that of all. Exit code: ctest's; 8 where a skip is not in allowed_skips.txt.
"""
import collections
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
SUMMARY = re.compile(r"^\d+% tests passed")
SKIP = re.compile(r"^SKIP   : [\w:]+::(?P<function>\w+)\((?P<row>.*?)\) (?P<reason>.*)$")
BEGIN = re.compile(r"^\d+/\d+ Testing: (?P<test>\S+)$")
NOTHING_SKIPPED = "skipped: nothing"
FAILURE = re.compile(r"^(?:FAIL!|XPASS|QFATAL)\s")
RESULT = re.compile(r"^(?:[A-Z]+!?\s*: |Totals: )")  # of Qt's tests: how a function's words end
MOST_LINES = 40  # of what one failed test is shown with

Allowed = collections.namedtuple("Allowed", "preset test function reason")
Skipped = collections.namedtuple("Skipped", "test function row reason")


def read_allowed(text):
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [Allowed(*line.split(None, 3)) for line in lines]


def is_allowed(skip, preset, allowed):
    return any(entry.preset in ("any", preset) and entry.test in ("*", skip.test)
               and entry.function in ("*", skip.function) and skip.reason.startswith(entry.reason) for entry in allowed)


def skips_in(log):
    """What the log of ctest (LastTest.log) says was skipped."""
    test = ""
    for line in log.splitlines():
        if begin := BEGIN.match(line):
            test = begin["test"]
        elif skip := SKIP.match(line):
            yield Skipped(test, skip["function"], skip["row"], skip["reason"])


def failures_in(log):
    """Of each failed test (name, lines): what its functions failed with, or the last it said where no function did."""
    for whole in re.split(r"(?m)^(?=\d+/\d+ Testing: )", log):
        begin = BEGIN.match(whole.partition("\n")[0])
        if not begin or "\nTest Failed.\n" not in whole:
            continue
        said = whole.partition("\nOutput:\n")[2].partition("\n<end of output>\n")[0].splitlines()[1:]
        failures, within = [], False
        for line in said:
            within = bool(FAILURE.match(line)) or (within and not RESULT.match(line))
            if within:
                failures.append(line)
        yield begin["test"], failures[:MOST_LINES] or said[-MOST_LINES:]


def run(preset, arguments):
    """ctest's exit code and the lines of its summary; what it prints before them is passed on as it comes."""
    command = ["ctest", "--preset", preset, "--no-tests=error", *arguments]
    summary = []
    with subprocess.Popen(command, cwd=SOURCE, text=True, stdout=subprocess.PIPE, errors="replace") as ctest:
        for line in ctest.stdout:
            if summary or SUMMARY.match(line):
                summary.append(line)
            else:
                print(line, end="", flush=True)
    return ctest.returncode, summary


def report(skipped, preset, allowed):
    """Prints every kind of skip once, those that fail the run last; how many these are."""
    kinds = collections.Counter(skip._replace(row="") for skip in skipped)
    refused = {skip for skip in kinds if not is_allowed(skip, preset, allowed)}
    for skip, rows in sorted(kinds.items(), key=lambda kind: kind[0] in refused):
        word = ", and not allowed" if skip in refused else ""
        print(f"skipped{word}: {skip.test} {skip.function}, {rows} times: {skip.reason}")
    if not skipped:
        print(NOTHING_SKIPPED)
    return len(refused)


def self_test():
    said = "1/2 Testing: test_{}\nOutput:\n-----\n{}\n<end of output>\nTest time = 1 sec\n-----\nTest {}.\n"
    words = "QWARN  : A::b() noise\nFAIL!  : A::b() 'it'\n   Loc: [a.cpp(1)]\nQWARN  : A::c() noise\nPASS   : A::c()"
    log = said.format("a", words, "Failed") + said.format("b", words, "Passed") + said.format("c", "gone", "Failed")
    assert list(failures_in(log)) == [("test_a", words.splitlines()[1:3]), ("test_c", ["gone"])]
    log = "1/2 Testing: test_a\nSKIP   : TestA::works(row one) no database here\n"
    assert [one.function for one in skips_in("SKIP   : a::b::TestC::works() why\n")] == ["works"]
    skip, = skips_in(log)
    assert skip == Skipped("test_a", "works", "row one", "no database here"), skip
    allowed = read_allowed("# why\nasan test_a works no database\nasan * * no browser\n")
    assert is_allowed(skip, "asan", allowed)
    assert not is_allowed(skip, "release", allowed)
    assert not is_allowed(skip._replace(reason="another"), "asan", allowed)
    assert not is_allowed(skip._replace(test="test_b"), "asan", allowed)
    assert is_allowed(skip._replace(test="test_b", reason="no browser here"), "asan", allowed)


def main():
    self_test()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    preset, arguments = sys.argv[1], sys.argv[2:]
    allowed = read_allowed((HERE / "allowed_skips.txt").read_text())
    code, summary = run(preset, arguments)
    log = SOURCE / "build" / preset / "Testing" / "Temporary" / "LastTest.log"
    said = log.read_text(errors="replace") if log.exists() else ""
    for test, lines in failures_in(said):
        print(f"failed: {test}", *lines, sep="\n    ")
    refused = report(list(skips_in(said)), preset, allowed) if said else 0
    print("".join(summary), end="", flush=True)
    return code or (8 if refused else 0)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the time that systemd gives the service to stop to the time that the service takes at most.
"""Usage: check_stop_time.py SOURCE_FOLDER. Exit code 1, with a line, if systemd would kill a service that still ends."""
import pathlib
import re
import sys

MARGIN = 5  # seconds, for a machine that is busy with shutting down


def seconds_in(text, pattern):
    found = re.findall(pattern, text)
    if len(found) != 1:
        raise SystemExit(f"{len(found)} places match {pattern}")
    return int(found[0])


def breach(program, options, unit):
    drain = seconds_in(options, r'"drain-timeout"_s, u"S"_s, u"(\d+)"_s')
    farewell = seconds_in(program, r"longestFarewell\{(\d+)\}")
    delay = seconds_in(unit, r"(?m)^Environment=.*\bOPENLOOP_DRAIN_DELAY=(\d+)")
    given = seconds_in(unit, r"(?m)^TimeoutStopSec=(\d+)$")
    if given >= delay + drain + farewell + MARGIN:
        return None
    return (f"TimeoutStopSec={given} is shorter than {delay} s of delay, {drain} s to drain, {farewell} s of farewell "
            f"and {MARGIN} s more")


def main():
    options = '{u"drain-timeout"_s, u"S"_s, u"10"_s,'
    delay = "Environment=OPENLOOP_DRAIN_DELAY=5\n"
    assert breach("longestFarewell{15}", options, delay + "TimeoutStopSec=30\n")
    assert not breach("longestFarewell{15}", options, delay + "TimeoutStopSec=35\n")
    source = pathlib.Path(sys.argv[1])
    files = ("server/program.h", "server/settings/options.cpp", "resources/systemd/openloop-server.service.in")
    found = breach(*((source / file).read_text() for file in files))
    if found:
        print(found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Keeps what ThreadSanitizer leaves unsaid to functions of Qt: a file, a library or a name of ours would hide our races.
"""Usage: check_suppressions.py SUPPRESSIONS LIBRARY... Prints each line that names no function of a library; exit code 1
if there is one."""
import re
import subprocess
import sys


def functions_of(libraries):
    names = set()
    for library in libraries:
        symbols = subprocess.run(["nm", "--dynamic", "--defined-only", "--demangle", library], check=True,
                                 capture_output=True, text=True).stdout
        names |= {match[1] for match in re.finditer(r"^\S+ [TW] ([^(@\n]+)\(", symbols, re.M)}
    return names


def breaches(text, functions):
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, name = line.partition(":")
        if line and not line.startswith("#") and (kind != "race" or name not in functions):
            yield number, line


def self_test():
    """The check can fail: each line that it is for is found."""
    for mistake in "race:libQt6Core.so", "race:server/compute/pool.cpp", "called_from_lib:libQt6Core.so", "race:Q*", "race:openloop::f":
        assert list(breaches(f"# Why.\n\n{mistake}", {"QObject::event", "QTest::qRun"})), mistake
    assert not list(breaches("# Why.\nrace:QTest::qRun", {"QTest::qRun"}))


self_test()
with open(sys.argv[1], encoding="utf-8") as file:
    found = list(breaches(file.read(), functions_of(sys.argv[2:])))
for number, line in found:
    print(f"{sys.argv[1]}:{number}: names no function of libQt6: {line}")
sys.exit(bool(found))

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the manual pages to what the programs say of themselves.
"""Usage: check_manuals.py MANUALS PROGRAM...: every option of --help is in the manual page, and no other."""
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")


def help_of(program):
    arguments = ["--headless", "--help"] if program.name == "openloop-monitor" else ["--help"]
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def options_of_help(text):
    listed = [line for line in text.splitlines() if re.match(r" {2,6}-", line)]
    return {option for line in listed for option in OPTION.findall(re.split(r" {2,}", line.strip())[0])}


def options_of_manual(text):
    lines = text.replace("\\-", "-").splitlines()
    return {option for line in lines if line.startswith(".B -") for option in OPTION.findall(line)}


def breaches(program, text, manual):
    said, written = options_of_help(text), options_of_manual(manual)
    assert said, program
    return [f"{program}: {option} is only in {'--help' if option in said else 'the manual page'}"
            for option in sorted(said ^ written)]


def self_test():
    text = "  -a, --all        not --this\n      --one=N      words\n"
    manual = ".B \\-a, \\-\\-all\n.B \\-\\-one=N\nnot \\-\\-this\n"
    assert not breaches("p", text, manual)
    assert breaches("p", text + "      --two        words\n", manual) == ["p: --two is only in --help"]
    assert breaches("p", text, manual + ".B \\-\\-three\n") == ["p: --three is only in the manual page"]


def main():
    self_test()
    different = 0
    for program in map(pathlib.Path, sys.argv[2:]):
        manual = (pathlib.Path(sys.argv[1]) / f"{program.name}.1").read_text()
        for breach in breaches(program.name, help_of(program), manual):
            print(breach)
            different += 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the manual pages to what the programs say of themselves.
"""Usage: check_manuals.py MANUALS PROGRAM...: every option of --help is in the manual page, and no other."""
import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]+")


def options_of_program(program):
    arguments = ["--headless", "--help"] if program.name == "openloop-monitor" else ["--help"]
    text = subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout
    listed = [line for line in text.splitlines() if re.match(r" {2,6}-", line)]
    return {option for line in listed for option in OPTION.findall(re.split(r" {2,}", line.strip())[0])}


def options_of_manual(manual):
    lines = manual.read_text().replace("\\-", "-").splitlines()
    return {option for line in lines if line.startswith(".B -") for option in OPTION.findall(line)}


def main():
    different = 0
    for program in map(pathlib.Path, sys.argv[2:]):
        said = options_of_program(program)
        written = options_of_manual(pathlib.Path(sys.argv[1]) / f"{program.name}.1")
        assert said, program
        for option in sorted(said ^ written):
            print(f"{program.name}: {option} is only in {'--help' if option in said else 'the manual page'}")
            different += 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

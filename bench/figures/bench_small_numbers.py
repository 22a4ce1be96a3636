#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A million small numbers each, openloop-factor beside GNU factor: what a command costs that has hardly anything to do.
"""usage: bench_small_numbers.py OPENLOOP_FACTOR [--rounds N]

Elapsed seconds, one thread on one processor each, medians of runs that alternate. A ratio below 1 means that openloop
is faster; the exit code is 1 where it is slower, and where the two print different lines.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

INPUTS = {
    "seq 1 1000000": lambda i: i + 1,
    "a million 2s": lambda i: 2,
    "a million from 10^7 on": lambda i: 10**7 + i,
    "a million from 10^9 on": lambda i: 10**9 + i,
    "100,000 from 10^12 on": lambda i: 10**12 + i,
}


def seconds(command, file, processor):
    file.seek(0)
    start = time.perf_counter()
    subprocess.run(command, stdin=file, stdout=subprocess.DEVNULL, check=True,
                   preexec_fn=lambda: os.sched_setaffinity(0, {processor}))
    return time.perf_counter() - start


def output(command, file):
    file.seek(0)
    return subprocess.run(command, stdin=file, stdout=subprocess.PIPE, check=True).stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    theirs = shutil.which("factor")
    if not theirs:
        sys.exit("GNU factor is not installed")
    processor = max(os.sched_getaffinity(0))
    commands = ([arguments.program, "--threads=1"], [theirs])
    slower = 0
    print(f"{'':24}{'openloop':>10}{'GNU factor':>12}{'ratio':>8}")
    for name, number in INPUTS.items():
        with tempfile.TemporaryFile() as file:
            file.write(b"".join(b"%d\n" % number(i) for i in range(100_000 if "," in name else 1_000_000)))
            file.flush()
            if output(commands[0], file) != output(commands[1], file):
                sys.exit(f"{name}: the two print different lines")
            runs = [[seconds(command, file, processor) for command in commands] for _ in range(arguments.rounds)]
        ours, gnu = (statistics.median(column) for column in zip(*runs))
        slower += ours > gnu
        print(f"{name:24}{ours:10.3f}{gnu:12.3f}{ours / gnu:8.2f}", flush=True)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the quadratic sieve's sizes for this processor: coordinate descent over what tune_siqs accepts.

tune_siqs.py PROGRAM CLASS:COUNT:AT_ONCE [name=value ...]

CLASS as in factoring_sets.py (semiprime128, digits60). The sizes given are where it starts, and those that it moves.
The best sizes so far and those tried take turns on groups of AT_ONCE numbers, and the median of the ratios counts:
neighbours on the machine disturb both alike.
"""
import pathlib
import re
import statistics
import subprocess
import sys

SETS = pathlib.Path(__file__).resolve().parents[2] / "bench" / "figures" / "factoring_sets.py"
STEPS = {
    "span": [0.5, 2.0],
    "primes": [0.85, 1.18],
    "smallBits": [-2, 2],
    "multiplier": [0.6, 1.6],
    "smallBound": [0.75, 1.35],
    "aPrime": [0.75, 1.35],
    "blocks": [-1, 1],
    "double": [-0.04, 0.04],
    "extra": [-4, 4],
}
GAIN = 0.985  # what is less may be noise


def cpu(program, numbers, sizes):
    words = [f"{name}={value}" for name, value in sizes.items()]
    text = "\n".join(numbers) + "\n"
    out = subprocess.run([program, "-", "quiet=1", *words], input=text, capture_output=True, text=True).stdout
    return 1e9 if "FAILED" in out else float(re.search(r"total cpu ([\d.]+)", out)[1])


def faster(program, groups, tried, best):
    ratios = []
    for numbers in groups:
        ratios.append(cpu(program, numbers, tried) / cpu(program, numbers, best))
        if len(ratios) % 6 == 0 and statistics.median(ratios) > 1.02:
            break
    return statistics.median(ratios) < GAIN, statistics.median(ratios)


def moved(name, value, step):
    if name == "span":
        return min(32768, max(1024, int(value * step)))
    if name == "double":
        return round(value + step, 3)
    return max(1, value + step) if isinstance(step, int) else max(10, round(value * step))


def main():
    program, spec, *rest = sys.argv[1:]
    name, count, at_once = spec.split(":")
    numbers = subprocess.run([sys.executable, SETS, name, count, "tune"], capture_output=True, text=True).stdout.split()
    groups = [numbers[i:i + int(at_once)] for i in range(0, len(numbers), int(at_once))]
    sizes = {key: float(value) if "." in value else int(value) for key, value in (word.split("=") for word in rest)}
    total = 1.0
    improved = True
    while improved:
        improved = False
        for key in [k for k in STEPS if k in sizes]:
            for step in STEPS[key]:
                while True:
                    tried = dict(sizes, **{key: moved(key, sizes[key], step)})
                    if tried == sizes:
                        break
                    better, ratio = faster(program, groups, tried, sizes)
                    if not better:
                        break
                    sizes, improved, total = tried, True, total * ratio
                    print(sizes, round(total, 3), flush=True)
    print("best", spec, sizes, round(total, 3), flush=True)


main()

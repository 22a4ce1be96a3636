#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The long check behind `make check-factoring`: openloop-factor against PARI on seeded numbers of every class.
"""usage: check_factoring.py OPENLOOP_FACTOR [--count N] [--seed S] [CLASS...]

Classes up to 128 bits get N numbers (default 10,000), longer ones fewer. Exit 1 on the first class that differs.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

SETS = pathlib.Path(__file__).with_name("factoring_sets.py")
CLASSES = ["edge", "random32", "random64", "semiprime40", "semiprime52", "semiprime64", "powers64", "close64",
           "random96", "semiprime80", "semiprime96", "unbalanced96", "close96", "powers128", "random128",
           "unbalanced128", "semiprime112", "semiprime128", "random160", "digits40", "digits45", "digits50"]
SHARE = {"semiprime112": 0.2, "semiprime128": 0.1, "random160": 0.1, "digits40": 0.03, "digits45": 0.01,
         "digits50": 0.003}
PARI = """
default(parisizemax, 2000000000);
show(n) = { my(m = factor(n), s = Str(n, ":"));
  for (i = 1, matsize(m)[1], for (j = 1, m[i, 2], s = Str(s, " ", m[i, 1]))); print(s) };
foreach(readvec("%s"), n, show(n));
"""


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("classes", nargs="*", default=CLASSES)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", default="check")
    options = parser.parse_intermixed_args()
    failed = False
    for name in options.classes:
        count = max(3, int(options.count * SHARE.get(name, 1)))
        numbers = subprocess.run([sys.executable, SETS, name, str(count), options.seed], check=True,
                                 capture_output=True, text=True).stdout
        ours = subprocess.run([options.program], input=numbers, capture_output=True, text=True)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(numbers)
            file.flush()
            theirs = subprocess.run(["gp", "-qf", "--default", "colors=no"], input=PARI % file.name,
                                    capture_output=True, text=True)
        lines = numbers.split()
        differing = [(a, b) for a, b in zip(ours.stdout.splitlines(), theirs.stdout.splitlines()) if a != b]
        same = not differing and ours.stdout.count("\n") == theirs.stdout.count("\n") == len(lines)
        print(f"{name:14} {len(lines):6} numbers  {'no difference' if same else 'DIFFERS'}", flush=True)
        for a, b in differing[:5]:
            print(f"  openloop {a}\n  PARI     {b}")
        failed = failed or not same
    sys.exit(failed)


if __name__ == "__main__":
    main()

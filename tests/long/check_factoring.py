#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The long check behind `make check-factoring`: openloop-factor against PARI on seeded numbers of every class.
"""usage: check_factoring.py OPENLOOP_FACTOR [--count N] [--seed S] [CLASS...]

N numbers (default 10,000) of each class; without a CLASS, of all up to 50 digits, which takes an hour. PARI multiplies
the factors back and proves each of them prime: there is only one such answer. Exit 1 if any differs.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

SETS = pathlib.Path(__file__).resolve().parents[2] / "bench" / "figures" / "factoring_sets.py"
CLASSES = ["edge", "random32", "random64", "semiprime40", "semiprime52", "semiprime64", "powers64", "close64",
           "random96", "semiprime80", "semiprime96", "unbalanced96", "close96", "powers128", "random128",
           "unbalanced128", "semiprime112", "semiprime128", "random160", "digits40", "digits45", "digits50"]
PARI = """
default(parisizemax, 2000000000);
prove(n, v) = { if (vecprod(v) != n || vecsort(v) != v, return(0));
  for (i = 1, #v, if (!isprime(v[i]), return(0))); 1 };
foreach(readvec("%s"), line, print(prove(line[1], line[2])));
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
        numbers = subprocess.run([sys.executable, SETS, name, str(options.count), options.seed], check=True,
                                 capture_output=True, text=True).stdout
        ours = subprocess.run([options.program], input=numbers, capture_output=True, text=True).stdout.splitlines()
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            for line in ours:
                n, factors = line.split(":")
                file.write(f"[{n},[{','.join(factors.split())}]]\n")
            file.flush()
            proofs = subprocess.run(["gp", "-qf", "--default", "colors=no"], input=PARI % file.name,
                                    capture_output=True, text=True).stdout.split()
        asked = numbers.split()
        answered = [line.split(":")[0] for line in ours]
        wrong = [line for line, proof in zip(ours, proofs) if proof != "1"]
        right = answered == asked and len(proofs) == len(asked) and not wrong
        print(f"{name:14} {len(asked):6} numbers  {'no difference' if right else 'DIFFERS'}", flush=True)
        for line in wrong[:5]:
            print(f"  {line}")
        failed = failed or not right
    sys.exit(failed)


if __name__ == "__main__":
    main()

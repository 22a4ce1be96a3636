#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the quadratic sieve's sizes for this processor: coordinate descent over what tune_siqs accepts.

tune_siqs.py PROGRAM DIGITS [COUNT] [name=value ...]    prints the best sizes found for semiprimes of so many digits
"""
import random
import re
import subprocess
import sys

STEPS = {
    "smallBits": [-3, 3],
    "primes": [0.85, 1.2],
    "blocks": [-1, 1],
    "multiplier": [0.6, 1.6],
    "smallBound": [0.75, 1.35],
    "aPrime": [0.75, 1.35],
}


def is_prime(n):
    return all(n % p for p in (3, 5, 7, 11, 13)) and all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7))


def semiprime(digits, source):
    while True:
        factors = []
        for size in (digits // 2, digits - digits // 2):
            p = source.randrange(3 * 10 ** (size - 1), 10**size) | 1
            while not is_prime(p):
                p += 2
            factors.append(p)
        if len(str(factors[0] * factors[1])) == digits:
            return factors[0] * factors[1]


def cost(program, numbers, sizes, best):
    total = 0
    for n in numbers:
        args = [f"{name}={value}" for name, value in sizes.items()]
        times = []
        for _ in range(2 if len(str(n)) < 66 else 1):
            out = subprocess.run([program, str(n), "quiet=1", *args], capture_output=True, text=True).stdout
            times.append(float(re.search(r"ok cpu ([\d.]+)", out).group(1)))
        total += min(times)
        if total > best:
            break
    return total


def moved(name, value, step):
    if isinstance(step, int):
        return max(1, value + step)
    return max(10, round(value * step))


def main():
    program, digits = sys.argv[1], int(sys.argv[2])
    rest = sys.argv[3:]
    count = int(rest.pop(0)) if rest and rest[0].isdigit() else 3
    numbers = [semiprime(digits, random.Random(1000 * digits + i)) for i in range(count)]
    sizes = {name: int(value) for name, value in (word.split("=") for word in rest)}
    best = cost(program, numbers, sizes, 1e9)
    print("start", sizes, round(best, 4), flush=True)
    improved = True
    while improved:
        improved = False
        for name in [n for n in STEPS if n in sizes]:
            for step in STEPS[name]:
                while True:
                    tried = dict(sizes, **{name: moved(name, sizes[name], step)})
                    if tried == sizes:
                        break
                    found = cost(program, numbers, tried, best)
                    if found > 0.985 * best:
                        break
                    best, sizes, improved = found, tried, True
                    print(sizes, round(best, 4), flush=True)
    print("best", digits, sizes, round(best, 4))


main()

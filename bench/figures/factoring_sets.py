#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The numbers that the factoring engine is measured and checked with: the same ones from the same seed, anywhere.
"""usage: factoring_sets.py CLASS COUNT [SEED]

Prints COUNT numbers, one a line. CLASS is one of
  randomB     a random number of exactly B bits         random64, random128
  semiprimeB  a product of two primes of B/2 bits each  semiprime64, semiprime96
  unbalancedB a product of primes of B/3 and 2B/3 bits  unbalanced96
  powersB     a prime power, or a product of two, of about B bits
  closeB      a product of three primes that are close to each other
  digitsD     a product of two primes of D/2 digits     digits20 .. digits95
  edge        the fixed list of edge cases, whatever COUNT says
"""
import random
import re
import sys

WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


def is_prime(n):
    if n < 2:
        return False
    for p in WITNESSES:
        if n % p == 0:
            return n == p
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in WITNESSES:
        power = pow(base, odd, n)
        if power in (1, n - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % n
            if power == n - 1:
                break
        else:
            return False
    return True


def next_prime(n):
    n += 1
    while not is_prime(n):
        n += 1
    return n


class Source:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def prime_between(self, low, high):
        while True:
            n = self.random.randrange(low, high) | 1
            if is_prime(n):
                return n

    def prime_of_bits(self, bits):
        return self.prime_between(1 << (bits - 1), 1 << bits)

    def random_of(self, bits):
        return self.random.randrange(1 << (bits - 1), 1 << bits)

    def semiprime_of(self, bits):
        while True:
            n = self.prime_of_bits(bits // 2) * self.prime_of_bits(bits - bits // 2)
            if n.bit_length() == bits:
                return n

    def unbalanced_of(self, bits):
        return self.prime_of_bits(bits // 3) * self.prime_of_bits(bits - bits // 3)

    def powers_of(self, bits):
        exponent = self.random.randrange(2, 7)
        power = self.prime_of_bits(max(2, bits // (exponent + 1))) ** exponent
        return power * self.prime_of_bits(max(2, bits - power.bit_length()))

    def close_of(self, bits):
        p = self.prime_of_bits(bits // 3)
        q = next_prime(p + self.random.randrange(1, 1000))
        return p * q * next_prime(q)

    def digits_of(self, digits):
        low, high = 10 ** (digits // 2 - 1), 10 ** (digits // 2)
        upper_low, upper_high = 10 ** (digits - digits // 2 - 1), 10 ** (digits - digits // 2)
        while True:
            n = self.prime_between(low, high) * self.prime_between(upper_low, upper_high)
            if len(str(n)) == digits:
                return n


def edge_cases():
    yield from range(1, 1100)
    for k in range(1, 129):
        yield from (2**k - 1, 2**k, 2**k + 1)
    for k in range(2, 21):
        yield (10**k - 1) // 9
    factorial = 1
    for k in range(2, 40):
        factorial *= k
        yield factorial
    # Carmichael numbers, strong pseudoprimes to the first bases (OEIS A014233), Arnault's Carmichael number.
    yield from (561, 1105, 1729, 2465, 2821, 6601, 8911, 825265, 321197185, 9746347772161, 1436697831295441)
    yield from (2047, 1373653, 25326001, 3215031751, 2152302898747, 3474749660383, 341550071728321,
                3825123056546413051, 318665857834031151167461, 3317044064679887385961981)
    for border in (1 << 20, 1 << 32, 1 << 52, 1 << 63, 1 << 64, 1 << 99, 1 << 127, 1 << 128, 1021**2, 1024**2,
                   4093**2, 4096**2, 4759123141):
        yield from range(border - 3, border + 4)
    for bits in (11, 16, 22, 31, 32, 33, 43, 64):
        p = next_prime(1 << bits)
        q = next_prime(p)
        yield from (p, p * p, p**3, p * q, p * p * q, p * q * next_prime(q))
    yield (2**61 - 1) ** 2
    yield (2**61 - 1) * (2**31 - 1)
    yield 2**127 - 1


def main():
    if len(sys.argv) not in (3, 4) or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    name, count = sys.argv[1], int(sys.argv[2])
    if name == "edge":
        print("\n".join(map(str, edge_cases())))
        return
    kind = re.fullmatch(r"(random|semiprime|unbalanced|powers|close|digits)(\d+)", name)
    if not kind:
        sys.exit(__doc__)
    # The class is part of the seed: a longer list of one class does not move the others.
    source = Source(f"{name}/{sys.argv[3] if len(sys.argv) > 3 else 1}")
    make = getattr(source, kind[1] + "_of")
    for _ in range(count):
        print(make(int(kind[2])))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The table behind `make bench-factoring`: openloop beside PARI, FLINT and GNU factor, on the same numbers in one run.
"""usage: bench_factoring.py BENCH_FACTORING [--large] [--rounds N] [--class NAME:COUNT]... [--threads N]

Seconds are CPU time on one thread, median of the rounds; the peers take turns within each round, so that a busy
machine is busy for all of them. A ratio above 1 means that openloop is faster.
"""
import argparse
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

SETS = pathlib.Path(__file__).with_name("factoring_sets.py")
DEFAULT = ["random64:3000", "semiprime64:1000", "semiprime96:100", "random128:100", "semiprime128:30", "digits20:500",
           "digits25:200", "digits30:100", "digits35:40", "digits40:10", "digits45:6", "digits50:4", "digits55:2",
           "digits60:2", "digits65:1", "digits70:1", "digits75:1"]
LARGE = ["digits80:1", "digits85:1", "digits90:1", "digits95:1"]
WITHOUT_FLINT = {"digits75", "digits80", "digits85", "digits90", "digits95"}
WITHOUT_PARI = {"digits85", "digits90", "digits95"}
FOR_GNU = {"random64", "semiprime64"}
GP = ["gp", "-qf", "--default", "colors=no"]


def text_of(command, numbers="", cwd=None):
    return subprocess.run(command, input=numbers, capture_output=True, text=True, cwd=cwd).stdout


def by_program(program, library, threads=1):
    def seconds(numbers):
        with tempfile.TemporaryDirectory() as folder:  # FLINT leaves files where it runs
            fields = text_of([program, library, str(threads)], numbers, folder).split()
        return float(fields[0]) if len(fields) == 3 else None
    return seconds


def by_pari(numbers):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(numbers)
        file.flush()
        script = ("default(parisizemax,2000000000)\n"  # drops the rest of its line
                  f'v=readvec("{file.name}");gettime();'
                  "for(i=1,#v,factor(v[i]));print(gettime());\n")
        answer = text_of(GP, script).split()
    return int(answer[-1]) / 1000 if answer else None


def by_gnu_factor(numbers):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["factor"], input=numbers, stdout=subprocess.DEVNULL, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def shown(seconds, count):
    if seconds is None:
        return "-"
    each = seconds / count
    return f"{each * 1e6:,.1f} us" if each < 0.01 else f"{each:.3f} s"


def peers_of(program):
    peers = {"openloop": by_program(program, "openloop")}
    if shutil.which("gp"):
        peers["PARI " + text_of(GP, 'print(strjoin(version(),"."))\n').strip()] = by_pari
    flint = text_of([program, "flint-version"]).strip()
    if flint:
        peers["FLINT " + flint] = by_program(program, "flint")
    if shutil.which("factor"):
        peers["GNU factor " + text_of(["factor", "--version"]).split("\n")[0].split()[-1]] = by_gnu_factor
    return peers


def takes_part(peer, name):
    return not (peer.startswith("GNU") and name not in FOR_GNU or peer.startswith("FLINT") and name in WITHOUT_FLINT
                or peer.startswith("PARI") and name in WITHOUT_PARI)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--class", action="append", dest="classes")
    parser.add_argument("--threads", type=int, default=0, help="also time openloop's wall clock on so many threads")
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    peers = peers_of(program)
    print(f"{'class':14}" + "".join(f"{peer:>18}{'' if peer == 'openloop' else '   ratio'}" for peer in peers))
    for spec in options.classes or DEFAULT + (LARGE if options.large else []):
        name, count = spec.split(":")
        count = int(count)
        numbers = text_of([sys.executable, str(SETS), name, str(count), "bench"])
        rounds = options.rounds if name in FOR_GNU or not name.startswith("digits") or name < "digits60" else 1
        times = {peer: [] for peer in peers}
        for _ in range(rounds):
            for peer, seconds in peers.items():
                if takes_part(peer, name):
                    times[peer].append(seconds(numbers))
        median = {peer: statistics.median(t) if t and None not in t else None for peer, t in times.items()}
        line = f"{name:14}"
        for peer in peers:
            line += f"{shown(median[peer], count):>18}"
            if peer != "openloop":
                line += f"{median[peer] / median['openloop']:8.2f}" if median[peer] else f"{'-':>8}"
        print(line, flush=True)
        if options.threads > 1 and name.startswith("digits"):
            one, many = (float(text_of([program, "openloop", str(n)], numbers).split()[1])
                         for n in (1, options.threads))
            print(f"{'':14}{options.threads} threads: {one / many:.2f} times faster (wall clock)", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Two commits side by side in one run: what a unit of work costs of the processor's time, new over old.
"""Usage: compare.py OLD WHAT [NEW=HEAD] [BOUND=1.03]

Builds both commits in worktrees below build/compare, runs them in turn (A B B A), 15 pairs, and prints the median
of the ratios new/old with its 95 % interval (order statistics: no assumption of how times are distributed). Pairs are
added, up to 60, until half of the interval's width is at most BOUND - 1, or all of it says the same: below 1, where the
new one costs no more at all, or above BOUND. WHAT is one of
  health          /health by 64 connections (wrk), CPU of the server per request
  query_database  /query_database on SQLite by 32 connections, likewise
  call_other_service  likewise, its embedded stand-in's part included
  jobs            a job that is accepted, computed in no time, recorded and told, by 16 connections, likewise
  factorizeD      numbers of D digits by openloop-factor, CPU per number: factorize40, factorize60 ...
  frame           a frame of the chart, CPU per frame
Exit code: 0 the median is at most BOUND; 1 it is above; 4 undecided after 60 pairs; 2 usage.
"""
import contextlib
import math
import os
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
FEWEST, STEP, MOST = 15, 5, 60  # pairs


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, text=True, **options)


def output(*command, **options):
    return run(*command, capture_output=True, **options).stdout


class Built:
    """A commit in a worktree of its own, with the programs that a measurement needs."""

    def __init__(self, revision):
        self.commit = output("git", "-C", SOURCE, "rev-parse", "--verify", revision + "^{commit}").strip()
        self.source = SOURCE / "build" / "compare" / self.commit[:12]
        self.binaries = self.source / "build" / "release" / "bin"
        if not self.source.exists():
            run("git", "-C", SOURCE, "worktree", "prune")
            run("git", "-C", SOURCE, "worktree", "add", "--quiet", "--detach", self.source, self.commit)

    def build(self, target):
        # What is compiled must be found again by ccache, although it lies elsewhere.
        environment = dict(os.environ, CCACHE_BASEDIR=str(self.source), CCACHE_NOHASHDIR="1")
        quiet = {"cwd": self.source, "env": environment, "stdout": subprocess.DEVNULL}
        if not (self.binaries.parent / "build.ninja").exists():
            run("cmake", "--preset", "release", **quiet)
        run("cmake", "--build", "--preset", "release", "--target", target, **quiet)


class Requests:
    """openloop-server of one commit on embedded defaults in a temporary folder, asked by wrk; several may be up.
    Servers and wrk have a processor each, where there are two: how often they would take it from one another is chance,
    and more of the ratio than what is to be seen."""

    def __init__(self, built, path, connections, script=None):
        self.folder = tempfile.TemporaryDirectory()
        home = dict(os.environ, XDG_DATA_HOME=self.folder.name, XDG_CONFIG_HOME=self.folder.name)
        processors = sorted(os.sched_getaffinity(0))
        on_first, on_last = (("taskset", "--cpu-list", processors[i]) for i in (0, -1))
        server = (*on_last, built.binaries / "openloop-server", "--port", 0)
        self.process = subprocess.Popen([str(word) for word in server], env=home, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        script = ("--script", SOURCE / "bench" / "figures" / script) if script else ()
        self.command = (*on_first, "wrk", "--threads", 1, "--connections", connections, "--duration", "1s", *script,
                        self.process.stdout.readline().split()[-1] + path)

    def measure(self):
        before = self.cpu()
        said = output(*self.command)
        if "Non-2xx" in said:
            sys.exit(f"compare.py: refused:\n{said}")
        return self.cpu() - before, int(re.search(r"(\d+) requests in", said)[1])

    def cpu(self):
        threads = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()


class Factorize:
    """The same numbers, from the same seed, by openloop-factor of one commit."""

    def __init__(self, built, digits):
        self.program = built.binaries / "openloop-factor"
        self.count = max(1, 2000 // 2 ** (digits // 5))
        sets = SOURCE / "bench" / "figures" / "factoring_sets.py"
        self.numbers = output(sys.executable, sets, f"digits{digits}", self.count)

    def measure(self):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(self.program, input=self.numbers, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, self.count

    def close(self):
        pass


class Frames:
    """The points of the chart, as openloop-frame-cost of one commit draws them: 60 frames a start, five starts, because
    where its memory came to lie makes one start dearer than another."""

    STARTS = 5

    def __init__(self, built):
        self.program = built.binaries / "openloop-frame-cost"

    def measure(self):
        offscreen = dict(os.environ, QT_QPA_PLATFORM="offscreen")
        said = [output(self.program, env=offscreen) for _ in range(self.STARTS)]
        return sum(float(re.search(r"([\d.]+) ms", text)[1]) for text in said) / 1e3, self.STARTS

    def close(self):
        pass


def measurement(what):
    """The target to build, and how to make what measures: seconds of the processor, and for how many units."""
    if what == "health":
        return "openloop-server", lambda built: Requests(built, "/health", 64)
    if what == "query_database":
        return "openloop-server", lambda built: Requests(built, "/query_database?user_id=1&limit=10", 32)
    if what == "call_other_service":
        return "openloop-server", lambda built: Requests(built, "/call_other_service", 32)
    if what == "jobs":
        return "openloop-server", lambda built: Requests(built, "/factorizations", 16, "jobs.lua")
    if digits := re.fullmatch(r"factorize(\d{2})", what):
        return "openloop-factor", lambda built: Factorize(built, int(digits[1]))
    if what == "frame":
        return "openloop-frame-cost", Frames
    sys.exit(__doc__)


def interval_of_median(ratios):
    """Bounds that hold the true median in 95 of 100 cases, whatever the distribution: its binomial ranks."""
    ordered, n = sorted(ratios), len(ratios)
    rank, below = 0, 0.0
    while below + math.comb(n, rank) / 2 ** n <= 0.025:
        below += math.comb(n, rank) / 2 ** n
        rank += 1
    return ordered[max(rank - 1, 0)], ordered[min(n - rank, n - 1)]


def verdict(ratios, bound):
    """0, 1, or 4 as long as the interval is too wide."""
    low, high = interval_of_median(ratios)
    if low <= bound and high >= 1 and (high - low) / 2 > bound - 1:
        return 4
    return 0 if statistics.median(ratios) <= bound else 1


def self_test():
    even = [1 + i / 1000 for i in range(-7, 8)]
    assert interval_of_median(even) == (1 - 4 / 1000, 1 + 4 / 1000), interval_of_median(even)  # ranks 4 and 12 of 15
    assert verdict(even, 1.03) == 0
    assert verdict([ratio * 1.05 for ratio in even], 1.03) == 1
    assert verdict([0.5, 1.5] * 8, 1.03) == 4
    assert verdict([0.3 + i / 40 for i in range(15)], 1.03) == 0  # wide, and all of it below 1
    assert verdict([0.85 + i / 60 for i in range(15)], 1.03) == 4
    assert verdict([1.1 + i / 20 for i in range(15)], 1.03) == 1


def ratio_of_a_pair(old, new):
    """New over old, each measured twice in the order A B B A, so that a drift favours nobody."""
    spent = {old: 0.0, new: 0.0}
    for subject in (old, new, new, old):
        seconds, units = subject.measure()
        spent[subject] += seconds / units
    return spent[new] / spent[old]


def main():
    self_test()
    named = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
    plain = [word for word in sys.argv[1:] if "=" not in word]
    if len(plain) != 2 or set(named) - {"NEW", "BOUND"}:
        print(__doc__, file=sys.stderr)
        return 2
    bound = float(named.get("BOUND") or 1.03)
    target, make = measurement(plain[1])
    old, new = Built(plain[0]), Built(named.get("NEW") or "HEAD")
    for built in (old, new):
        built.build(target)
    with contextlib.closing(make(old)) as before, contextlib.closing(make(new)) as after:
        for name, built, subject in (("old", old, before), ("new", new, after)):
            seconds, units = subject.measure()
            print(f"{name} {built.commit[:12]}: {seconds / units * 1e6:.4g} us each", flush=True)
        return decide(plain[1], before, after, bound)


def decide(what, before, after, bound):
    ratios = []
    while True:
        ratios.append(ratio_of_a_pair(before, after))
        if len(ratios) < FEWEST or (len(ratios) - FEWEST) % STEP:
            continue
        low, high = interval_of_median(ratios)
        decided = verdict(ratios, bound)
        word = {0: "within", 1: "ABOVE", 4: "undecided about"}[decided]
        print(f"{what}: new/old {statistics.median(ratios):.3f} (95 %: {low:.3f} to {high:.3f}), "
              f"{len(ratios)} pairs: {word} {bound}", flush=True)
        if decided != 4 or len(ratios) >= MOST:
            return decided


if __name__ == "__main__":
    sys.exit(main())

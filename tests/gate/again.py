#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Repeats every test function, alone and in bad company, until each has passed as often as was asked for.
"""Usage: again.py PRESET [ONLY=regex] [MODES=alone,busy,disk,single] [ALONE=20] [OTHERS=5] [OFTEN=100]
                [BATCH=10] [TOGETHER=1] [SHARD=k/n] [MINUTES=m]

Functions run in four modes: alone; beside two busy processes; beside bursts of writes to the disk; on one processor
each. Those of a test that are due run in one process, in another order each time, as many as take BATCH seconds; with
BATCH=0 each has its own. TOGETHER processes run at once, which is harder on each. The functions of often.txt have to
pass OFTEN times alone. What valgrind runs is left out, and what meets no clock, the corpora and the simulator:
`make test` runs them once. Nobody that a run started outlives it.
An interrupt (Ctrl-C, SIGTERM) ends what runs, which counts as nothing; nor does what was built anew meanwhile.
The journal (build/test-again) belongs to the bytes of a test and of our programs that it runs: a run goes on where the
last one with the same ones ended, also after another test or program was built anew, and whatever ever failed is listed.
A skip counts as a pass where allowed_skips.txt has it, and is listed. Exit code: 0 every function has all its passes;
1 one has failed; 3 passes are missing.
"""
import collections
import concurrent.futures
import contextlib
import ctypes
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import run_tests

LIBC = ctypes.CDLL(None)
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
MODES = ("alone", "busy", "disk", "single")
LEFT_OUT = {"valgrind", "corpus", "simulator"}  # labels
BURST = 64 << 20  # bytes
USUAL_TIMEOUT = 300.0  # s
RESULT = re.compile(r"^(?P<result>PASS|SKIP|FAIL!|XPASS|QFATAL)\s*: (?:\w+::)+(?P<function>\w+)\(", re.MULTILINE)
FAILURES = {"FAIL!", "XPASS", "QFATAL"}
SINGLES = itertools.count()  # those that run on one processor each have the next one
INTERRUPTED = threading.Event()
RUNNING = set()  # the leaders' numbers of their process groups; set and Event: the handler and every thread

# bytes: the hash of what is run, of the test's files and of our programs that it runs; stamps: what tells cheaply that
# they are that still.
Unit = collections.namedtuple("Unit", "test function command environment folder timeout stamps bytes")


def ctest_entries(build):
    listing = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True)
    return [entry for entry in json.loads(listing.stdout)["tests"] if "command" in entry]


def property_of(entry, name, otherwise):
    return next((each["value"] for each in entry["properties"] if each["name"] == name), otherwise)


def is_qt_test(command):
    return pathlib.Path(command[0]).name.startswith("test_") and len(command) == 1


def functions_of(command, environment):
    """The functions of a Qt Test program; of any other, and of one that is told what to run, the one without a name."""
    if not is_qt_test(command):
        return [""]
    with tempfile.TemporaryDirectory() as folder:  # what it makes there it leaves there
        listing = subprocess.run([command[0], "-functions"], capture_output=True, text=True, check=True,
                                 env={**environment, "TMPDIR": folder})
    return [line.strip().removesuffix("()") for line in listing.stdout.splitlines() if line.strip().endswith("()")]


def hash_of(contents):
    digest = hashlib.sha256()
    for file, content in contents.items():
        digest.update(file.name.encode() + b"\0" + content)
    return digest.hexdigest()[:16]


def is_named(program, content):
    return any(str(program).encode(encoding) in content for encoding in ("utf-8", "utf-16-le"))


def stamp_of(file):
    return (file.stat().st_ino, file.stat().st_mtime_ns) if file.exists() else None


def is_as_hashed(unit):
    return all(stamp_of(file) == stamp for file, stamp in unit.stamps.items())


def units_of(build):
    programs = [file for folder in ("bin", "tests") for file in sorted((build / folder).glob("openloop-*"))]
    stamps = {file: stamp_of(file) for file in programs}
    programs = {file: file.read_bytes() for file in programs}
    for entry in ctest_entries(build):
        if LEFT_OUT & set(property_of(entry, "LABELS", [])):
            continue
        environment = dict(os.environ, **dict(each.split("=", 1) for each in property_of(entry, "ENVIRONMENT", [])))
        timeout = property_of(entry, "TIMEOUT", USUAL_TIMEOUT)
        folder = property_of(entry, "WORKING_DIRECTORY", str(build))
        own = [file for file in map(pathlib.Path, entry["command"]) if SOURCE in file.parents and file.is_file()]
        stamps |= {file: stamp_of(file) for file in own}
        contents = {file: file.read_bytes() for file in own}
        # A Qt Test program names what it runs; of a script's nobody knows.
        contents |= {file: content for file, content in programs.items()
                     if not is_qt_test(entry["command"]) or any(is_named(file, test) for test in contents.values())}
        for function in functions_of(entry["command"], environment):
            yield Unit(entry["name"], function, entry["command"], environment, folder, timeout,
                       {file: stamps[file] for file in contents}, hash_of(contents))


class Journal:
    """A line of JSON for every run; several processes may append to it."""

    def __init__(self, path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def runs(self):
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines() if line.endswith("}")]

    def add(self, **run):
        with self.path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(run) + "\n")


def burn():
    while True:
        pass


def write_in_bursts(folder):
    block = os.urandom(1 << 20)
    path = pathlib.Path(folder) / f"burst-{os.getpid()}"
    pause = 0.1
    while True:
        with path.open("wb") as file:
            for _ in range(BURST // len(block)):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        pause = 1.3 - pause  # what comes and goes disturbs more than what stays
        time.sleep(pause)


@contextlib.contextmanager
def neighbours(mode, folder):
    """Keeps this mode's company at work meanwhile; it ends with this process, however that ends."""
    work = {"busy": [burn, burn], "disk": [lambda: write_in_bursts(folder)]}.get(mode, [])
    parent = os.getpid()
    children = []
    for task in work:
        child = os.fork()
        if child == 0:
            subprocess_dies_with(parent)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)  # what an interrupt ends is the parent's business
            try:
                task()
            finally:
                os._exit(0)
        children.append(child)
    try:
        yield
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        for left in pathlib.Path(folder).glob("burst-*"):
            left.unlink(missing_ok=True)


def subprocess_dies_with(parent):
    death_signal = 1  # PR_SET_PDEATHSIG
    LIBC.prctl(death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def end(group):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def interrupt(*_):
    INTERRUPTED.set()
    for group in tuple(RUNNING):
        end(group)


def run(batch, mode):
    """What a process with these functions of one test ended with, and what it printed; nothing where it was
    interrupted."""
    unit = batch[0]
    command = [*unit.command, *(each.function for each in batch if each.function)]
    if mode == "single":
        processors = sorted(os.sched_getaffinity(0))
        command = ["taskset", "-c", str(processors[next(SINGLES) % len(processors)]), *command]
    parent = os.getpid()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, tempfile.TemporaryFile() as said:
        os.chmod(folder, 0o711)  # servers of another account have theirs in it
        with subprocess.Popen(command, env={**unit.environment, "TMPDIR": folder}, cwd=unit.folder, stdout=said,
                              stderr=said, start_new_session=True,
                              preexec_fn=lambda: subprocess_dies_with(parent)) as process:
            late = ""
            RUNNING.add(process.pid)
            try:
                process.wait(timeout=0 if INTERRUPTED.is_set() else unit.timeout)
            except subprocess.TimeoutExpired:
                late = f"\nended after {unit.timeout} s\n"
            RUNNING.discard(process.pid)
            end(process.pid)  # whom it left behind, too
        if INTERRUPTED.is_set():
            return None
        said.seek(0)
        return process.returncode, said.read().decode(errors="replace") + late


def verdicts(batch, code, output, is_allowed):
    """(unit, whether it passed, whether by an allowed skip) of each that the process came to an end with. Where it
    failed, so did those that say it; if none does, the one that it died in, and all if it went through them."""
    skips = list(run_tests.skips_in(f"1/1 Testing: {batch[0].test}\n" + output))
    refused = {skip.function for skip in skips if not is_allowed(skip)}
    if not is_qt_test(batch[0].command):
        return [(unit, code == 0 and not refused, bool(skips)) for unit in batch]
    said = {}
    for result in RESULT.finditer(output):
        said.setdefault(result["function"], set()).add(result["result"])
    failed = {function for function, results in said.items() if results & FAILURES} | refused
    ended = [unit for unit in batch if unit.function in said]
    if code != 0 and not failed & {unit.function for unit in batch}:
        silent = [unit for unit in batch if unit.function not in said][:1]
        if silent and "\nTotals: " not in output:
            ended = ended[:-1] + silent  # of the one before it some rows may be missing: it counts as nothing
        else:
            silent = ended = batch
        failed |= {unit.function for unit in silent}
    return [(unit, unit.function not in failed, "SKIP" in said.get(unit.function, ())) for unit in ended]


def often_repeated():
    lines = (HERE / "often.txt").read_text().splitlines()
    return {tuple(line.split()) for line in lines if line.strip() and not line.startswith("#")}


def settings_of(arguments):
    settings = {"ONLY": "", "MODES": ",".join(MODES), "ALONE": "20", "OTHERS": "5", "OFTEN": "100", "BATCH": "10",
                "TOGETHER": "1", "SHARD": "1/1", "MINUTES": "100000"}
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name not in settings:
            sys.exit(f"again.py: no setting {name}\n{__doc__}")
        if value:
            settings[name] = value
    return settings


def batches(units, seconds_of, longest):
    """The units, those of a test together, as many as take so many seconds; what takes longest comes first, that nobody
    is waited for at the end."""
    def seconds(batch):
        return sum(seconds_of.get((unit.test, unit.function), 1.0) for unit in batch)

    found = []
    for _, of_test in itertools.groupby(sorted(units, key=lambda unit: unit.test), key=lambda unit: unit.test):
        shuffled = list(of_test)
        random.shuffle(shuffled)
        batch = []
        for unit in shuffled:
            if batch and seconds([*batch, unit]) > longest:
                found.append(batch)
                batch = []
            batch.append(unit)
        found.append(batch)
    return sorted(found, key=seconds, reverse=True)


def wanted(unit, mode, settings, often):
    if mode != "alone":
        return int(settings["OTHERS"])
    return int(settings["OFTEN" if (unit.test, unit.function) in often else "ALONE"])


def self_test():
    def unit(function, test="test_a"):
        return Unit(test, function, ["/test_a"], {}, "", 1.0, {}, "")

    def said(code, *lines, functions=("one", "two", "three"), is_allowed=lambda skip: False):
        found = verdicts([unit(function) for function in functions], code, "\n".join(lines) + "\n", is_allowed)
        return {unit.function: (passed, skipped) for unit, passed, skipped in found}

    passed, failed, skipped = (True, False), (False, False), (True, True)
    one, two, three = (f"PASS   : a::A::{name}()" for name in ("one", "two", "three"))
    totals = "Totals: 3 passed"
    assert said(0, one, two, three, totals) == {"one": passed, "two": passed, "three": passed}
    # A row that failed is its function's failure, whatever its other rows said, and nobody else's.
    rows = "FAIL!  : A::two(a) 'it' returned FALSE.", "PASS   : A::two(b)"
    assert said(1, one, *rows, three, totals) == {"one": passed, "two": failed, "three": passed}
    # It died in the third: of the second nobody knows whether all its rows were through.
    assert said(-11, one, two) == {"one": passed, "three": failed}
    assert said(-6, one, "QFATAL : A::two() no") == {"one": passed, "two": failed}
    assert said(-9, "no word") == {"one": failed}
    # It went through all of them and failed nevertheless, as with a leak that is found at the end.
    assert said(23, one, two, three, totals) == {"one": failed, "two": failed, "three": failed}
    skip = "SKIP   : A::two() no database here"
    assert said(0, one, skip, three, totals) == {"one": passed, "two": (False, True), "three": passed}
    assert said(0, one, skip, three, totals, is_allowed=lambda skip: skip.function == "two")["two"] == skipped

    times = {("test_a", "one"): 6.0, ("test_a", "two"): 6.0}
    found = batches([unit("one"), unit("new", "test_b"), unit("two"), unit("three")], times, 8.0)
    assert sorted(each.function for batch in found for each in batch) == ["new", "one", "three", "two"]
    assert len(found) == 3 and all(len({each.test for each in batch}) == 1 for batch in found), found
    assert all(len(batch) == 1 for batch in batches([unit("one"), unit("two")], times, 0.0))


def main():
    self_test()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, settings = SOURCE / "build" / sys.argv[1], settings_of(sys.argv[2:])
    allowed = run_tests.read_allowed((HERE / "allowed_skips.txt").read_text())
    shard, shards = map(int, settings["SHARD"].split("/"))
    often = often_repeated()
    everything = list(units_of(build))
    unknown = often - {(unit.test, unit.function) for unit in everything}
    if unknown:
        sys.exit(f"often.txt names what is not there: {sorted(unknown)}")
    units = [unit for unit in everything if re.search(settings["ONLY"], f"{unit.test} {unit.function}")]
    units = units[shard - 1::shards]
    folder = SOURCE / "build" / "test-again"
    journal = Journal(folder / "journal.jsonl")
    passes, failures, skipped, seconds_of = *(collections.Counter() for _ in range(3)), {}
    of_now = {(unit.test, unit.bytes) for unit in everything}
    built_anew = set()
    for entry in journal.runs():
        seconds_of[entry["test"], entry["function"]] = entry["seconds"]
        if (entry["test"], entry["bytes"]) in of_now:
            key = entry["test"], entry["function"], entry["mode"]
            (passes if entry["passed"] else failures)[key] += 1
            skipped[key] += entry.get("skipped", False)
    until = time.monotonic() + 60 * float(settings["MINUTES"])
    modes = settings["MODES"].split(",")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)

    def is_over():
        return INTERRUPTED.is_set() or time.monotonic() > until

    def run_unless_over(batch, mode):
        """The verdicts, and how long that took; nothing when the time is over, or the test was built anew."""
        if is_over():
            return None
        begun = time.monotonic()
        try:
            ended = run(batch, mode)
        except OSError:
            if is_as_hashed(batch[0]):
                raise
        if not is_as_hashed(batch[0]):
            if batch[0].test not in built_anew:
                print(f"built anew meanwhile, and left out: {batch[0].test}", flush=True)
            built_anew.add(batch[0].test)
            return None
        if not ended:
            return None
        found = verdicts(batch, *ended, lambda skip: run_tests.is_allowed(skip, sys.argv[1], allowed))
        for unit, passed, _ in found:
            if not passed:
                number = failures[unit.test, unit.function, mode]
                log = folder / "failed" / f"{unit.bytes}-{unit.test}-{unit.function}-{mode}-{number}.log"
                log.parent.mkdir(parents=True, exist_ok=True)
                log.write_text(ended[1])
                print(f"FAILED {mode}: {unit.test} {unit.function} ({log.relative_to(SOURCE)})", flush=True)
        return found, time.monotonic() - begun

    with concurrent.futures.ThreadPoolExecutor(int(settings["TOGETHER"])) as runners:
        turns = range(1, 1 + max(int(settings[key]) for key in ("ALONE", "OTHERS", "OFTEN")))
        for turn, mode in itertools.product(turns, modes):
            if not is_over():
                due = [unit for unit in units if unit.test not in built_anew and passes[unit.test, unit.function, mode]
                       + failures[unit.test, unit.function, mode] < min(turn, wanted(unit, mode, settings, often))]
                with neighbours(mode, folder):
                    asked = [runners.submit(run_unless_over, batch, mode)
                             for batch in batches(due, seconds_of, float(settings["BATCH"]))]
                    for done in concurrent.futures.as_completed(asked):
                        if not (result := done.result()):
                            continue
                        found, seconds = result
                        shares = [max(0.001, seconds_of.get((unit.test, unit.function), 1.0)) for unit, *_ in found]
                        for (unit, passed, was_skipped), share in zip(found, shares):
                            key = unit.test, unit.function
                            (passes if passed else failures)[*key, mode] += 1
                            skipped[*key, mode] += passed and was_skipped
                            seconds_of[key] = round(seconds * share / sum(shares), 3)
                            journal.add(test=unit.test, function=unit.function, bytes=unit.bytes, mode=mode,
                                        passed=passed, skipped=passed and was_skipped, seconds=seconds_of[key])
    return report(units, modes, settings, often, passes, failures, skipped)


def report(units, modes, settings, often, passes, failures, skipped):
    missing = sum(max(0, wanted(unit, mode, settings, often) - passes[unit.test, unit.function, mode])
                  for unit in units for mode in modes)
    print(f"{len(units)} functions")
    for mode in modes:
        count = [passes[unit.test, unit.function, mode] for unit in units]
        print(f"{mode:7} {sum(count)} passes, the fewest of a function {min(count, default=0)}")
    for (test, function, mode), count in sorted((+skipped).items()):
        print(f"skipped {count} times {mode}, as is allowed: {test} {function}")
    ever = [(*key, count) for key, count in sorted(failures.items()) if count]
    for test, function, mode, count in ever:
        print(f"failed {count} times {mode}: {test} {function}, passed {passes[test, function, mode]} times")
    print(f"{len(ever)} failed, {missing} passes are missing")
    return 1 if ever else 3 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

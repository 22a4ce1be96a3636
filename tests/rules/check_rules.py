#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the source to the rules of CONTRIBUTING.md that no compiler checks.
"""Usage: check_rules.py SOURCE_FOLDER. Prints each breach as file:line: rule; exit code 1 if there is one."""
import pathlib
import re
import subprocess
import sys

from sources import sources

# g++ 12 destroys the captures of such a lambda twice.
LAMBDA_IN_AWAIT = re.compile(r"co_await[^;]*?[(,\s]\[[^\]\s][^\]]*\]\s*(\([^)]*\))?\s*(mutable\s*)?\{", re.S)
# Likewise: what is awaited among the arguments of a call, or within braces, is destroyed twice with them.
AWAIT_IN_ARGUMENTS = re.compile(r"(?<!\bif )(?<!\bwhile )(?<!\bfor )(?<!\bswitch )[(,]\s*(?:!\s*)?co_await\b|(?<=\w)\{\s*co_await\b")
# Its captures die with the lambda, while the coroutine still runs.
CAPTURING_COROUTINE = re.compile(r"\[[^\]\s][^\]]*\]\s*\([^)]*\)\s*(mutable\s*)?->\s*(QCoro::|http::)?Task<")
# An answer that did not come is a failed check, not a crash.
READ_UNSEEN = re.compile(r"(?<![\w:])(?:get|post|put|read|answer|request)\((?:[^();]|\([^()]*\))*\)"
                         r"\s*->\s*(?:status|body|fields?)\b")
# The same of a task's ending, whose got() looks, and of a figure.
ENDING_UNSEEN = re.compile(r"\bawait\([^;\n]*\)\.value->|\*await\(|\*\w+(?:\.|->)figure\(")
# What waits for a moment instead of an event; a comment on the line, or above it, says why there is no event.
SLEEP = re.compile(r"\b(?:QTest::q(?:Wait|Sleep)|QThread::[mu]?sleep|sleep_for|u?sleep|nanosleep)\(")
# Looks again at what has come: what held for a moment only fails there. `tests/support/patience.h` looks once.
LOOKS_AGAIN = re.compile(r"\bQTRY_[A-Z]+")
SAYS_NOTHING = re.compile(r"// See \S+\.h\.?$")
FUZZERS_FIND = ("crash-", "leak-", "oom-", "timeout-")
WORDS_OF_ONE_MACHINE = re.compile(r"/(?:w[o]rk|r[o]ot|h[o]me)/\w")


def breaches(path, text):
    lines = text.splitlines()
    if not lines[0].startswith("// SPDX-License-Identifier: GPL-3.0-or-later"):
        yield 1, "the first line is the licence"
    if len(lines) < 2 or not re.match(r"// \S.{5,}", lines[1]):
        yield 2, "the second line says why the file exists"
    elif SAYS_NOTHING.match(lines[1]):
        yield 2, "the second line of a .cpp says what is done in it"
    for number, line in enumerate(lines, 1):
        if path.startswith("tests/") and SLEEP.search(line):
            above = lines[number - 2].strip() if number > 1 else ""
            if "//" not in line and not above.startswith("//"):
                yield number, "no sleep to wait for something; a comment says why this one does not"
        if path.startswith("tests/") and LOOKS_AGAIN.search(line.split("//")[0]):
            yield number, "what is waited for is looked at once: TRY_VERIFY, TRY_COMPARE"
    if path.startswith("tests/"):
        for found in (*READ_UNSEEN.finditer(text), *ENDING_UNSEEN.finditer(text)):
            yield text.count("\n", 0, found.start()) + 1, "an answer that may be missing is looked at unseen"
    for rule, pattern in (("no capturing lambda within a co_await expression", LAMBDA_IN_AWAIT),
                          ("no co_await among arguments or within braces", AWAIT_IN_ARGUMENTS),
                          ("no capturing lambda that is a coroutine", CAPTURING_COROUTINE)):
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, rule


def breaches_of_any(path, text):
    """What holds for every text, whatever its language."""
    for number, line in enumerate(text.splitlines(), 1):
        if WORDS_OF_ONE_MACHINE.search(line):
            yield number, "a path of one machine"
    if path.startswith(FUZZERS_FIND):
        yield 1, "what a fuzzer found belongs into its corpus, below tests/fuzz"
    if path == ".gitignore":
        for prefix in FUZZERS_FIND:
            if f"/{prefix}*" not in text.splitlines():
                yield 1, f"/{prefix}* is not ignored"


OFTEN = "tests/gate/often.txt"


def breaches_of_often(text, functions_of):
    """Names of functions that are gone, or come twice: functions_of(test) gives the text that they are in."""
    seen = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        test, function = (*line.split(), "")[:2]
        if line in seen:
            yield number, f"{line} comes twice"
        elif function and not re.search(rf"\bvoid {re.escape(function)}\(\)", functions_of(test)):
            yield number, f"{test} has no function {function}"
        seen.add(line)


def tracked(root):
    """Every file of the repository; where there is only an export of it, the sources."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    paths = listed.stdout.split("\0")[:-1] if listed.returncode == 0 else sources(root, ".cpp", ".h")
    return [path for path in paths if (root / path).is_file()]


def text_in(file):
    """None if it is no text."""
    try:
        return file.read_text()
    except UnicodeDecodeError:
        return None


def self_test():
    """The checks can fail: each finds the mistake it is for."""
    header = "// SPDX-License-Identifier: GPL-3.0-or-later\n// Why this file exists.\n"
    mistakes = [
        "answer(Response(co_await handler(context)));\n",
        "const Row row{co_await first(), 2};\n",
        "co_await run([n] { return n; });\n",
        "auto f = [n](int) -> Task<int> { co_return n; };\n",
    ]
    for mistake in mistakes:
        assert list(breaches("server/x.cpp", header + mistake)), mistake
    mistakes_of_tests = [
        "QTest::qWait(5);\n",
        "QTRY_VERIFY_WITH_TIMEOUT(file.exists(), patience);\n",
        "std::this_thread::sleep_for(1s);\n",
        "QCOMPARE(client.get(\"/\")->status, 200);\n",
        "QVERIFY(client.read(5s)->body.isEmpty());\n",
        "QCOMPARE(client.get(path(1))\n             ->status, 200);\n",
        "QCOMPARE(await(store.todos({}, {})).value->size(), 1);\n",
        "const auto before = *await(store.read(first)).value;\n",
        "QVERIFY(*monitor.figure(count) > 5);\n",
    ]
    for mistake in mistakes_of_tests:
        assert list(breaches("tests/x.cpp", f"{header}\n{mistake}")), mistake
        assert not list(breaches("server/x.cpp", f"{header}\n{mistake}")), mistake
    assert not list(breaches("tests/x.cpp", header + "QTest::qWait(5); // the outage itself\n// So.\nusleep(5);\n"))
    assert not list(breaches("tests/x.cpp", header + "QCOMPARE(statusOf(client.get(x)), 200);\nf(all.back()->status);\n"))
    assert list(breaches_of_any("README.md", "see /w" + "ork/x\n"))
    assert list(breaches_of_any("crash-0123", ""))
    assert list(breaches_of_any(".gitignore", "/crash-*\n/leak-*\n/oom-*\n"))
    assert not list(breaches_of_any(".gitignore", "/crash-*\n/leak-*\n/oom-*\n/timeout-*\n"))
    assert not list(breaches("server/x.cpp", header + "auto f = run(g);\nco_await f;\n"))
    assert not list(breaches("server/x.cpp", header + "if (co_await f)\n    co_return co_await g;\nif (!co_await h)\n"))
    assert list(breaches("server/x.cpp", header.replace("Why this file exists.", "See x.h.")))
    assert list(breaches("server/x.cpp", "int main() {}\n"))
    often = "# Often\ntest_x works\ntest_y\n"
    assert not list(breaches_of_often(often, lambda test: "    void works()\n"))
    assert list(breaches_of_often(often, lambda test: "    void worksNot()\n"))
    assert list(breaches_of_often(often + "test_y\n", lambda test: "    void works()\n"))


def main():
    self_test()
    root = pathlib.Path(sys.argv[1])
    found = 0
    for path in sorted({*tracked(root), *sources(root, ".cpp", ".h")}):
        text = text_in(root / path)
        if text is None:
            continue
        rules = [*breaches_of_any(path, text), *(breaches(path, text) if path.endswith((".cpp", ".h")) else ())]
        if path == OFTEN:
            rules += breaches_of_often(text, lambda test: "".join(
                file.read_text() for file in (root / "tests").rglob(f"{test}.cpp")))
        for line, rule in rules:
            print(f"{path}:{line}: {rule}")
            found += 1
    print(f"{found} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the source to the rules of CONTRIBUTING.md that no compiler checks.
"""Usage: check_rules.py SOURCE_FOLDER. Prints each breach as file:line: rule; exit code 1 if there is one."""
import pathlib
import re
import sys

# Who may include whom; the longest folder that matches a file decides.
MAY_INCLUDE = {
    "common": ["common/"],
    "server": ["server/", "common/"],
    "server/http": ["server/http/"],
    "server/factoring": ["server/factoring/"],
    "gui": ["gui/", "common/"],
    "gui/probe": ["gui/probe/", "common/"],
    "tests": ["tests/", "server/", "gui/", "common/"],
    "bench": ["bench/", "tests/support/", "server/", "gui/", "common/"],
}
INCLUDE = re.compile(r'^\s*#include "([^"]+)"')
# g++ 12 destroys the captures of such a lambda twice.
LAMBDA_IN_AWAIT = re.compile(r"co_await[^;]*?[(,\s]\[[^\]\s][^\]]*\]\s*(\([^)]*\))?\s*(mutable\s*)?\{", re.S)
# Its captures die with the lambda, while the coroutine still runs.
CAPTURING_COROUTINE = re.compile(r"\[[^\]\s][^\]]*\]\s*\([^)]*\)\s*(mutable\s*)?->\s*(QCoro::|http::)?Task<")
WORDS_OF_ONE_MACHINE = re.compile(r"/(?:w[o]rk|r[o]ot|h[o]me)/\w")


def rules_for(path):
    folders = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return MAY_INCLUDE[max(folders, key=len)] if folders else None


def breaches(path, text):
    lines = text.splitlines()
    if not lines[0].startswith("// SPDX-License-Identifier: GPL-3.0-or-later"):
        yield 1, "the first line is the licence"
    if len(lines) < 2 or not re.match(r"// \S.{5,}", lines[1]):
        yield 2, "the second line says why the file exists"
    allowed = rules_for(path)
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and allowed and "/" in include[1] and not include[1].startswith(tuple(allowed)):
            yield number, f"{path.rsplit('/', 1)[0]} may not include {include[1]}"
        if WORDS_OF_ONE_MACHINE.search(line):
            yield number, "a path of one machine"
    for rule, pattern in (("no capturing lambda within a co_await expression", LAMBDA_IN_AWAIT),
                          ("no capturing lambda that is a coroutine", CAPTURING_COROUTINE)):
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, rule


def self_test():
    """The checks can fail: each finds the mistake it is for."""
    header = "// SPDX-License-Identifier: GPL-3.0-or-later\n// Why this file exists.\n"
    mistakes = [
        "#include \"gui/main_window.h\"\n",
        "co_await run([n] { return n; });\n",
        "auto f = [n](int) -> Task<int> { co_return n; };\n",
    ]
    for mistake in mistakes:
        assert list(breaches("server/x.cpp", header + mistake)), mistake
    assert not list(breaches("server/x.cpp", header + "auto f = run(g);\nco_await f;\n"))
    assert list(breaches("server/x.cpp", "int main() {}\n"))


def main():
    self_test()
    source = pathlib.Path(sys.argv[1])
    found = 0
    for folder in ("common", "server", "gui", "tests", "bench"):
        for file in sorted((source / folder).rglob("*")):
            if file.suffix not in (".cpp", ".h"):
                continue
            path = file.relative_to(source).as_posix()
            for line, rule in breaches(path, file.read_text()):
                print(f"{path}:{line}: {rule}")
                found += 1
    print(f"{found} breaches")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

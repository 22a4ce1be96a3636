#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles each header alone: whoever includes it first need not know what else it wants.
"""Usage: check_headers.py SOURCE_FOLDER BUILD_FOLDER. Prints the errors; exit code 1 if there is one.

A file named *_body.h is no header: it is included in the middle of files that say what it needs. Headers that want the
same large headers of Qt and of the library share a precompiled one of just these: less is read, and none of them sees a
name that it had not asked for. What has not changed since it compiled is not compiled again. It is clang that compiles:
it takes less than half of the time that g++ does, as what a precompiled header makes of templates is made once.
"""
import collections
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from sources import NOT_A_HEADER, Commands, sources

COMPILER = "clang++-19"
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]', re.MULTILINE)
# What takes most of the time to read.
LARGE = ("QWidget", "QTest", "QCoroTask", "QJsonObject", "QObject", "QString", "chrono", "functional")
WORTH_PRECOMPILING = 4  # headers that share it


class Headers:
    def __init__(self, root, build):
        self.root = root
        self.folder = build / "check" / "headers"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.room = os.path.relpath(self.folder, root)
        self.flags = [*self._flags(Commands(root, build)), "-I.", "-O0", "-w", "-fPIC"]
        compiler = subprocess.run([COMPILER, "--version"], stdout=subprocess.PIPE, check=True).stdout
        self.salt = compiler + json.dumps(self.flags).encode()
        self.precompiled = {}

    def _flags(self, commands):
        """Of all that is compiled: no header asks for what only one target defines."""
        words = dict.fromkeys(word for words in commands.of_file.values() for word in words)
        told = [word for word in words
                if word.startswith(("-D", "-isystem", "-std=gnu++")) and str(self.root) not in word]
        return told + [word for word in words if word.startswith("-U")]

    @functools.cache
    def _text(self, path):
        return (self.root / path).read_text()

    @functools.cache
    def _includes(self, path):
        """Files of ours, and names of foreign headers."""
        found = INCLUDE.findall(self._text(path))
        ours = [name for mark, name in found if mark == '"' and (self.root / name).exists()]
        return ours, {name for _, name in found}.difference(ours)

    @functools.cache
    def _wants(self, path):
        """The same, with what those files of ours include, and so on."""
        ours, foreign, left = {path}, set(), [path]
        while left:
            more, names = self._includes(left.pop())
            left.extend(name for name in more if name not in ours)
            ours.update(more)
            foreign |= names
        return ours, foreign

    def _large(self, path):
        foreign = self._wants(path)[1]
        return tuple(name for name in LARGE if name in foreign)

    def _compile(self, source, *words):
        command = [COMPILER, *self.flags, *words, source]
        return subprocess.run(command, cwd=self.root, stderr=subprocess.PIPE, text=True, check=False)

    def _precompile(self, large):
        name = f"{self.room}/{'+'.join(large)}.hxx"
        (self.root / name).write_text("".join(f"#include <{each}>\n" for each in large))
        words = "-x", "c++-header", "-fpch-instantiate-templates", "-o", f"{name}.pch"
        if self._compile(name, *words).returncode == 0:
            self.precompiled[large] = ["-include-pch", f"{name}.pch"]

    def _name(self, path):
        return f"{self.room}/{path.replace('/', '+')}"

    def _stamp(self, path):
        return self.root / f"{self._name(path)}.good"

    @functools.cache
    def _key(self, path):
        """What it depends on, the foreign headers' texts aside."""
        return hashlib.sha256(self.salt + "".join(map(self._text, sorted(self._wants(path)[0]))).encode()).hexdigest()

    def _is_proved(self, path):
        return self._stamp(path).exists() and self._stamp(path).read_text() == self._key(path)

    def errors(self, path):
        source = f"{self._name(path)}.cpp"
        (self.root / source).write_text(f'#include "{path}"\n')
        done = self._compile(source, *self.precompiled.get(self._large(path), []), "-fsyntax-only")
        if done.returncode == 0:
            self._stamp(path).write_text(self._key(path))
        return done.stderr if done.returncode else ""

    def check(self, paths):
        """The errors of those that have some."""
        due = [path for path in paths if not self._is_proved(path)]
        shared = collections.Counter(map(self._large, due))
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            list(threads.map(self._precompile,
                             (large for large, count in shared.items() if large and count >= WORTH_PRECOMPILING)))
            return {path: errors for path, errors in zip(due, threads.map(self.errors, due)) if errors}

    def self_test(self):
        """The check can fail: a header that forgot what it needs is found, one that did not is not; so it is where they
        share a precompiled one."""
        large = ("functional",)
        forgets = "#include <functional>\ninline std::ofstream file;\n"
        for name, text in (("forgetful", forgets), ("complete", "#include <fstream>\n" + forgets)):
            (self.folder / f"{name}.h").write_text(text)
        self._precompile(large)
        for shared in (self.precompiled, {}):
            self.precompiled = shared
            for name, has_errors in (("forgetful", True), ("complete", False)):
                path = f"{self.room}/{name}.h"
                self._stamp(path).unlink(missing_ok=True)
                assert ("ofstream" in self.errors(path)) == has_errors, f"{name}, {shared}"


def main():
    headers = Headers(*(pathlib.Path(folder).resolve() for folder in sys.argv[1:3]))
    headers.self_test()
    paths = [path for path in sources(headers.root, ".h") if not path.endswith(NOT_A_HEADER)]
    found = headers.check(paths)
    for path, errors in found.items():
        print(f"{path} does not compile alone:\n{errors}")
    print(f"{len(paths)} headers, {len(found)} of them need another before them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

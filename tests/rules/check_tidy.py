#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs clang-tidy over everything, and again only over what has changed: make check.
"""Usage: check_tidy.py SOURCE_FOLDER BUILD_FOLDER [FILE...]. Prints findings; exit code 1 if there is one.

A file without findings leaves a stamp in BUILD_FOLDER/check/tidy, so that a run can be interrupted and goes on. A stamp
holds while the preprocessed text, the NOLINT comments, the flags, .clang-tidy and clang-tidy's version are the same.
That no file it includes was touched is enough to know it; else the text is preprocessed again.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from sources import Commands, sources

TIDY, CLANG = "clang-tidy-19", "clang++-19"
AT_A_TIME = 2
# In place of functions of Qt for one tool: macros of declarations, and definitions that only the preset tsan gives.
NOT_READ = {"tests/tsan/qt_hand_over.cpp"}
# A mistake for each family of checks in .clang-tidy.
MISTAKES = {
    "bugprone-use-after-move": "int a(std::string s) { std::string t = std::move(s); return s.empty() + t.empty(); }",
    "performance-unnecessary-value-param": "int b(std::string s) { return int(s.size()); }",
    "readability-container-size-empty": "bool c(const std::string &s) { return s.size() == 0; }",
    "modernize-use-override": "struct A { virtual ~A() {} virtual void f(); }; struct B : A { virtual void f(); };",
    "modernize-use-nullptr": "int *d() { return 0; }",
    "misc-unused-parameters": "int e(int unused) { return 1; }",
    "cppcoreguidelines-slicing": "struct C { int x; }; struct D : C { int y; }; C f(const D &d) { C c = d; return c; }",
}


def output_of(command, folder):
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)


class Tidy:
    def __init__(self, root, build):
        self.root = root
        self.commands = Commands(root, build)
        self.folder = build / "check" / "tidy"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mocs = self.folder / "moc"
        self.mocs.mkdir(exist_ok=True)
        version = output_of([TIDY, "--version"], root).stdout
        self.rules = hashlib.sha256((version + (root / ".clang-tidy").read_text()).encode()).hexdigest()

    def _flags(self, path):
        """Those of the build; what moc makes for the end of a file need not be built, an empty file does."""
        for moc in re.findall(r'^#include "(\w+\.moc)"', (self.root / path).read_text(), re.M):
            (self.mocs / moc).touch()
        return [f"-I{self.mocs}", *(word for word in self.commands.of(path) if "_autogen/" not in word)]

    def _stamp(self, path):
        return self.folder / (path.replace("/", "+") + ".json")

    def _touched(self, path):
        status = os.stat(self.root / path)
        return [status.st_size, status.st_mtime_ns]

    def _basis(self, path):
        return hashlib.sha256(json.dumps([self.rules, self._flags(path)]).encode()).hexdigest()

    def key(self, path):
        """The hash of what clang-tidy sees, and what it was read from; None where it does not compile."""
        parts = self.folder / (path.replace("/", "+") + ".parts")
        text = output_of([CLANG, *self._flags(path), "-E", "-P", "-MD", "-MF", parts, path], self.root)
        if text.returncode:
            return None
        read = sorted(set(parts.read_text().replace("\\\n", " ").split(":", 1)[1].split()))
        parts.unlink()
        kept = "\n".join(line for line in text.stdout.splitlines() if line)  # a comment leaves an empty line
        digest = hashlib.sha256((self._basis(path) + kept).encode())
        for part in read:
            if not part.startswith("/usr/"):
                lines = (self.root / part).read_text().splitlines()
                digest.update("\n".join(line for line in lines if "NOLINT" in line).encode())
        touched = {part: self._touched(part) for part in read}
        return {"hash": digest.hexdigest(), "basis": self._basis(path), "read": touched}

    def is_clean(self, path):
        """Whether the stamp holds. Renewed where files were touched and say the same."""
        try:
            stamp = json.loads(self._stamp(path).read_text())
            untouched = all(self._touched(part) == was for part, was in stamp["read"].items())
            if untouched and stamp["basis"] == self._basis(path):
                return True
        except (OSError, ValueError):
            if not self._stamp(path).exists():
                return False
            stamp = {"hash": None}
        now = self.key(path)
        if now is None or now["hash"] != stamp["hash"]:
            return False
        self._write(path, now)
        return True

    def _write(self, path, key):
        unfinished = self._stamp(path).with_suffix(".new")
        unfinished.write_text(json.dumps(key))
        unfinished.replace(self._stamp(path))

    def findings(self, path):
        """What clang-tidy says; nothing leaves a stamp of the text as it was before."""
        key = self.key(path)
        done = output_of([TIDY, "--quiet", "--use-color=0", path, "--", *self._flags(path)], self.root)
        if done.returncode == 0 and key:
            self._write(path, key)
            return ""
        return done.stdout or done.stderr

    def self_test(self):
        """The check can fail: each mistake is found, and a stamp holds no longer than the text."""
        room = os.path.relpath(self.folder, self.root)
        bad, good = f"{room}/bad.cpp", f"{room}/good.cpp"
        self.commands.of_file |= {bad: ["-std=c++20"], good: ["-std=c++20"]}
        (self.root / bad).write_text("#include <string>\n#include <utility>\n" + "\n".join(MISTAKES.values()) + "\n")
        said = self.findings(bad)
        for check in MISTAKES:
            assert check in said, f"{check} is not in:\n{said}"
        assert not self.is_clean(bad)
        (self.root / good).write_text("int x = 0;\n")
        assert not self.findings(good) and self.is_clean(good)
        (self.root / good).write_text("// The same.\nint x = 0;\n")
        assert self.is_clean(good)
        (self.root / good).write_text("int x = 1;\n")
        assert not self.is_clean(good)


def main():
    root, build = (pathlib.Path(folder).resolve() for folder in sys.argv[1:3])
    for tool in (TIDY, CLANG):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: the package {tool.replace('++', '')}")
    tidy = Tidy(root, build)
    tidy.self_test()
    paths = sys.argv[3:] or [path for path in sources(root, ".cpp") if path not in NOT_READ]
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as threads:
        stale = [path for path, clean in zip(paths, threads.map(tidy.is_clean, paths)) if not clean]
        print(f"{len(paths)} files, {len(stale)} of them to be read", flush=True)
        found = 0
        for path, said in zip(stale, threads.map(tidy.findings, stale)):
            if said:
                found += 1
                print(f"{path}:\n{said}", flush=True)
    print(f"{found} files with findings")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Compiles each header alone: whoever includes it first need not know what else it wants.
"""Usage: check_headers.py SOURCE_FOLDER BUILD_FOLDER. Prints the errors; exit code 1 if there is one.

A file named *_body.h is no header: it is included in the middle of files that say what it needs. ccache remembers what
was compiled, so only what changed since the last time costs something; paths are relative, so that this holds for each
clone of the repository.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

from sources import NOT_A_HEADER, Commands, sources


class Headers:
    def __init__(self, root, build):
        self.root = root
        self.commands = Commands(root, build)
        self.folder = build / "check" / "headers"
        self.compiler = [*filter(None, [shutil.which("ccache")]), "g++"]

    def _flags(self, path):
        for word in self.commands.of(path):
            if word == f"-I{self.root}":
                yield "-I."
            elif word.startswith(("-D", "-U", "-isystem", "-std")) and str(self.root) not in word:
                yield word

    def errors(self, path):
        stub = self.folder / (path.replace("/", "+") + ".cpp")
        text = f'#include "{path}"\n'
        if not stub.exists() or stub.read_text() != text:
            stub.write_text(text)
        stub = os.path.relpath(stub, self.root)
        command = [*self.compiler, *self._flags(path), "-O0", "-w", "-fPIC", "-c", stub, "-o", f"{stub}.o"]
        done = subprocess.run(command, cwd=self.root, stderr=subprocess.PIPE, text=True, check=False)
        return done.stderr if done.returncode else ""

    def self_test(self):
        """The check can fail: a header that forgot what it needs is found, one that did not is not."""
        room = os.path.relpath(self.folder, self.root)
        self.commands.of_file[f"{room}/x.cpp"] = self.commands.of("common/paths.h")
        for name, text in (("forgetful", ""), ("complete", "#include <string>\n")):
            (self.folder / f"{name}.h").write_text(text + "inline std::string text;\n")
        assert "string" in self.errors(f"{room}/forgetful.h")
        assert not self.errors(f"{room}/complete.h")


def main():
    headers = Headers(*(pathlib.Path(folder).resolve() for folder in sys.argv[1:3]))
    headers.folder.mkdir(parents=True, exist_ok=True)
    headers.self_test()
    paths = [path for path in sources(headers.root, ".h") if not path.endswith(NOT_A_HEADER)]
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        found = {path: errors for path, errors in zip(paths, threads.map(headers.errors, paths)) if errors}
    for path, errors in found.items():
        print(f"{path} does not compile alone:\n{errors}")
    print(f"{len(paths)} headers, {len(found)} of them need another before them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

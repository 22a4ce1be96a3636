# SPDX-License-Identifier: GPL-3.0-or-later
# What the checks of this folder share: which files are ours, and how each is compiled.
import json
import os
import pathlib
import shlex

FOLDERS = ("common", "server", "gui", "tests", "bench")
# Compiled into one file that says what they need before it includes them.
NOT_A_HEADER = "_body.h"


def sources(root, *suffixes):
    """Paths from the root, sorted."""
    return sorted(file.relative_to(root).as_posix() for folder in FOLDERS for file in (root / folder).rglob("*")
                  if file.suffix in suffixes)


class Commands:
    """compile_commands.json, without output, warnings, precompiled headers and what g++ alone knows."""

    def __init__(self, root, build):
        self.root = root
        self.of_file = {}
        for entry in json.loads((build / "compile_commands.json").read_text()):
            path = os.path.relpath(entry["file"], root)
            if path not in self.of_file:
                self.of_file[path] = self._kept(shlex.split(entry["command"])[1:])

    @staticmethod
    def _kept(words):
        kept = []
        words = iter(words)
        for word in words:
            if word in ("-o", "-c", "-include"):
                next(words)
            elif word == "-isystem":
                kept.append(word + next(words))
            elif not word.startswith(("-fpch", "-fsched", "-W")):
                kept.append(word)
        return kept

    def of(self, path):
        """Those of the file, of the .cpp beside a header, or of all files of the nearest folder that compiles some."""
        for compiled in (path, path.removesuffix(".h") + ".cpp"):
            if compiled in self.of_file:
                return self.of_file[compiled]
        folder = pathlib.PurePosixPath(path).parent
        while folder.name:
            room = [words for other, words in self.of_file.items() if other.startswith(f"{folder}/")]
            if room:
                union = dict.fromkeys(word for words in room for word in words)
                told = [word for word in union if word.startswith(("-D", "-I", "-isystem", "-std", "-fPIC"))]
                return told + [word for word in union if word.startswith("-U")]
            folder = folder.parent
        raise SystemExit(f"no file beside {path} is compiled")

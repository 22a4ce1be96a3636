#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the house to its plan: who may include whom, how many names a room has, how long a file is.
"""Usage: check_rooms.py SOURCE_FOLDER. Prints each breach as path: rule; exit code 1 if there is one."""
import collections
import pathlib
import re
import sys

from sources import sources

# A room and the rooms that it may include, besides itself; the longest name that a path begins with is its room.
# Each stands below all that may include it: no arrow runs up.
ROOMS = {
    "common": [],
    "server/loop": ["common"],
    "server/http/message": ["server/loop", "common"],
    "server/http/reading": ["server/http/message", "common"],
    "server/http/wire": ["server/http/message", "server/loop", "common"],
    "server/http": ["server/http/message", "server/http/reading", "server/http/wire", "server/http/qt/qt_router.h", "server/loop", "common"],
    "server/http/qt": ["server/http", "server/http/message"],
    "server/settings": ["server/http", "server/http/message", "common"],
    "server/store": ["server/http/message", "server/loop", "common"],
    "server/upstream/http1": ["server/http/wire", "server/http/reading", "server/http/message"],
    "server/upstream": ["server/upstream/http1", "server/http/wire", "server/http/message", "server/loop", "common"],
    "server/factoring/arithmetic": ["server/factoring/job.h"],
    "server/factoring/ecm": ["server/factoring/arithmetic", "server/factoring/job.h"],
    "server/factoring/small": ["server/factoring/ecm", "server/factoring/arithmetic", "server/factoring/job.h"],
    "server/factoring/siqs": ["server/factoring/small", "server/factoring/arithmetic", "server/factoring/job.h"],
    "server/factoring": ["server/factoring/siqs", "server/factoring/small", "server/factoring/ecm",
                         "server/factoring/arithmetic"],
    "server/factor_command": ["server/factoring"],
    "server/compute": ["server/http/message", "server/loop", "common"],
    "server/compute/factoring": ["server/compute", "server/factoring", "server/store", "server/http/message",
                                 "server/loop", "common"],
    "server/jobs": ["server/jobs/hints", "server/jobs/queue", "server/compute/factoring", "server/compute", "server/store",
                    "server/http/message", "server/loop", "common"],
    "server/jobs/hints": ["server/jobs/queue/protocol.h", "server/store", "server/http/message", "common"],
    "server/jobs/queue": ["server/store", "server/loop", "server/http/message", "common"],
    "server/telemetry": ["server/settings", "server/http", "server/http/message", "server/loop", "common"],
    "server/routes": ["server/services.h", "server/jobs", "server/compute/factoring", "server/compute", "server/store",
                      "server/upstream", "server/http", "server/http/message", "server/settings", "server/telemetry",
                      "common"],
    "server": ["server/", "common"],
    "gui/probe/samples": ["common"],
    "gui/probe/targets": ["gui/probe/samples", "common"],
    "gui/probe/judgement": ["gui/probe/samples", "common"],
    "gui/probe/engine": ["gui/probe/samples", "gui/probe/targets", "gui/probe/judgement", "common"],
    "gui/probe/recording": ["gui/probe/samples", "gui/probe/targets", "gui/probe/judgement", "gui/probe/engine", "common"],
    "gui/probe/measurement": ["gui/probe/samples", "gui/probe/targets", "gui/probe/judgement", "gui/probe/engine",
                              "gui/probe/recording", "common"],
    "gui/probe/experiments": ["gui/probe/samples", "gui/probe/targets", "gui/probe/judgement", "gui/probe/engine", "common"],
    "gui/probe/headless": ["gui/probe/samples", "gui/probe/targets", "gui/probe/judgement", "gui/probe/engine",
                           "gui/probe/recording", "gui/probe/measurement", "gui/probe/experiments", "common"],
    "gui/models": ["gui/probe/", "common"],
    "gui/theme": ["gui/models"],
    "gui/views/plot": ["gui/models", "gui/theme"],
    "gui/views": ["gui/views/plot", "gui/models", "gui/theme", "gui/probe/", "common"],
    "gui/window": ["gui/", "common"],
    "gui": ["gui/", "common"],
    "tests": ["server/", "gui/", "common"],
    "bench": ["tests/support/", "server/", "gui/", "common"],
}
MOST_NAMES = {"server": 14, "gui/probe": 8, "server/factoring": 7}  # the folders and files of a room that one reads first
MOST_FILES = 25
ONE_SUBJECT = {"server/factoring/siqs"}  # fills a folder of more
MOST_LINES = 400  # but of tests
# Foreign headers that one room alone knows.
KNOWN_BY_ONE = {"QHttpServer": "server/http/qt/", "QHttpServerResponder": "server/http/qt/",
                "QHttpServerRequest": "server/http/qt/", "qcustomplot.h": "gui/views/plot/", "curl/curl.h": "gui/probe/engine/",
                "openssl/ssl.h": "server/http/wire/"}
FOREIGN = re.compile(r"^\s*#include <([^>]+)>", re.M)
INCLUDE = re.compile(r'^\s*#include "([^"]+/[^"]+)"', re.M)


def room_of(path):
    return max((room for room in ROOMS if path.startswith(room + "/")), key=len, default=None)


def may_include(path, included):
    room = room_of(path)
    target = room_of(included)
    if room is None or room == target:
        return True
    # "server/" opens all below it; a room opens itself and no room of its own within; a file opens itself.
    return any(included == opened or (opened.endswith("/") and included.startswith(opened)) or target == opened
               for opened in ROOMS[room])


def wrong_arrows(path, text):
    for included in INCLUDE.findall(text):
        if not may_include(path, included):
            yield f"{path}: {room_of(path)} may not include {included}"


def foreign_words(path, text):
    for header in FOREIGN.findall(text):
        if not path.startswith((KNOWN_BY_ONE.get(header, ""), "tests/", "bench/")):
            yield f"{path}: only {KNOWN_BY_ONE[header]} knows <{header}>"


def circles(includes):
    """includes: of each header those that it includes. Every header that includes itself in the end."""
    def reaches(start):
        seen = set()
        ways = [start]
        while ways:
            for nxt in includes.get(ways.pop(), ()):
                if nxt == start:
                    return True
                if nxt not in seen:
                    seen.add(nxt)
                    ways.append(nxt)
        return False
    for header in sorted(includes):
        if reaches(header):
            yield f"{header}: includes itself in the end"


def crowded(paths):
    files = collections.Counter()
    names = collections.defaultdict(set)
    for path in paths:
        parts = path.split("/")
        files["/".join(parts[:-1])] += 1
        for depth in range(1, len(parts)):
            names["/".join(parts[:depth])].add(parts[depth].split(".")[0])
    for folder, count in sorted(files.items()):
        if count > MOST_FILES and folder not in ONE_SUBJECT:
            yield f"{folder}: {count} files, at most {MOST_FILES}"
    for folder, most in MOST_NAMES.items():
        if len(names[folder]) > most:
            yield f"{folder}: {len(names[folder])} names, at most {most}: {' '.join(sorted(names[folder]))}"


def too_long(path, text):
    lines = text.count("\n")
    if lines > MOST_LINES and not path.startswith("tests/"):
        yield f"{path}: {lines} lines, at most {MOST_LINES}"


def breaches(texts):
    """texts: of each path its text."""
    includes = {}
    for path, text in texts.items():
        yield from wrong_arrows(path, text)
        yield from too_long(path, text)
        yield from foreign_words(path, text)
        if path.endswith(".h"):
            includes[path] = [included for included in INCLUDE.findall(text) if included in texts]
    yield from circles(includes)
    yield from crowded(texts)


def self_test():
    """Each rule can fail, and does not where it is kept."""
    def found(texts):
        return list(breaches(texts))
    assert found({"server/store/a.cpp": '#include "server/jobs/jobs.h"\n'})
    assert found({"server/http/message/a.h": '#include "server/http/app.h"\n'})
    assert found({"server/factoring/ecm/a.h": '#include "server/factoring/factor.h"\n'})
    assert found({"gui/probe/samples/a.h": '#include "gui/models/session.h"\n'})
    assert found({"server/http/app.h": "#include <QHttpServer>\n"})
    assert found({"server/jobs/a.h": '#include "server/jobs/b.h"\n', "server/jobs/b.h": '#include "server/jobs/a.h"\n'})
    assert found({f"server/jobs/{i}.h": "" for i in range(MOST_FILES + 1)})
    assert found({f"server/{i}/a.h": "" for i in range(15)})
    assert found({"server/jobs/a.cpp": "\n" * 401})
    assert not found({f"server/factoring/siqs/{i}.h": "" for i in range(30)})
    assert not found({"tests/a.cpp": "\n" * 401})
    assert not found({"server/jobs/a.cpp": '#include "server/store/store.h"\n'})
    assert not found({"server/factoring/ecm/a.h": '#include "server/factoring/job.h"\n'})


def main():
    self_test()
    root = pathlib.Path(sys.argv[1])
    found = list(breaches({path: (root / path).read_text() for path in sources(root, ".cpp", ".h")}))
    print(*found, f"{len(found)} breaches", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds resources/debian to what is said elsewhere: the version, the packages that are needed, what is installed.
"""Usage: check_packaging.py SOURCE_FOLDER. Prints what does not agree; exit code 1 if there is something."""
import pathlib
import re
import sys

# What the machine of a developer has beyond what a package is built with, and what stands for the compiler there.
NOT_FOR_PACKAGES = {"g++", "make", "ccache", "git", "python3"}
ONLY_FOR_PACKAGES = {"debhelper-compat"}


def alternatives(line):
    """The names of `a (>= 1) | b`."""
    return frozenset(re.sub(r"\(.*?\)", "", name).strip() for name in line.split("|"))


def listed(text, section):
    """The packages of a section of debian-packages.txt."""
    inside = re.search(rf"^\[{section}\]\n(.*?)(?=^\[|\Z)", text, re.M | re.S).group(1)
    return {alternatives(line) for line in inside.splitlines() if line and not line.startswith("#")}


def field(control, name):
    """The packages of every field of that name."""
    values = re.findall(rf"^{name}:((?:.*\n)(?: .*\n)*)", control, re.M)
    return {alternatives(one) for value in values for one in value.split(",") if one.strip() and "${" not in one}


def not_packed(installs, packed):
    """Folders below share/ that CMake installs into, and no package takes."""
    folders = {f"usr/share/{name}" for name in re.findall(r"DESTINATION \$\{CMAKE_INSTALL_DATADIR\}/([\w-]+)", installs)}
    for folder in sorted(folders):
        if not any(line == folder or line.startswith(folder + "/") for line in packed.splitlines()):
            yield f"{folder}: installed by resources/CMakeLists.txt, in no resources/debian/*.install"


def disagreements(cmake, changelog, packages, control):
    version = re.search(r"project\(openloop VERSION (\S+)", cmake).group(1)
    newest = re.match(r"openloop \((\S+)-\S+\)", changelog)
    if not newest or newest.group(1) != version:
        yield f"resources/debian/changelog begins with another version than CMakeLists.txt ({version})"
    needed = field(control, "Build-Depends")
    build = listed(packages, "build")
    wanted = {name for names in build for name in names} - NOT_FOR_PACKAGES
    known = {name for names in needed for name in names} - ONLY_FOR_PACKAGES
    yield from (f"{name}: in [build] of debian-packages.txt, not in Build-Depends" for name in sorted(
        " | ".join(sorted(names)) for names in build if not names & known and not names <= NOT_FOR_PACKAGES))
    yield from (f"{name}: in Build-Depends, not in [build] of debian-packages.txt" for name in sorted(known - wanted))
    run = {name for names in listed(packages, "run") for name in names}
    for name in sorted({name for names in field(control, "Depends") for name in names}):
        if name.startswith("libqt6sql6") and name not in run:
            yield f"{name}: in Depends, not in [run] of debian-packages.txt"


def self_test():
    """The check can fail, in each of its ways."""
    cmake, packages = "project(openloop VERSION 1.2.0 LANGUAGES CXX", "[build]\ng++\na\nb | c\n[run]\nlibqt6sql6-x\n"
    control = "Build-Depends:\n a (>= 1),\n c | b,\nX: y\n\nDepends: libqt6sql6-x, ${misc:Depends}\n"
    assert not list(disagreements(cmake, "openloop (1.2.0-1) unstable", packages, control))
    assert list(disagreements(cmake, "openloop (1.1.0-1) unstable", packages, control))
    for broken in (control.replace(" a (>= 1),\n", ""), control.replace(" a (", " d,\n a ("),
                   control.replace("sql6-x", "sql6-y")):
        assert list(disagreements(cmake, "openloop (1.2.0-1) unstable", packages, broken)), broken
    installs = "install(FILES a DESTINATION ${CMAKE_INSTALL_DATADIR}/b/c)\n"
    assert not list(not_packed(installs, "usr/bin/x\nusr/share/b\n"))
    assert list(not_packed(installs, "usr/bin/x\nusr/share/bb\n"))


def main():
    self_test()
    root = pathlib.Path(sys.argv[1])
    found = list(disagreements((root / "CMakeLists.txt").read_text(), (root / "resources/debian/changelog").read_text(),
                               (root / "resources/debian-packages.txt").read_text(),
                               (root / "resources/debian/control").read_text()))
    found += not_packed((root / "resources/CMakeLists.txt").read_text(),
                        "".join(each.read_text() for each in (root / "resources/debian").glob("*.install")))
    print("\n".join(found) or "packaging: agrees")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

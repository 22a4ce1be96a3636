#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds every source to .clang-format, as clang-format 19 reads it: other versions differ.
"""Usage: check_format.py SOURCE_FOLDER. Prints what differs; exit code 1 if something does."""
import pathlib
import shutil
import subprocess
import sys

from sources import sources

FORMAT = "clang-format-19"


def differences(root, files, text=None):
    return subprocess.run([FORMAT, "--dry-run", "-Werror", *files], cwd=root, input=text, text=True,
                          stderr=subprocess.PIPE, check=False).stderr


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    if not shutil.which(FORMAT):
        sys.exit(f"{FORMAT} is missing: the package of that name")
    # The check can fail: it finds the mistake it is for, and finds none where there is none.
    assert differences(root, ["--assume-filename=common/x.cpp"], "int  main( ) {return 0 ;}\n")
    assert not differences(root, ["--assume-filename=common/x.cpp"], "int x = 0;\n")
    found = differences(root, sources(root, ".cpp", ".h"))
    print(found, end="")
    if found:
        print(f"mend it with: {FORMAT} -i FILE")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

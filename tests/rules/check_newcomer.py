#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds resources/install-dependencies.sh to what a newcomer meets: no apt without need, and a way on without root.
"""Usage: check_newcomer.py SOURCE_FOLDER. Runs the script among programs that only pretend; exit code 1 if it fails."""
import os
import pathlib
import subprocess
import sys
import tempfile

LIST = "# why\n[build]\nalpha\nold-name | new-name\n[run]\nbeta\n[test]\ngamma\n"
VIRTUAL = "ii |alpha, \nii |real, new-name (= 2.0), other:any\nii |beta, \nrc |gamma, \n"


def script(source, sections, packages, sudo=False, root=False):
    """The exit code of the script, what it said, and what it asked of apt."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        asked = folder / "asked"
        asked.touch()
        (folder / "list").write_text(LIST)
        pretend = {
            "dpkg-query": f"cat <<'END'\n{packages}END\n",
            "apt-get": f"echo apt-get $* >>{asked}\n",
            "apt-cache": "[ $2 != old-name ]\n",
            "id": f"echo {0 if root else 1000}\n",
            "sudo": 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"\n' if sudo else "exit 1\n",
        }
        for name, text in pretend.items():
            (folder / name).write_text("#!/bin/sh\n" + text)
            (folder / name).chmod(0o755)
        command = [source / "resources" / "install-dependencies.sh", folder / "list", *sections]
        done = subprocess.run(command, env=dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}"), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout, asked.read_text()


def main():
    source = pathlib.Path(sys.argv[1])
    code, said, asked = script(source, ["build", "run"], VIRTUAL)
    assert (code, said, asked) == (0, "", ""), f"asks although nothing is missing: {said}{asked}"
    code, said, asked = script(source, ["build", "run", "test"], VIRTUAL, root=True)
    assert code == 0 and "update" in asked and asked.rstrip().endswith("gamma") and "beta" not in asked, asked
    code, said, asked = script(source, ["build"], "ii |alpha, \n", root=True)
    assert asked.rstrip().endswith(" new-name"), f"the alternative that apt knows: {asked}"
    code, said, asked = script(source, ["run"], "", root=True)
    assert asked.rstrip().endswith(" beta"), f"where dpkg knows nothing: {asked}"
    code, said, asked = script(source, ["build", "run", "test"], VIRTUAL, sudo=True)
    assert code == 0 and "gamma" in asked, f"with sudo: {said}"
    code, said, asked = script(source, ["build", "run", "test"], VIRTUAL)
    assert code == 1 and not asked and "apt-get install --no-install-recommends gamma" in said, f"without root: {said}"
    print("install-dependencies.sh: as it should")


if __name__ == "__main__":
    main()

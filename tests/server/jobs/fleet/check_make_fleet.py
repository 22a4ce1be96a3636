#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make fleet` promises: one address for three servers, one of which may die, and nothing left after Ctrl-C.
"""Usage: check_make_fleet.py RUN_SH BIN PEERS"""
import contextlib
import json
import os
import re
import signal
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE = 120  # seconds for anything that is awaited
LONG = "48181119420100527776686281622010901153280245482416192175629232964490138110329"


def free_ports(count):
    """The first of so many ports in a row, none of which is in use; below those that a kernel gives to clients."""
    while True:
        first = random.randrange(10000, 32000)
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def ask(url, body=None):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(),
                                     {"Content-Type": "application/json"} if body else {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def until(what, condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
    return value


def who_listens(first, count):
    """Of so many ports, those on which somebody answers."""
    return [port for port in range(first, first + count)
            if socket.socket().connect_ex(("127.0.0.1", port)) == 0]


@contextlib.contextmanager
def ended(fleet):
    """Its servers have a session of their own: whatever fails here, they do not stay."""
    try:
        yield
    finally:
        if fleet.poll() is None:
            os.killpg(fleet.pid, signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                fleet.communicate(timeout=PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(fleet.pid, signal.SIGKILL)


def watch(fleet, url, port, another):
    """From its first words to Ctrl-C."""
    said = ""
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"no more than this was said: {said}"))
    signal.alarm(PATIENCE)
    for line in fleet.stdout:
        said += line
        if "Ctrl-C ends all" in line:
            break
    signal.alarm(0)
    victims = re.search(r"kill -9 (\d+) (\d+) (\d+)", said)
    assert victims, said

    nodes = ask(url + "/nodes")["data"]
    assert sorted(node["name"] for node in nodes) == ["node1", "node2", "node3"], nodes
    assert {node["state"] for node in nodes} == {"alive"}, nodes

    second = another()
    assert second.returncode == 1 and "is taken" in second.stderr, second

    job = ask(url + "/factorizations", {"n": LONG})["id"]
    owner = until("nobody takes the job", lambda: ask(f"{url}/factorizations/{job}")["node"])
    os.kill(int(victims[int(owner[-1])]), signal.SIGKILL)
    heir = until("nobody takes the dead one's job",
                 lambda: (node := ask(f"{url}/factorizations/{job}")["node"]) != owner and node)
    assert heir in {"node1", "node2", "node3"} - {owner}, heir

    os.killpg(fleet.pid, signal.SIGINT)
    fleet.communicate(timeout=PATIENCE)
    assert fleet.returncode == 130, fleet.returncode


def main():
    run, programs, peers = sys.argv[1:4]
    port = free_ports(4)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # PostgreSQL runs as nobody where this is root
        environment = {**os.environ, "TMPDIR": folder}
        environment.pop("DISPLAY", None)
        environment.pop("WAYLAND_DISPLAY", None)
        # A terminal's: Ctrl-C goes to all of the group, and is not ignored.
        fleet = subprocess.Popen([run, programs, peers, str(port)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, env=environment, start_new_session=True,
                                 preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        with ended(fleet):
            watch(fleet, url, port, lambda: subprocess.run([run, programs, peers, str(port)], capture_output=True,
                                                           text=True, env=environment, check=False))
        assert not os.listdir(folder), os.listdir(folder)
        assert not who_listens(port, 4), who_listens(port, 4)


if __name__ == "__main__":
    main()

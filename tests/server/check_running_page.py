#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# resources/running.md is what people paste: each of its blocks is given to the program that it is for.
"""Usage: check_running_page.py RUNNING_MD OPENLOOP_SERVER PEERS"""
import configparser
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import yaml

PATIENCE = 60  # seconds for anything that is awaited


class Checked:
    def __init__(self, page, server, peers):
        self.text = pathlib.Path(page).read_text()
        self.page = pathlib.Path(page)
        self.server = server
        self.peers = pathlib.Path(peers) / "root"

    def blocks(self, language):
        found = re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.M | re.S)
        assert found, f"no block of {language}"
        return found

    def links(self):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", self.text):
            assert (self.page.parent / target).exists(), f"{target} does not exist"

    def options(self):
        """Each option that is named anywhere is one of the server's, or of the program whose line it is in."""
        known = set(re.findall(r"--[a-z][a-z0-9-]*", subprocess.run([self.server, "--help"], capture_output=True,
                                                                    text=True, check=True).stdout))
        for line in self.text.splitlines():
            if re.search(r"openloop-monitor|systemctl|journalctl|podman", line):
                continue
            for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line):
                assert option in known, f"openloop-server has no {option}: {line}"

    def print_config(self, *arguments, **environment):
        done = subprocess.run([self.server, "--print-config=json", *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def drop_ins(self):
        for block in self.blocks("ini"):
            unit = configparser.RawConfigParser(strict=False, interpolation=None, comment_prefixes="#")
            unit.optionxform = str
            unit.read_string(block)
            values = dict(re.findall(r"^Environment=(OPENLOOP_\w+)=(.*)$", block, re.M))
            assert values, "a drop-in without any option"
            told = json.dumps(self.print_config(**values))
            for name in values:
                assert name in told, f"{name} is not heard: {told}"
            drain = float(values.get("OPENLOOP_DRAIN_TIMEOUT", 10))
            stop = float(unit["Service"]["TimeoutStopSec"])
            assert stop >= 5 + drain + 15 + 5, f"TimeoutStopSec={stop} is too short for a drain of {drain} s"

    def prometheus(self):
        for number, block in enumerate(b for b in self.blocks("yaml") if "scrape_configs" in b):
            file = self.folder / f"prometheus{number}.yml"
            file.write_text(block)
            done = subprocess.run([self.peers / "usr/bin/promtool", "check", "config", file], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr

    def kubernetes(self):
        deployment = next(document for block in self.blocks("yaml") for document in yaml.safe_load_all(block)
                          if document.get("kind") == "Deployment")
        pod = deployment["spec"]["template"]["spec"]
        container = pod["containers"][0]
        token = self.folder / "token"
        token.write_text("a-token-of-some-length\n")
        arguments = [str(token) if argument.endswith("/token") else argument for argument in container["args"]]
        environment = {each["name"]: "postgresql://openloop@127.0.0.1/openloop" if each["name"].endswith("DATABASE") else "pod"
                       for each in container["env"]}
        self.print_config(*arguments, **environment)
        delay = float(arguments[arguments.index("--drain-delay") + 1])
        assert pod["terminationGracePeriodSeconds"] >= delay + 10 + 15 + 5
        with self.running("--listen", "127.0.0.1", "--token-file", str(token)) as port:
            for probe in "livenessProbe", "readinessProbe":
                path = container[probe]["httpGet"]["path"]
                assert self.ask(port, path, Host="10.1.2.3:8080") == 200, path
                assert container[probe]["httpGet"]["port"] == container["ports"][0]["containerPort"] == 8080

    def nginx(self):
        block = self.blocks("nginx")[0]
        name = re.search(r"server_name (\S+);", block)[1]
        line = re.search(r"openloop-server (--trusted-proxy \S+ --allowed-host \S+)", self.text)[1].split()
        with self.running(*line) as port:
            # Any free port: the kernel's choice would be known to nginx alone, so a few are tried.
            for front in range(20000 + os.getpid() % 10000, 32000):
                if self.front(block, port, front, name):
                    return
        raise AssertionError("nginx got no port")

    def front(self, block, port, front, name):
        folder = self.folder / "nginx"
        folder.mkdir(exist_ok=True)
        text = block.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("listen 8088", f"listen 127.0.0.1:{front}")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; events {{}} http {{ access_log off; {temporary}\n{text}\n}}")
        nginx = subprocess.Popen([self.peers / "usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr",
                                  "-g", "daemon off;"], stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + PATIENCE
            while (status := self.ask(front, "/compute/health", Host=name)) == 0:
                assert time.monotonic() < deadline, "nginx does not answer"
                if nginx.poll() is not None:
                    said = nginx.stderr.read()
                    assert "Address already in use" in said, said
                    return False
                time.sleep(0.05)
            assert status == 200, status
            for path in "/compute/", "/compute/docs", "/compute/factorize?n=12", "/compute/openapi.json":
                assert self.ask(front, path, Host=name) == 200, path
            assert self.ask(front, "/compute/factorizations/none/events", Host=name) == 404
            assert self.ask(front, "/compute/factorize?n=12", Host="foreign.example.org") == 403
            return True
        finally:
            nginx.terminate()
            nginx.communicate(timeout=PATIENCE)

    def ask(self, port, path, **fields):
        """The status, or 0 where nobody answers."""
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=fields),
                                        timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def running(self, *arguments):
        return Running(self.server, *arguments)


class Running:
    def __init__(self, *command):
        self.process = subprocess.Popen([*command, "--port", "0", "--database", "sqlite::memory:"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def __enter__(self):
        signal.signal(signal.SIGALRM, lambda *_: self.process.kill())
        signal.alarm(PATIENCE)
        said = self.process.stdout.readline().strip()
        signal.alarm(0)
        return int(re.search(r":(\d+)$", said)[1])

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0


def main():
    page, server, peers = sys.argv[1:4]
    checked = Checked(page, server, peers)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # nginx serves as nobody where this is root
        checked.folder = pathlib.Path(folder)
        for check in checked.links, checked.options, checked.drop_ins, checked.prometheus, checked.kubernetes, checked.nginx:
            check()
            print(f"{check.__name__}: right")


if __name__ == "__main__":
    main()

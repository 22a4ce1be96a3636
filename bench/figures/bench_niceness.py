#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The table of resources/decisions/05: what each niceness of pool and loop costs /health, and what it leaves to the pool.
"""Usage: bench_niceness.py OPENLOOP_SERVER [ROUNDS], as root.

For each row a server of two threads: the p99 of /health while nothing computes and while two long numbers do, how long a
number of 63 digits takes beside two busy processes, and which share of a fair half two long numbers get beside them. The
rows take turns, and medians are shown. Where other sessions keep the machine busy the figures are those of autogroup,
not of niceness: repeat them on a quiet one.
"""
import collections
import ctypes
import os
import random
import re
import socket
import statistics
import struct
import subprocess
import sys
import time

SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}[os.uname().machine]
SHORTEST_SLICE = 100_000  # ns

# The pool's niceness; the loop's niceness and its slice (0: the kernel's)
ROWS = [(10, -10, 0), (10, 0, SHORTEST_SLICE), (6, 0, SHORTEST_SLICE), (6, -10, 0),
        (0, 0, SHORTEST_SLICE)]


def prime(bits):
    while True:
        n = random.getrandbits(bits) | 1 | 3 << (bits - 2)
        if all(pow(a, n - 1, n) == 1 for a in (2, 3, 5, 7, 11)):
            return n


def schedule(thread, niceness, slice_):
    attributes = struct.pack("=IIQiIQQQ", 48, 0, 1, niceness, 0, slice_, 0, 0)
    if ctypes.CDLL(None, use_errno=True).syscall(SCHED_SETATTR, thread, attributes, 0) != 0:
        raise OSError(ctypes.get_errno(), "sched_setattr")


def processor_time(path):
    return int(open(f"{path}/schedstat").read().split()[0]) / 1e9


class Server:
    def __init__(self, program, row):
        niceness, loop, slice_ = row
        self.process = subprocess.Popen(
            [program, "--port", "0", "--database", "sqlite::memory:", "--cpu-threads", "2", "--factorize-timeout", "600",
             "--cpu-nice", str(niceness)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.port = int(re.search(rb":(\d+)\s*$", self.process.stdout.readline())[1])
        schedule(self.process.pid, loop, slice_)
        self.figures = collections.defaultdict(list)

    def ask(self, path):
        client = socket.create_connection(("127.0.0.1", self.port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return client

    def threads(self):
        folder = f"/proc/{self.process.pid}/task"
        return [f"{folder}/{each}" for each in os.listdir(folder) if open(f"{folder}/{each}/comm").read() == "Thread (pooled)\n"]

    def compute(self, *numbers):
        clients = [self.ask(f"/factorize?n={n}") for n in numbers]
        time.sleep(0.1)
        return clients

    def p99(self, seconds=1.5):
        times = []
        client = self.ask("/health")
        client.recv(4096)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            begun = time.perf_counter()
            client.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            client.recv(4096)
            times.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)
        return sorted(times)[len(times) * 99 // 100]

    def round(self, hard):
        self.figures["idle"].append(self.p99())
        clients = self.compute(*hard)
        self.figures["saturated"].append(self.p99())
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
        time.sleep(0.5)
        before = self.share_of(busy)
        time.sleep(2)
        mine, theirs = (after - begun for after, begun in zip(self.share_of(busy), before))
        self.figures["share"].append(2 * mine / (mine + theirs))
        for client in clients:
            client.close()
        time.sleep(0.2)
        begun = time.perf_counter()
        self.compute(prime(104) * prime(104))[0].recv(4096)
        self.figures["beside"].append(time.perf_counter() - begun)
        for each in busy:
            each.kill()
            each.wait()

    def share_of(self, busy):
        return (sum(processor_time(thread) for thread in self.threads()),
                sum(processor_time(f"/proc/{each.pid}") for each in busy))


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    servers = {row: Server(sys.argv[1], row) for row in ROWS}
    hard = [prime(158) * prime(158) for _ in range(2)]
    try:
        for _ in range(rounds):
            for row in random.sample(ROWS, len(ROWS)):
                servers[row].round(hard)
    finally:
        for server in servers.values():
            server.process.kill()
    print("| pool | loop | slice | p99 idle, ms | p99 saturated, ms | beside, s | share |\n|---|---|---|---|---|---|---|")
    for (niceness, loop, slice_), server in servers.items():
        median = {name: statistics.median(values) for name, values in server.figures.items()}
        print(f"| {niceness} | {loop} | {'0.1 ms' if slice_ else ''} | {median['idle']:.2f} | {median['saturated']:.2f} | "
              f"{median['beside']:.1f} | {median['share']:.2f} |")


if __name__ == "__main__":
    main()

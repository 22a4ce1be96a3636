#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Hands descriptors over as systemd does, of the right kind and of others: it becomes the program that takes them.
"""Usage: hand_over.py KIND PATH PROGRAM [ARGUMENTS...]. PATH: of a Unix socket."""
import fcntl
import os
import socket
import sys


def connected():
    listening = socket.create_server(("127.0.0.1", 0))
    return socket.create_connection(listening.getsockname())


def bound(made, address):
    made.bind(address)
    return made


def listening(made):
    made.listen()
    return made


KINDS = {
    "tcp": lambda path: [socket.create_server(("127.0.0.1", 0))],
    "everywhere": lambda path: [socket.create_server(("0.0.0.0", 0))],
    "six": lambda path: [socket.create_server(("::1", 0), family=socket.AF_INET6)],
    "unix": lambda path: [listening(bound(socket.socket(socket.AF_UNIX), path))],
    "abstract": lambda path: [listening(bound(socket.socket(socket.AF_UNIX), f"\0openloop-{os.getpid()}"))],
    "two": lambda path: [socket.create_server(("127.0.0.1", 0)) for _ in range(2)],
    "datagram": lambda path: [bound(socket.socket(type=socket.SOCK_DGRAM), ("127.0.0.1", 0))],
    "silent": lambda path: [bound(socket.socket(), ("127.0.0.1", 0))],
    "connected": lambda path: [connected()],
    "file": lambda path: [open("/dev/null")],
}

kind, path, *command = sys.argv[1:]
made = KINDS[kind](path)
aside = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 100) for each in made]  # where nothing is overwritten
for number, descriptor in enumerate(aside):
    os.dup2(descriptor, 3 + number)
    os.close(descriptor)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(made)),
                  LISTEN_FDNAMES=":".join(["http", "more"][:len(made)]))
os.execvp(command[0], command)

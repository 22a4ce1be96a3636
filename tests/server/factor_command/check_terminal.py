#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The progress line of openloop-factor on terminals that are narrow, that turn narrow, and that can erase nothing.
"""Usage: check_terminal.py OPENLOOP_FACTOR"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

HARD = "20491431817244437317929365798669926317419228649255133834530899088661879955300714" \
       "866615377541858872722630285992470477255933"


def said(program, columns, kind, seconds=1.5):
    """What a number that takes longer than its time writes to a terminal of so many columns."""
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": kind, "LC_ALL": "C"}
    run = subprocess.Popen([program, "--timeout", str(seconds), "--threads=1", HARD], stderr=end, stdout=subprocess.DEVNULL,
                           env=environment)
    os.close(end)
    text = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        text += piece
    os.close(terminal)
    assert run.wait() == 1
    return text.decode()


def progress_of(program, columns):
    """The same with its progress, for which a starved machine gets more time."""
    seconds = 1.5
    text = said(program, columns, "xterm", seconds)
    while ("ecm" if columns > 10 else "\x1b[K") not in text and seconds < 20:
        seconds *= 2
        text = said(program, columns, "xterm", seconds)
    return text


def ends_at_the_end_of_input(program):
    """Ctrl-D behind a number without a newline hands it over; the next one is the end, for good."""
    terminal, end = pty.openpty()
    with subprocess.Popen([program], stdin=end, stdout=subprocess.PIPE) as run:
        os.close(end)
        os.write(terminal, b"15\x04\x04")
        try:
            assert run.communicate(timeout=60)[0] == b"15: 3 5\n"
        except subprocess.TimeoutExpired:
            run.kill()
            raise
    os.close(terminal)


def main():
    program = sys.argv[1]
    ends_at_the_end_of_input(program)
    for columns in (200, 20, 7, 1):
        text = progress_of(program, columns)
        assert "\r\x1b[K" in text, repr(text)
        message = re.compile(r"^factor.*|^.*openloop-factor: .*$", re.M)  # what is said once is no progress
        shown = message.sub("", text)
        longest = max(len(line) for line in re.split(r"\r\x1b\[K|\r?\n", shown))
        assert longest < columns, (columns, text)
        assert text.endswith("\r\x1b[K"), repr(text)  # nothing is left behind
    assert "ecm" in progress_of(program, 200)
    for kind in ("dumb", ""):
        text = said(program, 80, kind)
        assert "\r\x1b" not in text and " s" not in re.sub(r"(?m)^.*openloop-factor: .*$", "", text), repr(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

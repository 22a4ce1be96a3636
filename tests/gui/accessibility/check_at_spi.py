#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What a screen reader is told by the monitor: names, roles and the order of the focus, over AT-SPI, keys by XTest.
"""Usage: check_at_spi.py MONITOR SERVER. Starts a bus, an X server and both programs; exit code 1 with what is missing."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

PATIENCE = 120  # seconds; for a machine that is busy
PYTHON = "/usr/bin/python3"  # for which the package is; another may come before it in PATH
INNER = "OPENLOOP_AT_SPI_INNER"

# What somebody must meet on the way through the window, in this order, by role and the beginning of the name.
ORDER = [
    ("check box", "Live"),
    ("check box", "Pause"),
    ("spin button", "Parallel requests"),
    ("push button", "Saturate /factorize"),
    ("push button", "Run isolation test"),
    ("push button", "Menu"),
    ("check box", "Last minute"),
    ("check box", "Logarithmic latency axis"),
    ("check box", "Lines, bands and points"),
    ("chart", "Latency over time"),
    ("push button", "health"),
    ("push button", "factorize"),
    ("push button", "control"),
    ("push button", "Add target"),
    ("tree", "Events"),
    ("push button", "Run isolation test"),
    ("page tab list", "Experiment"),
]


def eventually(find, what):
    """What `find` returns as soon as it is true; looked at again and again, since AT-SPI has no event for everything."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = find()
        if found:
            return found
        time.sleep(0.05)
    sys.exit(f"{what}: not within {PATIENCE} s")


class Screen:
    def __init__(self):
        import pyatspi
        import Xlib.display
        from gi.repository import Atspi
        Atspi.set_timeout(1000 * PATIENCE, 1000 * PATIENCE)  # ms; 800 by itself, which a busy machine takes for a look
        self.atspi = pyatspi
        self.display = Xlib.display.Display()

    def application(self):
        desktop = self.atspi.Registry.getDesktop(0)
        return next((one for one in desktop if one and one.name == "openloop-monitor"), None)

    def parts(self, root):
        """Every accessible part below this one that is shown."""
        waiting = [root]
        while waiting:
            part = waiting.pop()
            with contextlib.suppress(Exception):  # gone since it was listed
                states = part.getState()
                yield part, states
                waiting += [child for child in reversed(list(part)) if child]

    def shown(self, root):
        return [(part, states) for part, states in self.parts(root) if states.contains(self.atspi.STATE_SHOWING)]

    def focused(self, root):
        # Of several that say so the innermost. A tab and a row say so whether the list that they are in has the focus or not.
        found = [part for part, states in self.shown(root) if states.contains(self.atspi.STATE_FOCUSED)
                 and part.getRoleName() not in ("page tab", "table cell", "tree item", "list item")]
        return found[-1] if found else None

    def press(self, *names):
        """As a keyboard does; of several, the first are held meanwhile."""
        from Xlib import X, XK
        from Xlib.ext import xtest
        keys = [self.display.keysym_to_keycode(XK.string_to_keysym(name)) for name in names]
        for key in keys:
            xtest.fake_input(self.display, X.KeyPress, key)
        for key in reversed(keys):
            xtest.fake_input(self.display, X.KeyRelease, key)
        self.display.sync()

    def give_it_the_keys(self):
        """As a window manager does, of which there is none here: the largest window gets the focus."""
        from Xlib import X
        shown = [window for window in self.display.screen().root.query_tree().children
                 if window.get_attributes().map_state == X.IsViewable]
        largest = max(shown, key=lambda window: window.get_geometry().width * window.get_geometry().height)
        largest.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()


def described(part):
    return f"{part.getRoleName()} “{part.name}”"


def unnamed(screen, window):
    problems = []
    for part, states in screen.shown(window):
        if states.contains(screen.atspi.STATE_FOCUSABLE) and not part.name:
            problems.append(f"no name: {described(part)} in {described(part.parent)}")
        if states.contains(screen.atspi.STATE_FOCUSABLE) and part.getRoleName() in ("invalid", "unknown", "filler"):
            problems.append(f"no role: {described(part)}")
    return problems


def check(screen, application):
    window = eventually(lambda: next((part for part, _ in screen.shown(application)
                                      if part.getRoleName() in ("frame", "window")), None), "the window")
    eventually(lambda: any(part.name == "health" for part, _ in screen.shown(window)), "the card of /health")
    return window, unnamed(screen, window)


def fleet(screen, window):
    """What is wrong in the panel of the fleet, to which a key leads."""
    screen.press("Control_L", "8")
    tree = eventually(lambda: next((part for part, _ in screen.shown(window)
                                    if part.getRoleName() == "tree" and part.name == "Fleet"), None), "the fleet")
    eventually(lambda: any(part.name.startswith("1 server") for part, _ in screen.shown(tree)), "the line of its queue")
    eventually(lambda: any(part.name == "alive" for part, _ in screen.shown(tree)), "the state of its server")
    return unnamed(screen, window)


def walk(screen, window):
    """What has the focus after each Tab, until it comes around."""
    met = []
    screen.give_it_the_keys()
    start = eventually(lambda: screen.focused(window), "a focus")
    while len(met) < 120:
        before = screen.focused(window)
        screen.press("Tab")
        now = eventually(lambda: (part := screen.focused(window)) and part != before and part, "another focus")
        if now == start:
            return met + [start]
        met.append(now)
    sys.exit("Tab never comes around: " + ", ".join(described(part) for part in met))


def in_order(met):
    """The first of ORDER that was not met after those before it; none: all were."""
    said = [(part.getRoleName(), part.name) for part in met]
    # The way is a circle: it is read from its first stop on.
    first = next((i for i, (_, name) in enumerate(said) if name.startswith(ORDER[0][1])), 0)
    way = iter(said[first:] + said[:first])
    for wanted, name in ORDER:
        if not any(role == wanted and at.startswith(name) for role, at in way):
            return f"{wanted} “{name}” was not met in its place; the way was: " + ", ".join(map(repr, said))
    return None


def inner(monitor, server):
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        read, write = os.pipe()
        display = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
                                   pass_fds=[write], stderr=subprocess.DEVNULL)
        stack.callback(display.wait)
        stack.callback(display.terminate)
        os.close(write)
        with os.fdopen(read) as said:
            os.environ["DISPLAY"] = ":" + said.readline().strip()
        os.environ.update(XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder, LC_ALL="C.UTF-8",
                          QT_QPA_PLATFORM="xcb", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1")
        service = subprocess.Popen([server, "--port", "0", "--database", "sqlite::memory:"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        stack.callback(service.wait)
        stack.callback(service.terminate)
        signal.signal(signal.SIGALRM, lambda *_: sys.exit("the server does not say where it listens"))
        signal.alarm(PATIENCE)
        url = re.search(r"http://\S+", service.stdout.readline())[0]
        signal.alarm(0)
        program = subprocess.Popen([monitor, url])
        stack.callback(program.wait)
        stack.callback(program.terminate)
        screen = Screen()
        application = eventually(screen.application, "the application on the bus")
        window, problems = check(screen, application)
        met = walk(screen, window)
        problems += filter(None, [in_order(met)])
        problems += fleet(screen, window)
        print("\n".join(problems) or f"{len(met)} stops, each named, in their order")
        return 1 if problems else 0


def main():
    monitor, server = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    if os.environ.get(INNER):
        return inner(monitor, server)
    with tempfile.TemporaryDirectory() as folder:  # where the bus of accessibility listens: everybody's is another
        return subprocess.run(["dbus-run-session", "--", PYTHON, __file__, monitor, server],
                              env={**os.environ, INNER: "1", "XDG_RUNTIME_DIR": folder}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

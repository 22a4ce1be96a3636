#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds openloop-server as it was before there was a queue of many servers, once, and prints where it lies."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "bench" / "figures"))
from compare import Built  # noqa: E402

before = Built("73295c7")
before.build("openloop-server")
print(before.binaries / "openloop-server")

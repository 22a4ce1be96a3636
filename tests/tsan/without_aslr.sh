#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program at fixed addresses: ThreadSanitizer finds no room for its shadow where a kernel scatters them widely.
setarch "$(uname -m)" --addr-no-randomize true 2>/dev/null && exec setarch "$(uname -m)" --addr-no-randomize "$@"
exec "$@"

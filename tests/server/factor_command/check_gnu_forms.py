#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds openloop-factor, byte by byte, to what GNU factor prints and complains of, form of input by form of input.
"""Usage: check_gnu_forms.py OPENLOOP_FACTOR [--record]

What GNU factor answered stands in gnu_factor_<version>.json beside this file, so that the check needs none; --record
asks the installed one and writes that file. A GNU factor of a recorded version that is installed is asked as well.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
HUGE_PRIME = b"170141183460469231731687303715884105727"

# name: (arguments, standard input or None, how it is started)
FORMS = {
    "nothing to read": ([], b"", {}),
    "blanks alone": ([], b" \n\t \n", {}),
    "one number": ([], b"360\n", {}),
    "no newline at the end": ([], b"360", {}),
    "several on a line": ([], b"12 13\t14\n", {}),
    "empty lines between": ([], b"12\n\n\n13\n", {}),
    "zero": ([], b"0\n00\n+0\n", {}),
    "one": ([], b"1\n", {}),
    "leading zeros": ([], b"007 0000000000000000000000000000012\n", {}),
    "zeros by the hundred": ([b"0" * 300 + b"77"], None, {}),
    "plus": ([], b"+12\n", {}),
    "plus and zeros": ([], b"+0012\n", {}),
    "plus alone": ([], b"+\n", {}),
    "two plus signs": ([], b"++12\n", {}),
    "plus, blank, number": ([], b"+ 12\n", {}),
    "plus in the middle": ([], b"1+2\n", {}),
    "minus": ([], b"-12\n", {}),
    "minus alone": ([], b"-\n", {}),
    "minus as an argument": ([b"-"], None, {}),
    "minus behind --": ([b"--", b"-5", b"6"], None, {}),
    "plus minus": ([], b"+-12\n", {}),
    "carriage return": ([], b"12\r\n13\r\n", {}),
    "carriage return alone": ([], b"\r\n", {}),
    "form feed": ([], b"12\f13\n", {}),
    "vertical tab": ([], b"12\v13\n", {}),
    "NUL behind": ([], b"15\0\n", {}),
    "NUL in the middle": ([], b"15\0007\n", {}),
    "NUL alone": ([], b"\0\n3\n", {}),
    "NUL and blanks": ([], b"15\0 3 \0 21", {}),
    "comma": ([], b"13,14\n", {}),
    "letters": ([], b"abc\n", {}),
    "number with a tail": ([], b"12abc\n", {}),
    "hexadecimal": ([], b"0x10\n", {}),
    "exponent": ([], b"1e3\n", {}),
    "fraction": ([], b"1.5\n", {}),
    "quotes": ([b"it's", b"\"a\"", "’".encode(), "‘".encode()], None, {}),
    "quotes in the C locale": ([b"it's", b"abc", "’".encode()], None, {"locale": "C"}),
    "backslash": ([b"a\\b", b"\\"], None, {}),
    "control characters": ([b"\x01", b"\x1b[1m", b"\x7f"], None, {}),
    "newline in an argument": ([b"a\nb", b"1\n2"], None, {}),
    "UTF-8": (["ü€".encode(), "１２".encode(), "12\u00a0".encode()], None, {}),
    "UTF-8 in the C locale": (["ü€".encode()], None, {"locale": "C"}),
    "broken UTF-8": ([b"\xff", b"\xc3", b"\xe2\x82"], None, {}),
    "broken UTF-8 read": ([], b"\xff 7 \xc3\n", {}),
    "byte order mark": ([], b"\xef\xbb\xbf12\n", {}),
    "an empty argument": ([b""], None, {}),
    "blanks before an argument": ([b" 12", b"  +12"], None, {}),
    "blanks behind an argument": ([b"12 "], None, {}),
    "tab before an argument": ([b"\t12"], None, {}),
    "two numbers in an argument": ([b"12 13"], None, {}),
    "good and bad arguments": ([b"12", b"x", b"13"], None, {}),
    "good and bad input": ([], b"12 x 13\n-1\n14\n", {}),
    "good and bad in one stream": ([b"12", b"x", b"13"], None, {"errors": "output"}),
    "edges of words": ([], b"4294967295 4294967296 4294967297 18446744073709551557 18446744073709551615 "
                           b"18446744073709551616 18446744073709551617\n", {}),
    "edges of two words": ([HUGE_PRIME], None, {}),
    "a huge power": ([b"1" + b"0" * 60], None, {}),
    "a huge number that is none": ([b"1" * 1000 + b"x"], None, {}),
    "a thousand numbers": ([], b"\n".join(b"%d" % (n * n * 1009 + n) for n in range(1000)), {}),
    "unknown short option": ([b"-x"], None, {}),
    "a number as an option": ([b"-5"], None, {}),
    "unknown long option": ([b"--nonsense"], None, {}),
    "a value for an option without": ([b"--version=1"], None, {}),
    "-- alone": ([b"--"], b"12\n", {}),
    "closed input": ([], None, {"given": "closed"}),
    "a folder as input": ([], None, {"given": "folder"}),
    "closed output": ([b"12"], None, {"output": "closed"}),
    "closed output, nothing to say": ([], b"", {"output": "closed"}),
    "full output": ([b"12"], None, {"output": "full"}),
    "full output for --help": ([b"--help"], None, {"output": "full"}),
    "full output for --version": ([b"--version"], None, {"output": "full"}),
    "closed output for --version": ([b"--version"], None, {"output": "closed"}),
    "a pipe that nobody reads": ([b"12"], None, {"output": "unread"}),
    "the same, SIGPIPE ignored": ([b"12"], None, {"output": "unread", "ignore": True}),
    "closed standard error": ([b"12", b"x", b"13"], None, {"errors": "closed"}),
}

# What a version does not say and a later one does: there we are with the later one.
UNSAID = {"gnu_factor_9.1": {"closed input", "a folder as input"}}


def answer(program, arguments, data, locale="C.UTF-8", given="pipe", output="pipe", errors="pipe", ignore=False):
    """What a shell would see; the program goes by the name `factor`, with which its messages begin."""
    redirections = {"closed": " <&-", "folder": " </"}.get(given, "")
    redirections += {"closed": " >&-", "full": " >/dev/full"}.get(output, "")
    redirections += {"closed": " 2>&-", "output": " 2>&1"}.get(errors, "")
    trap = "trap '' PIPE; " if ignore else ""
    script = f'{trap}exec -a factor "$0" "$@"{redirections}'
    with tempfile.TemporaryFile() as said:
        target = subprocess.PIPE
        if output == "unread":
            unread, target = os.pipe()
            os.close(unread)
        run = subprocess.run(["bash", "-c", script, program, *arguments], input=data or b"", stdout=target, stderr=said,
                             env={**os.environ, "LC_ALL": locale, "LANGUAGE": ""}, timeout=60, check=False, restore_signals=True)
        if output == "unread":
            os.close(target)
        said.seek(0)
        return [(run.stdout or b"").decode("latin-1"), said.read().decode("latin-1"), run.returncode]


def version_of(program):
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return text.splitlines()[0].split()[-1] if "GNU coreutils" in text else None


def sentences(text):
    return {" ".join(part.split()) for part in text.replace("\n\n", ". ").replace("  ", ". ").split(". ")
            if len(part.split()) > 2}


def main():
    ours = str(pathlib.Path(sys.argv[1]).resolve())
    theirs = shutil.which("factor")
    version = version_of(theirs) if theirs else None
    if "--record" in sys.argv:
        recorded = {name: answer(theirs, arguments, data, **how) for name, (arguments, data, how) in FORMS.items()}
        (HERE / f"gnu_factor_{version}.json").write_text(json.dumps(recorded, indent=1) + "\n")
        return 0
    different = 0

    def compare(name, got, wanted, whom):
        nonlocal different
        if got == wanted:
            return
        different += 1
        for what, ours_said, theirs_said in zip(("output", "errors", "code"), got, wanted):
            if ours_said != theirs_said:
                print(f"{name}: {what} is {ours_said!r:.300}, of {whom} {theirs_said!r:.300}")

    for file in sorted(HERE.glob("gnu_factor_*.json")):
        recorded = json.loads(file.read_text())
        assert len(recorded) >= 60 and recorded.keys() == FORMS.keys(), f"{file.name}: record it again"
        for name, (arguments, data, how) in FORMS.items():
            if name not in UNSAID.get(file.stem, ()):
                compare(name, answer(ours, arguments, data, **how), recorded[name], file.stem)
            if version and file.stem == f"gnu_factor_{version}":
                compare(f"{name}, installed", answer(theirs, arguments, data, **how), recorded[name], file.stem)
    if theirs:
        helps = [subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
                 for program in (ours, theirs)]
        for sentence in sentences(helps[0]) & sentences(helps[1]):
            different += 1
            print(f"--help has a sentence of GNU factor: {sentence}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What must not be in the tree. File names come on standard input, each ended by NUL.

Errors: paths of somebody's machine, marks of unfinished work, files too large for git. Reported only: long files.
"""

import pathlib
import re
import sys

# Somebody's home or work folder; a URL path like /api/work/ is none.
MACHINE_PATH = re.compile(r"(?<![\w.:/*-])/(?:home/(?!\*)\w|root/|work/|farm/|Users/\w)")
# Said in two parts, so that this file does not hold them.
UNFINISHED = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
# CTest takes it for two tests, and Catch finds neither of them: nothing would run, and nobody would notice.
SPLIT_NAME = re.compile(r'TEST_CASE\("[^"]*;')
TEXT = {"", ".cc", ".cmake", ".css", ".h", ".html", ".js", ".json", ".jsonl", ".md", ".mjs", ".py", ".sh", ".sql",
        ".toml", ".ts", ".tsx", ".txt", ".yaml", ".yml"}
CODE = {".cc", ".css", ".h", ".js", ".mjs", ".py", ".sh", ".sql", ".ts", ".tsx"}
GENERATED = {"webui/package-lock.json", "webui/src/api/schema.d.ts"}
LONG_LINES = 400
LARGE_BYTES = 1 << 20


def check(name):
    """Errors of one file, and its number of lines when it is long."""
    path = pathlib.Path(name)
    errors, lines = [], 0
    if path.stat().st_size > LARGE_BYTES:
        errors.append(f"{name}: larger than 1 MiB")
    elif path.suffix in TEXT and name not in GENERATED:
        text = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(text, 1):
            if MACHINE_PATH.search(line):
                errors.append(f"{name}:{number}: a path of somebody's machine: {line.strip()[:120]}")
            if path.suffix == ".cc" and SPLIT_NAME.search(line):
                errors.append(f"{name}:{number}: a test's name holds no semicolon: {line.strip()[:120]}")
            if path.suffix in CODE and UNFINISHED.search(line):
                errors.append(f"{name}:{number}: unfinished: {line.strip()[:120]}")
        lines = len(text) if path.suffix in CODE else 0
    return errors, lines


def main():
    names = sorted(name for name in sys.stdin.read().split("\0") if name)
    errors, long = [], []
    for name in names:
        found, lines = check(name)
        errors += found
        if lines > LONG_LINES:
            long.append((lines, name))
    for lines, name in sorted(long, reverse=True):
        print(f"long: {lines} lines in {name}; is it still one thing?")
    print("\n".join(errors) or f"{len(names)} files, nothing that must not be there")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())

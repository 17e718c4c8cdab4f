#!/usr/bin/env python3
"""Sums up by room which lines ran: coverage_report.py SUMMARY.json, as `gcovr --json-summary` writes it."""

import collections
import json
import pathlib
import sys


def room_of(name):
    """appliance/stories/story_service.cc -> appliance/stories"""
    return "/".join(pathlib.PurePosixPath(name).parts[:2][: len(pathlib.PurePosixPath(name).parts) - 1]) or "."


def rooms(summary):
    found = collections.defaultdict(lambda: [0, 0])
    for file in summary["files"]:
        counted = found[room_of(file["filename"])]
        counted[0] += file["line_covered"]
        counted[1] += file["line_total"]
    return found


def main(arguments):
    found = rooms(json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8")))
    for name, (ran, lines) in sorted(found.items()):
        print(f"{name:24}{ran:7} of {lines:6} lines {100 * ran / max(lines, 1):6.1f} %")
    ran, lines = (sum(counted[place] for counted in found.values()) for place in (0, 1))
    print(f"{'all':24}{ran:7} of {lines:6} lines {100 * ran / max(lines, 1):6.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Sums up a test run: every suite with its time and counts, what failed, which adapters were exercised.

    test_report.py RESULTS ADAPTERS [BROKEN...]

RESULTS is a folder of JUnit files. ADAPTERS lists each adapter with a pattern over test names. BROKEN names the
steps that ended badly. The last line is `N passed, N failed`; a broken step none of whose tests failed (it crashed,
say) counts as one failure. Exit status 0 only when some test ran and nothing failed.
"""

import collections
import dataclasses
import pathlib
import re
import sys
import xml.etree.ElementTree

OUTPUT_SHOWN = 30  # lines of a failed test


@dataclasses.dataclass
class Case:
    run: str  # the file it stands in
    suite: str
    name: str
    state: str  # passed, failed or skipped
    seconds: float
    output: str


def state_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def read_cases(path):
    """The cases of one JUnit file. CTest's are told apart by what stands before the first colon, their binary."""
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = case.get("name", "")
        suite = path.stem
        if case.get("status") is not None:  # only CTest writes it
            suite = f"{path.stem}: {name.partition(':')[0]}"
        said = [element.text or element.get("message") or "" for tag in ("failure", "error", "system-out")
                for element in case.iter(tag)]
        yield Case(path.stem, suite, name, state_of(case), float(case.get("time") or 0), "\n".join(said).strip())


def read_adapters(path):
    """Adapter → pattern over test names."""
    lines = (line.partition("#")[0].split(None, 1) for line in path.read_text(encoding="utf-8").splitlines())
    return {words[0]: re.compile(words[1].strip()) for words in lines if words}


def print_suites(cases):
    rows = collections.defaultdict(lambda: collections.Counter(seconds=0.0))
    for case in cases:
        rows[case.suite][case.state] += 1
        rows[case.suite]["seconds"] += case.seconds
    width = max(map(len, rows), default=5)
    print(f"{'suite':<{width}}  passed  failed  skipped     time")
    for suite, row in sorted(rows.items()):
        print(f"{suite:<{width}}  {row['passed']:6}  {row['failed']:6}  {row['skipped']:7}  {row['seconds']:6.1f}s")


def print_adapters(adapters, cases):
    ran = [case.name for case in cases if case.state != "skipped"]
    exercised = [name for name, pattern in adapters.items() if any(map(pattern.search, ran))]
    left = [name for name in adapters if name not in exercised]
    print(f"adapters exercised: {', '.join(exercised) or 'none'}; not exercised: {', '.join(left) or 'none'}")


def print_trouble(cases, broken):
    for case in cases:
        if case.state == "skipped":
            print(f"SKIPPED {case.run}: {case.name}: {case.output.splitlines()[-1] if case.output else 'no reason given'}")
    for case in cases:
        if case.state == "failed":
            print(f"\nFAILED {case.run}: {case.name}")
            print("\n".join(f"    {line}" for line in case.output.splitlines()[-OUTPUT_SHOWN:]))
    for step in broken:
        print(f"BROKEN {step}")


def main(arguments):
    results, adapters, *broken = arguments
    cases = [case for path in sorted(pathlib.Path(results).glob("*.xml")) for case in read_cases(path)]
    passed = sum(case.state == "passed" for case in cases)
    failed = sum(case.state == "failed" for case in cases)
    failed = max(failed, len(broken))
    print_suites(cases)
    print_trouble(cases, broken)
    print_adapters(read_adapters(pathlib.Path(adapters)), cases)
    if not passed and not failed:
        print("no test ran")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

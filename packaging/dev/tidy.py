#!/usr/bin/env python3
"""clang-tidy over every source of the project, as many at a time as there are processors.

    tidy.py BUILD        a build folder with compile_commands.json

A file that was clean is not looked at again until it, a header of ours that it includes, its flags, .clang-tidy or
clang-tidy itself has changed. What was clean is remembered in ~/.cache/heirloom/clang-tidy, for all clones.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROOMS = ("appliance/", "storage/", "index/", "media/", "tests/")
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "heirloom/clang-tidy"


@functools.cache
def content(path):
    return path.read_bytes()


def closure(path, build):
    """The file and all of ours that it includes, sorted."""
    seen, waiting = set(), [path]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in INCLUDE.findall(content(file)):
            found = (base / name.decode() for base in (ROOT, build, file.parent))
            waiting.extend(header for header in found if header.is_file())
    return sorted(seen)


def key_of(entry, build, common):
    digest = hashlib.sha256(common)
    digest.update(entry["command"].replace(str(ROOT), "").encode())
    for file in closure(pathlib.Path(entry["file"]), build):
        digest.update(hashlib.sha256(content(file)).digest())
    return digest.hexdigest()


def tidy(build, file):
    done = subprocess.run(["clang-tidy", "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option", file],
                          capture_output=True, text=True, check=False)
    noise = re.compile(r"^\d+ warnings? (generated|treated)|^Suppressed |^Use -header-filter", re.MULTILINE)
    said = "\n".join(line for line in (done.stdout + done.stderr).splitlines() if line and not noise.search(line))
    return done.returncode == 0, said


def main(arguments):
    build = pathlib.Path(arguments[0]).resolve()
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    # C++ alone: in C, which preloaded libraries are written in, other names and macros are usual.
    sources = [one for one in entries if os.path.relpath(one["file"], ROOT).startswith(ROOMS) and one["file"].endswith(".cc")]
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes()
    keys = {one["file"]: key_of(one, build, common) for one in sources}
    CACHE.mkdir(parents=True, exist_ok=True)
    todo = sorted(file for file, key in keys.items() if not (CACHE / key).exists())
    print(f"{len(keys)} sources, {len(todo)} of them changed since they were clean", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(tidy, build, file): file for file in todo}
        for number, one in enumerate(concurrent.futures.as_completed(running), 1):
            file = running[one]
            clean, said = one.result()
            if clean:
                (CACHE / keys[file]).touch()
            else:
                failed += 1
            print(f"[{number}/{len(todo)}] {os.path.relpath(file, ROOT)}{'' if clean else chr(10) + said}", flush=True)
    print(f"{failed} of {len(keys)} sources have findings" if failed else "every source is clean")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

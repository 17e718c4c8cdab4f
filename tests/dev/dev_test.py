"""./dev and its parts, with the system's commands replaced."""

import subprocess

import pytest

from conftest import ROOT


def dev(*arguments):
    return subprocess.run([ROOT / "dev", *arguments], text=True, capture_output=True, check=False)


def test_help_names_every_command():
    said = dev("help")
    assert said.returncode == 0
    for command in ("run", "build", "up", "watch", "test", "lint", "fmt", "bench", "image", "clean"):
        assert f"./dev {command}" in said.stdout


def test_an_unknown_command_or_option_is_refused():
    assert dev("bild").returncode == 1
    assert "no command 'bild'" in dev("bild").stderr
    assert "unknown option '--fast'" in dev("test", "--fast").stderr
    assert "unknown option '--port'" in dev("run", "--port", "1").stderr


def test_just_delegates_every_command():
    recipes = (ROOT / "justfile").read_text(encoding="utf-8")
    for command in ("run", "build", "watch", "test", "lint", "fmt", "bench", "image", "clean"):
        assert f"@./dev {command}" in recipes
    assert 'dev *arguments:\n    @./dev up "$@"' in recipes


def test_the_stack_says_what_it_cannot_do():
    for arguments, words in ((["--without", "loki"], "are for --no-docker"), (["--data-dir", "x"], "are for --no-docker"),
                             (["--no-docker", "--without", "mysql"], "the servers are postgres"),
                             (["--listen", "8080"], "an address and a port"), (["--port"], "unknown option '--port'")):
        said = dev("up", *arguments)
        assert said.returncode == 1 and words in said.stderr, said.stderr


def test_without_docker_the_stack_says_what_to_do_instead(tmp_path):
    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (tmp_path / "docker").chmod(0o755)
    said = subprocess.run([ROOT / "dev", "up"], text=True, capture_output=True, check=False,
                          env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert said.returncode == 1 and "./dev up --no-docker" in said.stderr


def test_only_missing_packages_are_installed_by_name(shell):
    said = shell(
        "on_debian_12() { true; }; as_root() { echo \"ran: $*\" >&2; }; apt_knows() { true; }\n"
        "packages_of() { printf '%s\\n' cmake g++ ninja-build; }\n"
        "need_packages build",
        {"dpkg-query": "echo 'installed cmake'; echo 'not-installed ninja-build'; exit 1"})
    assert said.returncode == 0, said.stderr
    assert "Installing 2 Debian packages: g++ ninja-build" in said.stdout
    log = (ROOT / "build/logs/apt-install.log").read_text(encoding="utf-8")
    assert "--no-install-recommends g++ ninja-build" in log
    assert "DPkg::Lock::Timeout" in log


def test_nothing_is_done_when_all_packages_are_there(shell):
    said = shell("on_debian_12() { true; }; as_root() { echo 'ran apt'; }\npackages_of() { echo cmake; }\n"
                 "need_packages build", {"dpkg-query": "echo 'installed cmake'"})
    assert (said.returncode, said.stdout) == (0, "")


def test_lists_are_fetched_when_apt_does_not_know_a_package(shell):
    said = shell("on_debian_12() { true; }; apt_get() { echo \"apt $*\" >>\"$HOME_LOG\"; }; apt_knows() { false; }\n"
                 "HOME_LOG=$(mktemp); packages_of() { echo cmake; }\nneed_packages build; cat \"$HOME_LOG\"",
                 {"dpkg-query": "exit 1"})
    assert said.stdout.index("apt update") < said.stdout.index("apt install")


def test_another_distribution_is_pointed_to_a_container(shell):
    said = shell("on_debian_12() { false; }\nneed_packages build")
    assert said.returncode == 1
    assert "docker run" in said.stderr and len(said.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("version, enough", [
    ("18.19.0", False), ("20.18.3", False), ("20.19.0", True), ("21.7.0", False), ("22.11.0", False),
    ("22.12.0", True), ("24.1.0", True)])
def test_node_must_be_new_enough(shell, version, enough):
    # The predicate runs in node itself: here Python answers for it.
    node = f"""/usr/bin/python3 - "$2" <<'PY'
import re, sys
a, b, _ = map(int, "{version}".split("."))
source = re.search(r"process.exit\\((.*) \\? 0 : 1\\)", sys.argv[1], re.S).group(1)
source = source.replace("===", "==").replace("&&", "and").replace("||", "or")
sys.exit(0 if eval(source) else 1)
PY"""
    said = shell("node_is_new_enough && echo yes || echo no", {"node": node, "npm": "true"})
    assert said.stdout.strip() == ("yes" if enough else "no"), said.stderr


def test_a_step_that_fails_shows_the_end_of_its_output(shell):
    said = shell("logged 'a failing step' bash -c 'echo the reason; exit 3' || echo failed")
    assert "the reason" in said.stderr
    assert "failed" in said.stdout and "a failing step" in said.stdout


def test_every_package_has_a_set_and_a_reason():
    for line in (ROOT / "packaging/dev/apt-packages.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            group, name, why = line.split(None, 2)
            assert group in ("build", "watch", "test", "fuzz", "lint", "coverage", "bench", "image", "runtime", "services") and name and why

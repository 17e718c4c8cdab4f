"""The container image, built from the sources on a base of our own and run as locked in as the README says.

Needs root, buildah, podman, runc and mmdebstrap; ./dev test --all runs it. HEIRLOOM_BASE_IMAGE and
HEIRLOOM_BUILD_SECRETS stand for what is otherwise made here: a minimal Debian, and what the package
clients of this machine are set to. HEIRLOOM_TEST_IMAGE names one that is built already.
"""

import configparser
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from appliance import PASSWORD, Client  # noqa: E402

GIVEN = os.environ.get("HEIRLOOM_TEST_IMAGE")
IMAGE = GIVEN or "localhost/heirloom:test"
BASE = "localhost/heirloom-test-base"
DEMO = "/usr/share/heirloom/demo/stories"
READY_LIMIT = 60
# The two limits where CAP_SYS_RESOURCE is missing; runc where cgroups are of both kinds.
PODMAN_RUN = ["podman", "run", "--detach", "--runtime", "runc", "--network", "host", "--ulimit", "nofile=1024:1024",
              "--ulimit", "nproc=1024:1024", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]


def run(*command, check=True, limit=120, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=limit, check=False, **more)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def base_image(folder):
    given = os.environ.get("HEIRLOOM_BASE_IMAGE")
    if given:
        return given
    if run("podman", "image", "exists", BASE, check=False).returncode != 0:
        run("mmdebstrap", "--quiet", "--variant=minbase", "bookworm", folder / "base.tar", limit=600)
        run("podman", "import", folder / "base.tar", BASE, limit=300)
    return BASE


def own_apt_settings():
    """What somebody put into apt.conf.d by hand: no package owns it."""
    for path in sorted(pathlib.Path("/etc/apt/apt.conf.d").iterdir()):
        if run("dpkg-query", "-S", path, check=False).returncode != 0 and not path.name.startswith("docker"):
            yield path.read_text(encoding="utf-8")


def pip_settings():
    """pip's settings that name no place of this machine, which the build cannot see."""
    kept = configparser.ConfigParser()
    kept.read(["/etc/pip.conf", pathlib.Path("~/.config/pip/pip.conf").expanduser()])
    for section in kept.sections():
        for key, value in list(kept.items(section)):
            if value.startswith("/"):
                kept.remove_option(section, key)
    return kept


def build_secrets(folder):
    """This machine's package clients, as with_settings.sh takes them."""
    given = os.environ.get("HEIRLOOM_BUILD_SECRETS")
    if given:
        return given
    folder.mkdir(mode=0o700)
    lines = [f"{name}={value}" for name, value in os.environ.items()
             if re.fullmatch(r"(?i)(https?|no)_proxy|pip_\w*url\w*|pip_\w*timeout", name) and " " not in value]
    bundle = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    (folder / "ca").write_bytes(pathlib.Path(bundle).read_bytes())
    lines += [f"{name}=/run/secrets/ca" for name in
              ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "npm_config_cafile")]
    (folder / "apt").write_text("".join(own_apt_settings()), encoding="utf-8")
    lines.append("APT_CONFIG=/run/secrets/apt")
    with open(folder / "pip", "w", encoding="utf-8") as file:
        pip_settings().write(file)
    lines.append("PIP_CONFIG_FILE=/run/secrets/pip")
    npmrc = pathlib.Path("~/.npmrc").expanduser()
    (folder / "npm").write_text(npmrc.read_text(encoding="utf-8") if npmrc.exists() else "", encoding="utf-8")
    lines.append("npm_config_userconfig=/run/secrets/npm")
    (folder / "environment").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def setUpModule():  # noqa: N802  unittest's name
    if GIVEN:
        return
    with tempfile.TemporaryDirectory(prefix="heirloom-image-") as name:
        folder = pathlib.Path(name)
        settings = {"HEIRLOOM_BASE_IMAGE": base_image(folder), "HEIRLOOM_BUILD_SECRETS": str(build_secrets(folder / "secrets"))}
        begun = time.monotonic()
        run(ROOT / "dev", "image", IMAGE, limit=3000, env={**os.environ, **settings})
        print(f"built in {time.monotonic() - begun:.0f} s, "
              f"{int(inspect('{{.Size}}')) / 1e6:.0f} MB, the base included", flush=True)


def inspect(field):
    return run("podman", "image", "inspect", "--format", field, IMAGE).stdout.strip()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Container:
    """One that runs and is healthy; removed with its data in the end, unless they are a volume by name."""

    def __init__(self, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.id = run(*PODMAN_RUN, "--env", f"HEIRLOOM_HTTP_LISTEN=127.0.0.1:{self.port}", *options, IMAGE).stdout.strip()

    def __enter__(self):
        deadline = time.monotonic() + READY_LIMIT
        while run("podman", "healthcheck", "run", self.id, check=False).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError(f"not healthy: {self.logs()}")
            time.sleep(0.2)
        return self

    def __exit__(self, *_):
        run("podman", "rm", "--force", "--volumes", self.id)

    def logs(self):
        done = run("podman", "logs", self.id)
        return done.stdout + done.stderr

    def shell(self, script, check=True):
        return run("podman", "exec", self.id, "sh", "-c", script, check=check).stdout

    def heirloom(self, *arguments, token=""):
        return run("podman", "exec", "--env", f"HEIRLOOM_TOKEN={token}", self.id, "heirloom", *arguments, limit=300).stdout

    def stop(self):
        """As an orchestrator does; gives the exit status."""
        run("podman", "stop", "--time", "30", self.id)
        return int(run("podman", "inspect", "--format", "{{.State.ExitCode}}", self.id).stdout)


class Image(unittest.TestCase):
    def test_it_says_how_it_wants_to_be_run(self):
        self.assertEqual(inspect("{{.User}}"), "10001:10001")
        config = json.loads(inspect("{{json .Config}}"))
        self.assertIn("/data", config["Volumes"])
        self.assertEqual(config["StopSignal"], "SIGTERM")
        labels = config["Labels"]
        version = re.search(r"^project\(heirloom VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)[1]
        self.assertEqual((labels["org.opencontainers.image.title"], labels["org.opencontainers.image.version"]),
                         ("Heirloom", version))
        self.assertEqual(json.loads(inspect("{{json .HealthCheck}}"))["Test"], ["CMD", "heirloom", "health"])

    def test_it_holds_what_runs_and_nothing_that_builds(self):
        with Container() as container:
            self.assertEqual(container.shell("command -v cc g++ cmake ninja ccache node npm python3 git curl wget", check=False), "")
            self.assertEqual(container.shell("find /usr/include /src -type f 2>/dev/null", check=False), "")
            self.assertNotIn("not found", container.shell("ldd /usr/bin/heirloom"))
            # What the build was told of the package clients here is nowhere.
            traces = container.shell(r"find / -xdev -type f \( -name .npmrc -o -name pip.conf -o -path '/run/secrets/*' \) 2>/dev/null", check=False)
            self.assertEqual(traces, "")
            self.assertEqual(container.shell("ls /var/lib/apt/lists"), "")

    def test_it_runs_as_nobody_in_particular_and_writes_to_its_data_alone(self):
        with Container() as container:
            self.assertEqual(container.shell("id -u").strip(), "10001")
            status = container.shell("cat /proc/1/status")
            self.assertRegex(status, r"CapEff:\s+0{16}\n")
            self.assertRegex(status, r"NoNewPrivs:\s+1\n")
            for place in ("/", "/tmp", "/usr/share/heirloom", "/etc", "/var"):
                self.assertEqual(container.shell(f"touch {place}/x 2>/dev/null && echo written", check=False), "", place)
            self.assertIn("heirloom.db", container.shell("ls /data"))

    def test_beyond_loopback_it_asks_for_its_proxies(self):
        done = run(*[part for part in PODMAN_RUN if part != "--detach"], "--rm", IMAGE, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("http.trusted_proxies", done.stdout + done.stderr)

    def test_the_main_job_in_a_container_and_in_the_next_one(self):
        volume = f"heirloom-image-test-{os.getpid()}"
        with contextlib.ExitStack() as after:
            after.callback(run, "podman", "volume", "rm", "--force", volume)
            with Container("--volume", f"{volume}:/data") as container:
                token = self.first_run(container)
                report = json.loads(container.heirloom(
                    "import", "stories", DEMO, "--server", container.url, "--legacy", "Lamps", "--json", token=token).splitlines()[-1])
                self.assertGreater(report["created"], 50)
                self.assertEqual(container.stop(), 0)
                self.assertIn('"message":"stopping"', container.logs())
            with Container("--volume", f"{volume}:/data") as container:
                self.assertNotIn("first run", container.logs())
                found = Client(container.url, token).get("/api/v1/search", q="Ternen").json["items"]
                self.assertGreater(len(found), 0)

    def first_run(self, container):
        secret = re.search(r"first run: \S+#token=(\S+)", container.logs())[1]
        person = {"token": secret, "name": "Ada", "email": "ada@example.org", "password": PASSWORD}
        answer = Client(container.url).post("/api/v1/setup", person, headers={"Origin": container.url})
        self.assertEqual(answer.status, 201, answer)
        self.assertIn("<html", Client(container.url, headers={"Accept": "text/html"}).get("/").body.decode())
        return container.heirloom("token", "create", "--user", "ada@example.org", "--name", "test").strip()


if __name__ == "__main__":
    unittest.main()

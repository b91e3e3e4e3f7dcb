"""The dashboard and alerts in ``config/deploy`` ask for metrics that exist, in queries that Prometheus reads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.model.metrics import Metric
from digest.pipeline.metrics import read_metrics
from digest.store import Store
from digest.web.measurements import Measurements
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER, site_settings

DEPLOY = Path(__file__).parents[1] / "config" / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
#: What Grafana fills in.
VARIABLES = {"$newsletter": ".*", "$__rate_interval": "5m"}


def queries() -> Iterator[str]:
    """Those of the dashboard's panels and annotations, and of the alerts."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (annotation["expr"] for annotation in DASHBOARD["annotations"]["list"])
    yield from (rule["expr"] for rule in ALERTS)


def names_of(metric: Metric) -> set[str]:
    """The names of its samples."""
    return {f"{metric.name}{suffix}" for suffix in (("_count", "_sum") if metric.kind == "summary" else ("",))}


def test_every_metric_that_is_asked_for_exists(sqlite_store: Store) -> None:
    with sqlite_store.read() as conn:
        metrics = [*read_metrics(conn, site_settings(NEWSLETTER), now=NOON), *Measurements().of_process()]
    names = {"digest_store_up"}.union(*map(names_of, metrics))
    asked = set(re.findall(r"\b(?:digest|process)_\w+", " ".join(queries())))

    assert len(asked) > 20
    assert asked - names == set()


def test_no_metric_of_what_an_operator_asks_is_missing_from_the_dashboard(sqlite_store: Store) -> None:
    """All but those that are a part of others, or optional."""
    with sqlite_store.read() as conn:
        metrics = [*read_metrics(conn, site_settings(NEWSLETTER), now=NOON), *Measurements().of_process()]
    text = json.dumps(DASHBOARD)

    missing = {metric.name for metric in metrics if metric.name not in text}
    assert missing == {"digest_build_info", "digest_last_run_duration_seconds"}


def test_the_dashboard_is_whole() -> None:
    """Ids are unique, panels do not overlap, and each has a title and says what it shows."""
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for grid in [panel["gridPos"]]
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in panels)
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}


def test_the_page_lists_the_alerts() -> None:
    rows = re.findall(r"(?m)^\| `(Digest\w+)` \| (\w+) \|", (DEPLOY / "README.md").read_text("utf-8"))

    assert rows == [(rule["alert"], rule["labels"]["severity"]) for rule in ALERTS]


def test_each_alert_says_how_grave_it_is_and_what_to_do() -> None:
    assert {rule["labels"]["severity"] for rule in ALERTS} == {"critical", "warning"}
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in ALERTS)


@pytest.mark.slow
def test_prometheus_reads_every_query_and_alerts_fire_when_they_should(tmp_path: Path) -> None:
    expressions = list(queries())
    for variable, value in VARIABLES.items():
        expressions = [expression.replace(variable, value) for expression in expressions]
    rules = [{"record": f"query:{number}", "expr": text} for number, text in enumerate(expressions)]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))

    promtool("check", "rules", str(tmp_path / "queries.yml"), str(DEPLOY / "prometheus-alerts.yml"))
    promtool("test", "rules", str(Path(__file__).parent / "data" / "prometheus-alerts.test.yml"))


def promtool(*arguments: str) -> None:
    """Run Prometheus's own tool; it must succeed."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("Debian's package prometheus is needed: apt-get install prometheus")
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr

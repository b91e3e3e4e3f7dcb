"""Processes with limits end with their parent, even if it is killed, and whatever their call does."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.support.run_process import until

#: A program that calls something endless in a process with long limits.
WORKER = """
import time
from digest.processes.limited_worker import LimitedWorker

LimitedWorker(cpu_s=300, wall_s=300, memory_bytes=600_000_000).call({function}, {argument})
"""
MAILER = """
from digest.model.newsletters import Newsletter
from digest.processes.mailer_process import IsolatedMailer
from digest.settings.plugins import Plugin, PluginPoint
from tests.support.smtp_delivery import MemoryOutbox, message

plugin = Plugin(point=PluginPoint.MAILER, name="m", target="broken_parts:sends_then", folder="tests/data/plugins")
options = {{"folder": {folder!r}, "fault": {fault!r}}}
IsolatedMailer(plugin, options, timeout_s=300, memory_mb=600)(MemoryOutbox([message(1), message(2)]))
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "processes"),
    [
        pytest.param(WORKER.format(function="time.sleep", argument=600), 1, id="a call that waits"),
        pytest.param(WORKER.format(function="sum", argument="range(10**13)"), 1, id="a call that never lets go"),
        pytest.param(MAILER, 1, id="hangs"),
        pytest.param(MAILER, 2, id="hangs_in_child"),
    ],
)
def test_a_process_ends_with_its_killed_parent(
    program: str, processes: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fault = request.node.callspec.id
    code = program.format(folder=str(tmp_path), fault=fault) if program is MAILER else program
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as parent:
        until(lambda: len(psutil.Process(parent.pid).children(recursive=True)) == processes, within_s=20)
        time.sleep(0.5)  # the call is under way
        children = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()

    _, alive = psutil.wait_procs(children, timeout=5)

    assert len(children) == processes
    assert alive == []

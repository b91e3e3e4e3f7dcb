"""The command line: help, completion, exit codes, error messages, signals."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shtab

from digest import __version__
from digest.cli import COMMANDS, main
from digest.cli.completion import SHELLS
from digest.cli.errors import report_error
from digest.model.errors import StoreError

FULL = Path("/dev/full")


@pytest.fixture(autouse=True)
def _somewhere_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def digest(*argv: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run ``digest`` as a process."""
    command = [sys.executable, "-m", "digest", *argv]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


# --- asking ------------------------------------------------------------------------------------------------------


def test_help_lists_every_command_in_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    out = capsys.readouterr().out

    for name, summary in COMMANDS.items():
        assert [line.split() for line in out.splitlines()].count([name, *summary.split()]) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_goes_to_stdout(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0

    printed = capsys.readouterr()

    assert printed.out.startswith(f"usage: digest {command}")
    assert "--config FILE" in printed.out
    assert "--verbose" in printed.out
    assert not printed.err


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"digest {__version__}\n"


@pytest.mark.parametrize("shell", shtab.SUPPORTED_SHELLS)
def test_completion_knows_every_command(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0

    out = capsys.readouterr().out

    assert all(command in out for command in COMMANDS)
    assert "explain" in out
    assert "discover" in out


@pytest.mark.parametrize("shell", SHELLS)
def test_shells_of_the_help_are_supported(shell: str) -> None:
    assert shell in shtab.SUPPORTED_SHELLS


# PowerShell is in no package source of a plain Debian, so its script is only tested for its contents.
@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh", "fish"])
def test_the_shell_reads_the_completion_script(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    script = tmp_path / "completion"
    script.write_text(capsys.readouterr().out)
    command = [shell, "-n", script] if shell == "zsh" else [shell, script]  # zsh's runs only inside a completion
    environ = {**os.environ, "HOME": str(tmp_path)}
    reading = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environ)

    assert (reading.returncode, reading.stderr) == (0, "")


# --- wrong usage -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "no command given; choose one of preview"),
        (["prevew"], "(did you mean 'preview'?)"),
        (["preview", "--formt", "html"], "unrecognized arguments: --formt (did you mean '--format'?)"),
        (["preview", "--format", "htm"], "(did you mean 'html'?)"),
        (["preview", "--stories", "none"], "--stories"),
        (["sources", "lst"], "(did you mean 'list'?)"),
        (["sources"], "ACTION"),
        (["completion", "ksh"], "invalid choice: 'ksh'"),
        (["--verbos"], "(did you mean '--verbose'?)"),
        (["check", "--config"], "--config: expected one argument"),
        (["check", "--config", "no such"], "no such: no such settings file"),
        (["--config", "no such", "check"], "no such: no such settings file"),
        (["check", "--config", "."], "a folder, not a settings file"),
        (["preview", "-n", "main"], "no newsletter"),
        (["preview", "no/such/file"], "no/such/file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_message_and_exit_2(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2

    printed = capsys.readouterr()

    assert not printed.out
    assert printed.err.startswith("digest: ")
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_all_errors_in_the_settings_are_reported_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text("[smtp]\nprot = 1\n[[sources]]\nid = 1\n")

    assert main(["check"]) == 2

    err = capsys.readouterr().err

    assert "digest.toml:2: smtp.prot: no such key (did you mean 'port'?)" in err
    assert "digest.toml:4: sources[1].id: expected text in quotes, found 1" in err


def test_control_characters_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b]0;gotcha\x07"]) == 2
    assert "\x1b" not in capsys.readouterr().err


# --- errors ------------------------------------------------------------------------------------------------------


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:  # noqa: BLE001  # that is what is tested
        return caught


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (StoreError("it is locked", hint="wait"), 1, "digest: it is locked\n  wait\n"),
        (
            KeyError("x"),
            1,
            "digest: unexpected error: KeyError: 'x'\n  run it again with --verbose to see the traceback\n",
        ),
        (OSError(28, "No space left on device", "x"), 1, "digest: x: No space left on device\n  free some disk space"),
        (OSError(13, "Permission denied", "x"), 1, "digest: x: Permission denied\n"),
        (KeyboardInterrupt(), 130, "digest: interrupted\n"),
        (BaseExceptionGroup("", [KeyboardInterrupt()]), 130, "digest: interrupted\n"),
        (raised(ImportError("half"), KeyboardInterrupt()), 130, "digest: interrupted\n"),
        (BrokenPipeError(), 141, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_each_error_has_a_message_and_an_exit_code(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_error(error, verbose=False) == code

    err = capsys.readouterr().err

    assert err.startswith(message)
    assert "Traceback" not in err


def test_verbose_prints_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", "none", "--verbose"]) == 2

    err = capsys.readouterr().err

    assert "Traceback" in err
    assert err.endswith("digest: none: no such settings file\n  'digest init' writes one to start from\n")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("argv", [["--help"], ["completion", "bash"], ["preview"]], ids=" ".join)
def test_a_full_disk_is_reported(argv: list[str]) -> None:
    with FULL.open("w") as full:
        command = [sys.executable, "-m", "digest", *argv]
        completed = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert completed.returncode == 1
    assert "No space left on device" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert "Exception ignored" not in completed.stderr


def test_a_closed_pipe_is_no_error() -> None:
    command = [sys.executable, "-m", "digest", "completion", "bash"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout
    assert running.stderr
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()

    assert running.wait() == 141
    assert not err


def test_a_closed_stdout_is_no_error() -> None:
    completed = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m digest completion bash >&-"], capture_output=True, text=True, check=False
    )

    assert (completed.returncode, completed.stderr) == (0, "")


def test_no_color_is_respected() -> None:
    completed = digest("preview", "--format", "terminal", env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": ""})

    assert completed.returncode == 0
    assert "\x1b[3" not in completed.stdout


def test_characters_that_stdout_can_not_encode_are_replaced() -> None:
    completed = digest("preview", "--format", "text", env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert completed.returncode == 0
    assert completed.stdout


def test_ctrl_c_in_a_callback_that_can_not_raise_is_repeated() -> None:
    lost = """
import signal, time, weakref
from digest.__main__ import repeat_lost_interrupts

class Referent:
    pass

repeat_lost_interrupts()
referent = Referent()
reference = weakref.ref(referent, lambda _: signal.raise_signal(signal.SIGINT))
try:
    del referent
    time.sleep(20)
except KeyboardInterrupt:
    print("interrupted")
"""
    completed = subprocess.run([sys.executable, "-c", lost], capture_output=True, text=True, check=False)

    assert (completed.stdout, completed.stderr) == ("interrupted\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_ctrl_c_at_any_moment_exits_without_a_traceback(seed: int) -> None:
    """From the start of ``main``; before that, Python itself handles Ctrl-C."""
    begin = "import sys; from digest.__main__ import main; print('begun', flush=True); sys.exit(main())"
    running = subprocess.Popen([sys.executable, "-c", begin, "preview"], stdout=-1, stderr=-1, text=True)
    assert running.stdout
    assert running.stdout.readline() == "begun\n"
    time.sleep(random.Random(seed).uniform(0.001, 1.5))
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)

    assert running.returncode in {0, 130, -signal.SIGINT}, err
    assert "Traceback" not in err

"""A Debian machine of its own, with systemd as its first process: namespaces of this machine, made by systemd-nspawn.

    build_tree(folder, packages=["postgresql"])        # a minute; the packages can be installed without a network
    with booted(folder) as machine:
        machine.run("systemctl start postgresql")

It needs root, and Debian's packages mmdebstrap and systemd-container.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_INCLUDED = "systemd,systemd-sysv,dbus,libnss-systemd,python3,python3-venv,ca-certificates,procps,iproute2"
#: Faster: no syncs, no pages that nobody reads here.
_DPKG = (
    "--dpkgopt=force-unsafe-io",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
)
_CLONE_NEWNET = 0x40000000
_BOOT_S = 60.0


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that runs."""

    #: Its first process, as this machine numbers it.
    pid: int

    def run(self, command: str, *, check: bool = True, timeout_s: float = 180) -> str:
        """Run a line of bash as root, in /srv/digest; return what it printed. With ``check`` it must succeed."""
        enter = ["nsenter", f"--target={self.pid}", "--all", f"--wdns={WORK}", "env", "-i", *_ENVIRONMENT]
        arguments = [*enter, "bash", "-c", command]
        ended = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout_s
        )
        printed = ended.stdout + ended.stderr
        assert not check or ended.returncode == 0, f"{command}: exit code {ended.returncode}: {printed}"
        return printed

    @contextmanager
    def network(self) -> Iterator[None]:
        """Sockets that this thread makes within the block belong to the machine."""
        with Path("/proc/self/ns/net").open() as own, Path(f"/proc/{self.pid}/ns/net").open() as its:
            _set_network(its.fileno())
            try:
                yield
            finally:
                _set_network(own.fileno())


WORK = "/srv/digest"
_ENVIRONMENT = (
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
    "DEBIAN_FRONTEND=noninteractive",
    "UV_OFFLINE=1",
    "UV_CACHE_DIR=/var/cache/uv",
    "UV_LINK_MODE=copy",
)


def _set_network(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def build_tree(tree: Path, *, packages: Sequence[str], suite: str = "bookworm") -> None:
    """Unpack a small Debian; the packages are fetched, so that ``apt-get install`` finds them."""
    fetch = f'chroot "$1" apt-get install -y -q --install-recommends --download-only {" ".join(packages)}'
    build = ["mmdebstrap", "--quiet", "--variant=minbase", "--skip=cleanup/apt", f"--include={_INCLUDED}", *_DPKG]
    mirror = "http://deb.debian.org/debian"
    subprocess.run([*build, f"--customize-hook={fetch}", suite, str(tree), mirror], check=True, timeout=400)


def copy_checkout(root: Path, tree: Path) -> None:
    """Put what is needed to install the program into the machine's /srv/digest, with uv where its page has it."""
    work = tree / WORK.removeprefix("/")
    for name in ("digest", "templates", "config"):
        shutil.copytree(root / name, work / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "uv.lock", "README.md", "LICENSE"):
        shutil.copy(root / name, work)
    (work / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(root / ".venv" / "bin" / "uv", work / ".venv" / "bin")


@contextmanager
def booted(tree: Path, *, uv_cache: Path) -> Iterator[Machine]:
    """Boot the machine without a network; give it when its services have started."""
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe"]
    with (tree.parent / f"{tree.name}.log").open("wb") as log:
        nspawn = subprocess.Popen(
            [*command, f"--directory={tree}", f"--bind={uv_cache}:/var/cache/uv", "--boot"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            machine = Machine(_first_process(nspawn))
            machine.run(
                "for i in {1..100}; do systemctl is-system-running --wait && break; sleep 0.2; done", check=False
            )
            try:
                yield machine
            finally:
                os.kill(machine.pid, signal.SIGKILL)  # and with it all that runs there
        finally:
            nspawn.terminate()
            nspawn.wait(60)


def _first_process(nspawn: subprocess.Popen[bytes]) -> int:
    """The machine's first process, once it is there."""
    children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")
    end = time.monotonic() + _BOOT_S
    while time.monotonic() < end and nspawn.poll() is None:
        for pid in children.read_text().split():
            if Path(f"/proc/{pid}/root/run/systemd/system").is_dir() and _is_apart(pid):
                return int(pid)
        time.sleep(0.05)
    raise AssertionError(f"the machine did not boot, exit code {nspawn.poll()}")


def _is_apart(pid: str) -> bool:
    """Whether the process numbers processes anew."""
    return Path(f"/proc/{pid}/ns/pid").readlink() != Path("/proc/self/ns/pid").readlink()

"""Entry point of ``digest`` and ``python -m digest``."""

from __future__ import annotations

import sys

#: Seconds until a lost Ctrl-C is repeated; the callback that lost it has ended by then.
_REPEAT_S = 0.01


def main() -> int:
    """Run the command line and return its exit code, also if Ctrl-C comes while it is imported."""
    try:
        repeat_lost_interrupts()
        from digest.cli import main as run_command_line

        return run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


def repeat_lost_interrupts() -> None:
    """Interrupt again where Ctrl-C came in a callback that can't raise: of a weak reference, or ``__del__``.

    Python only prints a traceback there and goes on; imports alone run hundreds of such callbacks.
    """
    report = sys.unraisablehook

    def repeat(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            report(unraisable)
            return
        from threading import Timer

        timer = Timer(_REPEAT_S, _interrupt)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # Python is ending anyway, and starts no thread any more
            return

    sys.unraisablehook = repeat


def _interrupt() -> None:
    if sys.platform == "win32":  # os.kill would end the process at once
        import _thread

        _thread.interrupt_main()
    else:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGINT)  # a real signal: it ends a wait of the main thread as well


if __name__ == "__main__":
    sys.exit(main())

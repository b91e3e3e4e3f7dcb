"""Entry point of ``digest`` and ``python -m digest``."""

import sys


def main() -> int:
    """Run the command line and return its exit code, also if Ctrl-C comes while it is imported."""
    try:
        from digest.cli import main as run_command_line

        return run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

"""``digest`` and ``python -m digest``."""

import sys


def main() -> int:
    """Run the command line; whatever happens, what is returned is an exit code."""
    try:
        from digest.cli import main as run  # inside: Ctrl-C may come while it is imported

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

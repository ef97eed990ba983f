"""The program ``tfdrift-gate``, also ``python -m tfdrift_gate``."""

import sys


def main() -> None:
    """Run what the arguments name; what a plan calls takes none, and does not pay for reading any."""
    try:
        if sys.argv[1:] == ["external"]:
            from tfdrift_gate.external import main as run
        else:
            from tfdrift_gate.cli import main as run
        run()
    except KeyboardInterrupt:  # while it loads; later on it is told as every end is
        sys.exit("tfdrift-gate: no verdict was reached\n  interrupted")


if __name__ == "__main__":
    main()

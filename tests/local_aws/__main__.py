"""Run the local AWS until SIGTERM or SIGINT: ``python -m tests.local_aws [--port 0] [--ready-file PATH]``."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

from tests.local_aws.server import LocalAws


def main() -> None:
    """Start, say where, wait for a signal, stop."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.local_aws", description="A local AWS for tests and the demo only."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port (default)")
    parser.add_argument("--ready-file", type=Path, help="gets the endpoint URL once requests are answered")
    options = parser.parse_args()
    # Blocked before the server's threads start: they inherit the mask, and sigwait alone gets the signal.
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with LocalAws(options.port) as aws:
        print(f"local AWS, for tests and the demo only: {aws.endpoint_url}", flush=True)
        if options.ready_file:
            _write_atomically(options.ready_file, aws.endpoint_url)
        signal.sigwait(signals)


def _write_atomically(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text)
    unfinished.replace(path)


if __name__ == "__main__":
    main()

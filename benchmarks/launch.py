"""Start a program and print what it took: seconds, processor seconds, bytes of memory, exit code.

``python launch.py PROGRAM [ARGUMENT…]``. It stands between a benchmark and what it measures because Linux counts, as a
process' most memory, also what the process that started it held at that moment (getrusage(2)): here next to nothing.
"""

import os
import sys
import time


def main() -> None:
    """Start, wait, print."""
    before = time.perf_counter()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere, 1)])
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - before
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(seconds, usage.ru_utime + usage.ru_stime, peak, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()

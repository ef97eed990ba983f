"""Time that passes :data:`SPEED` times as fast for whoever sleeps and looks at the clock.

Sources wait between requests and stop at a deadline. Both are tried for real, in seconds of which forty make one. It is
for a process of its own: what takes ``time.sleep`` as a default must be imported afterwards.
"""

from __future__ import annotations

import time

SPEED = 40.0


def hasten() -> None:
    """Make this process's time pass quickly; sockets and queues keep their own."""
    sleep, monotonic = time.sleep, time.monotonic
    time.sleep = lambda seconds: sleep(seconds / SPEED)
    time.monotonic = lambda: monotonic() * SPEED

"""A stand-in for Lambda's and STS's endpoints: answers what a test scripts, to see what the reader makes of it.

The local AWS answers as Lambda does; this one answers as Lambda does on a bad day.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What is answered, in turn; the last one for ever."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    account: str | None = "123456789012"
    """What GetCallerIdentity says; None: it is refused."""
    url: str = ""
    paths: list[str] = field(default_factory=list)
    """Of the requests that Lambda got."""

    def answer(self, body: Any, status: int = 200, **headers: str) -> Script:
        """Add an answer; a dict is sent as JSON."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, sent))
        return self

    def error(self, status: int, code: str, message: str = "no") -> Script:
        """Add an error as Lambda sends it."""
        return self.answer({"Message": message, "Type": "User"}, status, x_amzn_ErrorType=code)


@contextmanager
def serving(script: Script) -> Iterator[Script]:
    """Serve a script on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.paths.append(self.path)
            left = script.answers
            status, headers, body = left.pop(0) if len(left) > 1 else left[0]
            self._send(status, {"Content-Type": "application/json"} | headers, body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            text = (
                '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
                f"<Account>{script.account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
            )
            self._send(200 if script.account else 403, {"Content-Type": "text/xml"}, text.encode())

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Print nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

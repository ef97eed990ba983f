"""A stand-in for AWS's side of a connection: it writes down each request and sends the bytes that it was given."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser


@dataclass(frozen=True)
class Request:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes


@dataclass
class StandIn:
    """Answers every connection with ``answer``, then closes it; None closes it without a word, "" says nothing."""

    answer: bytes | None
    silence: float = 0.0
    """Seconds before it answers."""
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> StandIn:
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            line = reader.readline().decode().strip()
            head = b"".join(iter(reader.readline, b"\r\n"))
            headers = {name.lower(): value for name, value in BytesHeaderParser().parsebytes(head).items()}
            body = reader.read(int(headers.get("content-length", 0)))
            self.requests.append(Request(line, headers, body))
            time.sleep(self.silence)
            if self.answer is not None:
                connection.sendall(self.answer)


def http(status: str, body: bytes, *headers: str, promised: int | None = None) -> bytes:
    """Write an answer: ``http("200 OK", b"{}")``; ``promised`` is a length other than the body's."""
    length = len(body) if promised is None else promised
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body

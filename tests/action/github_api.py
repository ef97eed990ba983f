"""A stand-in for GitHub's REST API that keeps comments and issues; GitHub's own description judges each request.

Every request is first sent to prism, which validates it against the description that GitHub publishes
(npm ``@octokit/openapi``); what breaks it is remembered as a violation. What a real server would keep, this one keeps.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.npm_tools import package

REPOSITORY = "acme/infra"
_PATHS = (
    "/repos/{owner}/{repo}/issues",
    "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    "/repos/{owner}/{repo}/issues/comments/{comment_id}",
    "/user",
)
BOT = {"login": "github-actions[bot]", "type": "Bot"}


@dataclass
class GitHubApi:
    """What the stand-in keeps, saw, and is told to do."""

    address: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By the number of the issue or pull request."""
    issues: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    user: Mapping[str, Any] = field(default_factory=lambda: BOT)
    """Whose token it is."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """By method (``*`` for all): what is answered instead."""
    old_name: str = ""
    """The repository's name before it was renamed: what is asked under it is answered as GitHub does, by its id."""
    made: int = 0

    def add_comment(self, number: int, body: str, user: Mapping[str, Any] = BOT) -> dict[str, Any]:
        """Let somebody comment."""
        self.made += 1
        entry = {"id": self.made, "body": body, "user": dict(user)}
        self.comments.setdefault(number, []).append(entry)
        return entry

    def answer(self, method: str, path: str, query: Mapping[str, list[str]], body: Any) -> tuple[int, Any]:
        """Do what GitHub would do."""
        if path == "/user":
            return (403, {"message": "Resource not accessible"}) if self.user is BOT else (200, dict(self.user))
        rest = path.removeprefix(f"/repos/{REPOSITORY}")
        if found := re.fullmatch(r"/issues/(\d+)/comments", rest):
            listed = self.comments.setdefault(int(found[1]), [])
            return (
                (201, self.add_comment(int(found[1]), body["body"], self.user))
                if method == "POST"
                else (
                    200,
                    _page(listed, query),
                )
            )
        if found := re.fullmatch(r"/issues/comments/(\d+)", rest):
            for listed in self.comments.values():
                for entry in listed:
                    if entry["id"] == int(found[1]):
                        entry["body"] = body["body"]
                        return 200, entry
        if rest == "/issues" and method == "POST":
            entry = {"number": len(self.issues) + 1, "state": "open", "user": dict(self.user), **body}
            self.issues.append(entry)
            return 201, entry
        if rest == "/issues":
            return 200, _page([issue for issue in self.issues if issue["state"] == "open"], query)
        if found := re.fullmatch(r"/issues/(\d+)", rest):
            self.issues[int(found[1]) - 1].update(body)
            return 200, self.issues[int(found[1]) - 1]
        return 404, {"message": "Not Found"}


def _page(listed: list[dict[str, Any]], query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
    return listed[(page - 1) * size : page * size]


@contextlib.contextmanager
def described(folder: Path) -> Iterator[int]:
    """Run prism over the part of GitHub's description that is used; gives its port."""
    description = folder / "github.json"
    description.write_text(json.dumps(_described_part()), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    prism = package("@stoplight/prism-cli") / "dist" / "index.js"
    command = ["node", str(prism), "mock", "--errors", "-h", "127.0.0.1", "-p", str(port), str(description)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, "prism ended"
            time.sleep(0.1)
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def github_api(prism: int) -> Iterator[GitHubApi]:
    """Serve a stand-in whose requests the prism at the port ``prism`` judges."""
    api = GitHubApi()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            self.path = self.path.replace("/repositories/7/", f"/repos/{REPOSITORY}/", 1)
            parts = urlsplit(self.path)
            api.requests.append((self.command, parts.path))
            for violation in _violations(prism, self.command, self.path, dict(self.headers), text):
                api.violations.append(f"{self.command} {self.path}: {violation}")
            token = self.headers.get("Authorization")
            if token not in ("Bearer t0ken", "Bearer bad"):
                api.violations.append(f"{self.command} {self.path}: no token")
            told = api.answers.get(self.command) or api.answers.get("*")
            if token == "Bearer bad":
                told = 401, {}, b'{"message": "Bad credentials"}'
            if api.old_name and parts.path.startswith(f"/repos/{api.old_name}/"):
                moved = parts.path.replace(f"/repos/{api.old_name}/", "/repositories/7/", 1)
                told = 301, {"Location": f"{api.address}{moved}"}, b'{"message": "Moved Permanently"}'
            if told:
                status, headers, data = told
            else:
                status, found = api.answer(
                    self.command, parts.path, parse_qs(parts.query), json.loads(text) if text else None
                )
                headers, data = {"Content-Type": "application/json"}, json.dumps(found).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """A test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _violations(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    # NOTE: GitHub recommends application/vnd.github+json, and its description names application/json alone.
    left_out = ("host", "connection", "accept")
    kept = {name: value for name, value in headers.items() if name.lower() not in left_out}
    connection.request(method, path, body or None, kept)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    judged = answer.headers.get("sl-violations")
    if judged:
        return [entry["message"] for entry in json.loads(judged) if entry["location"][0] == "request"]
    return [] if answer.status < 400 else [f"{answer.status} {said[:300]}"]


def _described_part() -> dict[str, Any]:
    """GitHub's description, with only the paths that are used and what these refer to."""
    file = package("@octokit/openapi") / "generated" / "api.github.com.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    part = {"openapi": whole["openapi"], "info": whole["info"], "components": {}}
    part["paths"] = {path: whole["paths"][path] for path in _PATHS}
    waiting, seen = list(_references(part["paths"])), set()
    while waiting:
        reference = waiting.pop()
        if reference in seen:
            continue
        seen.add(reference)
        _, _, kind, name = reference.split("/")
        found = whole["components"][kind][name]
        part["components"].setdefault(kind, {})[name] = found
        waiting.extend(_references(found))
    return part


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)

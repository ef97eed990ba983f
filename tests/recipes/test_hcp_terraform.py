"""The recipe for HCP Terraform; its API is a stand-in here."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.recipes.machine import Machine
from tests.terraform_cli.fixtures import cannot

RUN_ID = "run-bWSq4YeYpfrW4mx7"


class Api(ThreadingHTTPServer):
    """A stand-in for the API of plans as documented: a redirect to the JSON, 204 where there is none yet.

    https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan
    """

    def __init__(self, plan: bytes | None, archive: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Plans)
        self.plan = plan
        self.archive = archive
        self.tokens: list[str | None] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def elsewhere(self) -> str:
        """The same server under another name, as HashiCorp keeps the files on another host."""
        return f"http://localhost:{self.server_port}"


class _Plans(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self.server.tokens.append(self.headers["Authorization"])
        if self.path == "/archive":
            self._answer(200, self.server.plan or b"")
        elif self.headers["Authorization"] != "Bearer token" or self.path != f"/api/v2/runs/{RUN_ID}/plan/json-output":
            self._answer(404)
        elif self.server.plan is None:
            self._answer(204)
        else:
            self._answer(307)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status == 307:
            self.send_header("Location", f"{self.server.elsewhere}/archive")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """A test's output is its own."""


@pytest.fixture
def api(machine: Machine) -> Iterator[Api]:
    if not shutil.which("curl"):
        cannot("the recipe takes curl")
    with Api((machine.folder / "stand-in" / "plan.json").read_bytes()) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def check(machine: Machine, api: Api, bearer: str = "token") -> subprocess.CompletedProcess[str]:
    machine.copy("hcp-terraform.md", "drift-gate-hcp.sh")
    return machine.run(
        "sh",
        "drift-gate-hcp.sh",
        RUN_ID,
        "infra/prod",
        "--format",
        "markdown",
        TFE_TOKEN=bearer,
        TFE_ADDRESS=api.address,
    )


def test_a_change_by_hand_fails_with_2_and_says_what_the_plan_does(machine: Machine, api: Api) -> None:
    done = check(machine, api)
    assert done.returncode == 2, done.stderr
    assert "this plan sets `memory_size` back to 512" in done.stdout


def test_the_token_is_not_sent_to_the_address_that_the_answer_names(machine: Machine, api: Api) -> None:
    check(machine, api)
    assert api.tokens == ["Bearer token", None]


def test_nothing_changed_passes(machine: Machine, api: Api) -> None:
    machine.happened()
    assert check(machine, api).returncode == 0


def test_an_unfinished_plan_is_no_verdict(machine: Machine, api: Api) -> None:
    api.plan = None
    done = check(machine, api)
    assert done.returncode == 1
    assert "no verdict was reached" in done.stderr


def test_a_refused_token_is_no_verdict(machine: Machine, api: Api) -> None:
    done = check(machine, api, bearer="other")
    assert done.returncode == 1
    assert "404" in done.stderr


def test_nothing_of_the_plan_is_left(machine: Machine, api: Api) -> None:
    check(machine, api)
    assert list(machine.temporary.iterdir()) == []
    assert machine.left_behind() == []

"""The recipe for GitLab CI; GitLab's API is a stand-in here."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.npm_tools import package
from tests.outputs.scenarios import SCENARIOS
from tests.recipes import PAGES, snippet
from tests.recipes.machine import Machine
from tests.terraform_cli.fixtures import cannot
from tfdrift_gate.outputs import FORMATS

CI = yaml.safe_load(snippet("gitlab.md", ".gitlab-ci.yml"))
JOB: dict[str, Any] = CI["drift-gate"]
NOTES = "/api/v4/projects/7/merge_requests/3/notes"


class GitLab(ThreadingHTTPServer):
    """A stand-in for GitLab's API of notes, as far as it is documented: list, create, change."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Notes)
        self.notes: list[dict[str, Any]] = [{"id": 1, "body": "looks good"}]
        self.refuses = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v4"


class _Notes(BaseHTTPRequestHandler):
    server: GitLab

    def do_GET(self) -> None:
        self._answer(200 if self._allowed(NOTES) else 403, self.server.notes)

    def do_POST(self) -> None:
        if self._allowed(NOTES):
            self.server.notes.append({"id": len(self.server.notes) + 1, "body": self._body()})
        self._answer(201 if self._allowed(NOTES) else 403, {})

    def do_PUT(self) -> None:
        number = int(self.path.rpartition("/")[2])
        if self._allowed(f"{NOTES}/{number}"):
            self.server.notes[number - 1]["body"] = self._body()
        self._answer(200 if self._allowed(f"{NOTES}/{number}") else 403, {})

    def _allowed(self, path: str) -> bool:
        token = self.headers["PRIVATE-TOKEN"] == "token"
        return token and urlsplit(self.path).path == path and not self.server.refuses

    def _body(self) -> str:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        return parse_qs(sent, keep_blank_values=True)["body"][0]

    def _answer(self, status: int, body: Any) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is its own."""


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    if not (shutil.which("curl") and shutil.which("jq")):
        cannot("the recipe for a note takes curl and jq")
    with GitLab() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def runner(machine: Machine) -> Machine:
    """A machine with the recipe's files and the job's variables, as GitLab gives them."""
    machine.copy("shell.md", "drift-gate.sh")
    machine.copy("gitlab.md", ".gitlab-ci.yml", "drift-note.sh")
    machine.environment |= {name: str(value) for name, value in JOB["variables"].items()}
    machine.environment |= {"GITLAB_OIDC_TOKEN": "a.signed.token", "CI_PROJECT_ID": "7"}
    return machine


def job(runner: Machine, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the job's lines as a runner's bash does: before_script and script in one, which the first failure ends."""
    lines = ["set -eo pipefail", *JOB["before_script"], *JOB["script"]]
    return runner.run("bash", "-c", "\n".join(lines), **environment)


def note(runner: Machine, gitlab: GitLab, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the after_script, in a shell of its own."""
    given = {"CI_API_V4_URL": gitlab.address, "CI_MERGE_REQUEST_IID": "3", "DRIFT_NOTE_TOKEN": "token"}
    return runner.run("bash", "-c", "\n".join(["set -eo pipefail", *JOB["after_script"]]), **{**given, **environment})


def _ci_local(folder: Path) -> subprocess.CompletedProcess[str]:
    program = package("gitlab-ci-local") / "src" / "index.js"
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://gitlab.com/group/shop.git"], cwd=folder, check=False)
    return subprocess.run(["node", program, "--list-json"], cwd=folder, capture_output=True, text=True, check=False)


def test_gitlabs_schema_takes_the_file(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text(snippet("gitlab.md", ".gitlab-ci.yml"), encoding="utf-8")
    done = _ci_local(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "json schema validated" in done.stderr
    assert [job["name"] for job in json.loads(done.stdout)] == ["drift-gate"]


def test_gitlabs_schema_would_refuse_a_misspelt_key(tmp_path: Path) -> None:
    text = snippet("gitlab.md", ".gitlab-ci.yml").replace("codequality:", "code_quality:")
    (tmp_path / ".gitlab-ci.yml").write_text(text, encoding="utf-8")
    assert _ci_local(tmp_path).returncode != 0


def test_the_job_fails_with_2_and_leaves_the_reports_that_the_file_names(runner: Machine) -> None:
    done = job(runner)
    assert done.returncode == 2, done.stderr
    reports = {kind: (runner.folder / path).read_text("utf-8") for kind, path in JOB["artifacts"]["reports"].items()}
    (entry,) = [entry for entry in json.loads(reports["codequality"]) if "note" not in entry["check_name"]]
    assert entry["location"]["path"].endswith("main.tf")
    assert 'failures="1"' in reports["junit"]
    assert (runner.folder / JOB["after_script"][0].split()[-1]).is_file()


def test_the_job_passes_where_nothing_was_changed(runner: Machine) -> None:
    runner.happened()
    assert job(runner).returncode == 0


def test_no_verdict_is_1_which_is_never_let_pass(runner: Machine) -> None:
    runner.nothing_can_be_read()
    assert job(runner).returncode == 1


def test_the_token_of_the_job_is_where_boto3_reads_it(runner: Machine) -> None:
    runner.write("stand-in/bin/tfdrift-gate", '#!/bin/sh\ncat "$AWS_WEB_IDENTITY_TOKEN_FILE"; exit 0\n')
    done = job(runner)
    assert done.stdout.endswith("a.signed.token")
    (kept,) = runner.temporary.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_no_artifact_holds_the_plan(runner: Machine) -> None:
    job(runner)
    kept = [runner.folder / path for path in JOB["artifacts"]["reports"].values()]
    assert all(path.is_file() for path in kept)
    assert runner.left_behind() == []
    assert "paths" not in JOB["artifacts"]


def test_one_note_is_written_and_then_kept_up_to_date(runner: Machine, gitlab: GitLab) -> None:
    job(runner)
    assert note(runner, gitlab).returncode == 0
    assert len(gitlab.notes) == 2
    assert "memory_size" in gitlab.notes[1]["body"]
    runner.happened()
    job(runner)
    assert note(runner, gitlab).returncode == 0
    assert len(gitlab.notes) == 2
    assert "No out-of-band change" in gitlab.notes[1]["body"]
    assert gitlab.notes[0]["body"] == "looks good"


def test_a_clean_merge_request_has_a_note_as_the_page_says(runner: Machine, gitlab: GitLab) -> None:
    assert 'a clean one too ("No out-of-band change …")' in (PAGES / "gitlab.md").read_text(encoding="utf-8")
    runner.happened()
    job(runner)
    assert note(runner, gitlab).returncode == 0
    assert "No out-of-band change" in gitlab.notes[1]["body"]


def test_each_root_module_has_a_note_of_its_own(runner: Machine, gitlab: GitLab) -> None:
    job(runner)
    for root in ("infra/prod", "infra/test"):
        note(runner, gitlab, TF_ROOT=root)
    assert len(gitlab.notes) == 3


@pytest.mark.parametrize("missing", ["CI_MERGE_REQUEST_IID", "DRIFT_NOTE_TOKEN"])
def test_no_note_is_tried_outside_a_merge_request_or_without_a_token(
    runner: Machine, gitlab: GitLab, missing: str
) -> None:
    job(runner)
    assert note(runner, gitlab, **{missing: ""}).returncode == 0
    assert len(gitlab.notes) == 1


def test_no_note_is_tried_where_the_plan_failed(runner: Machine, gitlab: GitLab) -> None:
    assert note(runner, gitlab).returncode == 0
    assert len(gitlab.notes) == 1


def test_a_refused_note_says_so(runner: Machine, gitlab: GitLab) -> None:
    job(runner)
    gitlab.refuses = True
    done = note(runner, gitlab)
    assert done.returncode != 0
    assert "403" in done.stderr


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_line_of_a_note_is_a_quick_action(name: str) -> None:
    for line in FORMATS["markdown"].render(SCENARIOS[name]()).splitlines():
        assert not line.lstrip(" >").startswith("/")

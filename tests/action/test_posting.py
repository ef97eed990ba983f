"""One comment and one issue for each root module; what GitHub refuses is a warning and never a verdict."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.action.github_api import REPOSITORY, GitHubApi
from tfdrift_gate.github.api import GitHubError, Repository
from tfdrift_gate.github.posting import MOST_CHARACTERS, Said, keep_comment, keep_issue, marker, text_of
from tfdrift_gate.github.runner import write_summary

PERSON = {"login": "mallory", "type": "User"}


def repository(api: GitHubApi) -> Repository:
    return Repository(api.address, REPOSITORY, "t0ken")


def said(body: str = "two changes", clean: bool = False, root: str = "infra/prod") -> Said:
    return Said(root, body, clean)


def bodies(api: GitHubApi) -> list[str]:
    return [comment["body"] for comment in api.comments.get(7, [])]


def test_the_first_drift_posts_a_comment_and_the_next_updates_it(api: GitHubApi) -> None:
    assert keep_comment(repository(api), 7, said("two changes")) == "a comment is posted"
    assert keep_comment(repository(api), 7, said("three changes")) == "the comment is updated"
    (body,) = bodies(api)
    assert body.endswith("three changes")


def test_a_clean_run_resolves_the_comment_and_a_drift_takes_it_up_again(api: GitHubApi) -> None:
    keep_comment(repository(api), 7, said())
    assert keep_comment(repository(api), 7, said("nothing found", clean=True)) == "the comment is resolved"
    (body,) = bodies(api)
    assert "Resolved" in body
    assert "or lies before the window that was read" in body, "out of the window is not out of AWS"
    assert "nothing found" in body
    keep_comment(repository(api), 7, said("again"))
    (body,) = bodies(api)
    assert "Resolved" not in body


def test_a_clean_run_says_nothing_where_nothing_was_said(api: GitHubApi) -> None:
    assert keep_comment(repository(api), 7, said(clean=True)) == "nothing to say"
    assert bodies(api) == []
    assert [method for method, _ in api.requests] == ["GET"]


def test_each_root_module_and_workspace_has_its_own_comment(api: GitHubApi) -> None:
    roots = (".", "infra/prod", "infra/prod@blue", "infra/prod-eu", "infra/prod--eu", "infra/pröd")
    for root in roots:
        keep_comment(repository(api), 7, said(root, root=root))
    for root in roots:
        keep_comment(repository(api), 7, said(f"{root} again", root=root))
    assert [body.splitlines()[-1] for body in bodies(api)] == [f"{root} again" for root in roots]


def test_a_comment_on_a_later_page_is_found(api: GitHubApi) -> None:
    for number in range(250):
        api.add_comment(7, f"talk {number}", PERSON)
    keep_comment(repository(api), 7, said())
    keep_comment(repository(api), 7, said("again"))
    assert len(bodies(api)) == 251


@pytest.mark.parametrize("root", ["a --> b", "a-->", "--!>", "<script>", "a\nb", "x" * 300])
def test_no_folder_name_ends_the_hidden_marker(root: str) -> None:
    line = marker(root)
    assert line.startswith("<!-- ")
    assert line.endswith(" -->")
    inside = line.removeprefix("<!-- ").removesuffix(" -->")
    assert not {"<", ">", "\n", "-"} & set(inside.replace("tfdrift-gate", "", 1))


def test_a_long_folder_name_leaves_the_report_its_room_and_is_told_apart() -> None:
    first, second = ("Ärger/" * 600 + end for end in "ab")
    assert len(text_of(said("x" * 65_000, clean=True, root=first), resolved=True)) <= MOST_CHARACTERS
    assert marker(first) != marker(second)


def test_the_runners_own_comment_comes_before_another_bots_that_begins_like_it(api: GitHubApi) -> None:
    echo = api.add_comment(7, f"{marker('infra/prod')}\nechoed", {"login": "echo[bot]", "type": "Bot"})
    own = api.add_comment(7, f"{marker('infra/prod')}\nold")
    keep_comment(repository(api), 7, said("new"))
    assert (echo["body"].splitlines()[-1], own["body"].splitlines()[-1]) == ("echoed", "new")


def test_where_two_runs_posted_at_once_both_comments_are_resolved(api: GitHubApi) -> None:
    for _ in range(2):
        api.add_comment(7, f"{marker('infra/prod')}\na drift")
    keep_comment(repository(api), 7, said("none", clean=True))
    assert [("Resolved" in body, body.endswith("none")) for body in bodies(api)] == [(True, True)] * 2


def test_a_comment_that_somebody_deletes_meanwhile_is_posted_again(api: GitHubApi) -> None:
    keep_comment(repository(api), 7, said("old"))
    api.answers["PATCH"] = (404, {}, b'{"message": "Not Found"}')
    assert keep_comment(repository(api), 7, said("new")) == "a comment is posted"
    assert keep_comment(repository(api), 7, said("none", clean=True)) == "nothing to say"
    assert bodies(api)[-1].endswith("new")


def test_what_somebody_else_wrote_under_our_marker_is_left_alone(api: GitHubApi) -> None:
    api.add_comment(7, f"{marker('infra/prod')}\nall is well", PERSON)
    api.add_comment(7, f"> {marker('infra/prod')}\nquoted", {"login": "github-actions[bot]", "type": "Bot"})
    keep_comment(repository(api), 7, said())
    assert bodies(api)[0].endswith("all is well")
    assert bodies(api)[1].startswith("> ")
    assert len(bodies(api)) == 3


def test_a_persons_own_token_updates_that_persons_comment(api: GitHubApi) -> None:
    api.user = {"login": "ops", "type": "User"}
    api.add_comment(7, f"{marker('infra/prod')}\nforged", PERSON)
    keep_comment(repository(api), 7, said())
    keep_comment(repository(api), 7, said("again"))
    assert [body.splitlines()[-1] for body in bodies(api)] == ["forged", "again"]


def test_a_body_too_long_for_github_is_not_sent(api: GitHubApi) -> None:
    assert len(text_of(said("x" * 65_000), resolved=True)) <= MOST_CHARACTERS
    with pytest.raises(GitHubError, match="characters"):
        keep_comment(repository(api), 7, said("x" * MOST_CHARACTERS))


def test_an_issue_is_opened_updated_and_closed(api: GitHubApi) -> None:
    assert keep_issue(repository(api), "Drift", said("two")) == "an issue is opened"
    assert keep_issue(repository(api), "Drift", said("three")) == "the issue is updated"
    (issue,) = api.issues
    assert (issue["title"], issue["labels"], issue["state"]) == ("Drift", ["tfdrift-gate"], "open")
    assert issue["body"].endswith("three")
    assert keep_issue(repository(api), "Drift", said("none", clean=True)) == "the issue is closed"
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert keep_issue(repository(api), "Drift", said("none", clean=True)) == "nothing to say"
    assert keep_issue(repository(api), "Drift", said("new")) == "an issue is opened"


# The commands, as the action calls them.


def reports(folder: Path, verdict: str = "drift", body: str = "two changes") -> Path:
    report = {"verdict": verdict, "max_severity": "high" if verdict == "drift" else None, "counts": {"findings": 2}}
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    (folder / "report.sarif").write_text("{}", encoding="utf-8")
    (folder / "report.md").write_text(body, encoding="utf-8")
    return folder


def github(
    api: GitHubApi, event: Path, *arguments: str, **variables: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str], str]:
    """Run a command as in a step; gives what it did, the step's outputs and its summary."""
    folder = event.parent
    files = {name: folder / name for name in ("output", "summary")}
    for file in files.values():
        file.write_text("", encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_API_URL": api.address,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": "t0ken",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_OUTPUT": str(files["output"]),
        "GITHUB_STEP_SUMMARY": str(files["summary"]),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tfdrift_gate", "github", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = files["output"].read_text(encoding="utf-8").splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    return done, outputs, files["summary"].read_text(encoding="utf-8")


def test_publish_sets_the_outputs_writes_the_summary_and_comments(api: GitHubApi, event: Path, tmp_path: Path) -> None:
    folder = reports(tmp_path)
    done, outputs, summary = github(api, event, "publish", "--reports", str(folder), TFDRIFT_GATE_DIR="infra/prod/")
    assert (done.returncode, done.stdout) == (0, "")
    assert outputs == {
        "verdict": "drift",
        "max-severity": "high",
        "finding-count": "2",
        "report": str(folder / "report.json"),
        "sarif": str(folder / "report.sarif"),
    }
    assert summary == "two changes"
    assert bodies(api) == [f"{marker('infra/prod')}\ntwo changes"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"TFDRIFT_GATE_DIR": "infra@prod"}, {"TFDRIFT_GATE_DIR": "infra", "TFDRIFT_GATE_WORKSPACE": "prod"}),
        ({"TF_WORKSPACE": "a"}, {"TF_WORKSPACE": "b"}),
        ({"TFDRIFT_GATE_DIR": "a%40b"}, {"TFDRIFT_GATE_DIR": "a@b"}),
        ({"TFDRIFT_GATE_DIR": "a"}, {"TFDRIFT_GATE_DIR": "a\nb"}),
        ({"TFDRIFT_GATE_DIR": "a%0Ab"}, {"TFDRIFT_GATE_DIR": "a\nb"}),
    ],
)
def test_two_root_modules_or_workspaces_never_share_a_comment(
    api: GitHubApi, event: Path, tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    for variables in (first, second):
        github(api, event, "publish", "--reports", str(reports(tmp_path)), **variables)
    assert len(bodies(api)) == 2


def test_a_list_of_root_modules_has_one_comment_as_long_as_it_names_the_same(
    api: GitHubApi, event: Path, tmp_path: Path
) -> None:
    for named in ("infra/a\ninfra/b", " infra/a/\n\n  ./infra/b\n"):
        github(api, event, "publish", "--reports", str(reports(tmp_path)), TFDRIFT_GATE_DIR=named)
    assert bodies(api) == [f"{marker('infra/a' + chr(10) + 'infra/b')}\ntwo changes"]


def test_a_secret_that_was_pasted_with_its_line_break_is_a_token_all_the_same(
    api: GitHubApi, event: Path, tmp_path: Path
) -> None:
    done, _, _ = github(api, event, "publish", "--reports", str(reports(tmp_path)), GITHUB_TOKEN="t0ken\r\n")
    assert (done.stdout, len(bodies(api))) == ("", 1)


def test_an_empty_comment_input_is_the_default(api: GitHubApi, event: Path, tmp_path: Path) -> None:
    done, _, _ = github(api, event, "publish", "--reports", str(reports(tmp_path)), "--comment", "")
    assert (done.stdout, len(bodies(api))) == ("", 1)


def test_a_report_without_its_markdown_is_a_warning_and_the_outputs_are_set(
    api: GitHubApi, event: Path, tmp_path: Path
) -> None:
    folder = reports(tmp_path)
    (folder / "report.md").unlink()
    done, outputs, _ = github(api, event, "publish", "--reports", str(folder))
    assert (done.returncode, outputs["verdict"], api.requests) == (0, "drift", [])
    assert "::warning " in done.stdout
    assert "no verdict" not in done.stdout + done.stderr
    for name in ("comment", "issue"):
        done, _, _ = github(
            api, event, name, "--report", str(folder / "report.json"), "--body", str(folder / "report.md")
        )
        assert (done.returncode, api.requests) == (0, [])
        assert "::warning " in done.stdout


def test_publish_without_a_report_says_that_no_verdict_was_reached(api: GitHubApi, event: Path, tmp_path: Path) -> None:
    done, outputs, summary = github(api, event, "publish", "--reports", str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.startswith("::warning ")
    assert outputs["verdict"] == "incomplete"
    assert summary == ""
    assert api.requests == []


def test_never_and_an_event_without_a_pull_request_ask_github_nothing(
    api: GitHubApi, event: Path, tmp_path: Path
) -> None:
    github(api, event, "publish", "--reports", str(reports(tmp_path)), "--comment", "never")
    event.write_text('{"ref": "refs/heads/main"}', encoding="utf-8")
    done, _, _ = github(api, event, "publish", "--reports", str(tmp_path))
    assert (done.stdout, api.requests) == ("", [])


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("*", (403, {}, b'{"message": "Resource not accessible by integration"}')),
        ("*", (404, {}, b"{}")),
        ("*", (500, {}, b"oops")),
        ("*", (429, {"Retry-After": "3600"}, b"{}")),
        ("POST", (403, {"Retry-After": "60"}, b'{"message": "You have exceeded a secondary rate limit"}')),
        ("POST", (502, {}, b"<html>")),
        ("GET", (200, {}, b"not json")),
        ("GET", (200, {}, b'{"message": "an object"}')),
        ("GET", (200, {}, b"[7]")),
        ("GET", (302, {"Location": "http://127.0.0.1:9/elsewhere"}, b"")),
    ],
)
def test_what_github_refuses_is_a_warning(
    api: GitHubApi, event: Path, tmp_path: Path, method: str, answer: tuple[int, dict[str, str], bytes]
) -> None:
    api.answers[method] = answer
    done, outputs, summary = github(api, event, "publish", "--reports", str(reports(tmp_path)))
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert line.startswith("::warning title=tfdrift-gate::")
    assert outputs["verdict"] == "drift"
    assert summary == "two changes"
    assert "t0ken" not in done.stdout + done.stderr


def test_a_renamed_repository_is_followed_by_every_request(api: GitHubApi) -> None:
    api.old_name = "acme/before"
    old = Repository(api.address, api.old_name, "t0ken")
    for number in range(150):
        api.add_comment(7, f"talk {number}", PERSON)
    keep_comment(old, 7, said("old"))
    keep_comment(old, 7, said("new"))
    assert len(bodies(api)) == 151
    assert bodies(api)[-1].endswith("new")


def test_redirects_that_never_end_are_a_warning(api: GitHubApi, event: Path, tmp_path: Path) -> None:
    api.answers["GET"] = (301, {"Location": "/repos/acme/infra/issues/7/comments"}, b"")
    done, _, _ = github(api, event, "publish", "--reports", str(reports(tmp_path)))
    assert "HTTP 301" in done.stdout
    assert len(api.requests) < 10


def test_the_runners_proxy_gets_the_password_that_its_address_holds(
    api: GitHubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str | None]] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["Proxy-Authorization"]))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, format: str, *args: Any) -> None:
            """A test's output is its own."""

    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", f"http://runner:p%40ss@127.0.0.1:{server.server_port}")
        assert list(Repository("http://github.example/api/v3", REPOSITORY, "t0ken").all("/issues")) == []
        server.shutdown()
    assert seen == [
        (
            f"http://github.example/api/v3/repos/{REPOSITORY}/issues?per_page=100&page=1",
            f"Basic {base64.b64encode(b'runner:p@ss').decode()}",
        )
    ]


def test_a_summary_begins_on_a_line_of_its_own_and_is_left_out_where_it_has_no_room(
    api: GitHubApi, tmp_path: Path
) -> None:
    file = tmp_path / "summary"
    environment = {"GITHUB_STEP_SUMMARY": str(file)}
    file.write_text("before", encoding="utf-8")
    write_summary("### one\n", environment)
    assert file.read_text(encoding="utf-8") == "before\n\n### one\n"
    file.write_text("x" * (1024 * 1024 - 5), encoding="utf-8")
    with pytest.raises(GitHubError, match="1 MiB"):
        write_summary("### two\n", environment)
    assert file.stat().st_size == 1024 * 1024 - 5


def test_a_post_is_never_tried_twice(api: GitHubApi, event: Path, tmp_path: Path) -> None:
    api.answers["POST"] = (502, {}, b"")
    github(api, event, "publish", "--reports", str(reports(tmp_path)))
    assert [method for method, _ in api.requests].count("POST") == 1


@pytest.mark.parametrize(
    "variables",
    [
        {"GITHUB_API_URL": "http://127.0.0.1:9"},
        {"GITHUB_API_URL": "file:///etc"},
        {"GITHUB_REPOSITORY": "../.."},
        {"GITHUB_TOKEN": ""},
        {"GITHUB_EVENT_PATH": "/nowhere"},
        {"GITHUB_OUTPUT": ""},
        {"GITHUB_STEP_SUMMARY": "/nowhere/summary"},
    ],
)
def test_a_runner_that_lacks_something_gives_a_warning(
    api: GitHubApi, event: Path, tmp_path: Path, variables: dict[str, str]
) -> None:
    done, _, _ = github(api, event, "publish", "--reports", str(reports(tmp_path)), **variables)
    assert done.returncode == 0
    assert "::warning " in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["comment", "issue"])
def test_the_single_commands_post_too(api: GitHubApi, event: Path, tmp_path: Path, name: str) -> None:
    folder = reports(tmp_path)
    given: list[Any] = ["--report", folder / "report.json", "--body", folder / "report.md", "--root", "infra"]
    done, _, _ = github(api, event, name, *map(str, given))
    assert done.returncode == 0, done.stdout
    found = bodies(api) if name == "comment" else [issue["body"] for issue in api.issues]
    assert found == [f"{marker('infra')}\ntwo changes"]

"""``external``: the external data source's protocol, and a verdict that reaches the plan in every case."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.samples import (
    OTHER_ACCOUNT,
    added_permission,
    aws_environment,
    events_file,
    external,
    function,
    orders,
    read_only,
    recent,
    resource,
    root_module,
    run,
    state,
    update,
)
from tfdrift_gate import __version__
from tfdrift_gate.cli import cli

KEYS = {
    "verdict",
    "mode",
    "max_severity",
    "finding_count",
    "suppressed_count",
    "skipped_count",
    "blocking",
    "message",
    "findings",
    "truncated",
    "report_path",
}
NO_VERDICT = "tfdrift-gate: no verdict was reached"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return root_module(tmp_path / "root")


@pytest.fixture
def drifted(root: Path, tmp_path: Path) -> dict[str, str]:
    """A query that finds one HIGH drift."""
    return {"dir": str(root), "events": events_file(tmp_path, update())}


@pytest.fixture
def clean(root: Path, tmp_path: Path) -> dict[str, str]:
    """A query that finds nothing."""
    (tmp_path / "quiet.json").write_text('{"Records": []}')
    return {"dir": str(root), "events": str(tmp_path / "quiet.json")}


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Demand exit 0 and one flat object of texts."""
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) >= KEYS
    assert all(isinstance(value, str) for value in found.values())
    return dict(found)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Demand exit 1, nothing on stdout and the first line that says so; give the rest of stderr."""
    assert (done.returncode, done.stdout) == (1, "")
    first, *rest = done.stderr.splitlines()
    assert first == NO_VERDICT
    assert "Traceback" not in done.stderr
    assert "an error inside" not in done.stderr
    return "\n".join(rest)


# The answer


def test_a_clean_root_is_one_line_and_exit_0(clean: dict[str, str]) -> None:
    found = answer(external(clean))
    assert (found["verdict"], found["max_severity"], found["finding_count"]) == ("clean", "none", "0")
    assert (found["blocking"], found["findings"], found["truncated"], found["report_path"]) == (
        "false",
        "[]",
        "false",
        "",
    )
    assert len(found["message"].splitlines()) == 1


def test_drift_is_exit_0_too_and_says_what_who_and_when(drifted: dict[str, str]) -> None:
    found = answer(external(drifted | {"mode": "fail"}))
    assert (found["verdict"], found["max_severity"], found["finding_count"]) == ("drift", "high", "1")
    assert (found["blocking"], found["mode"]) == ("true", "fail")
    for words in (
        "aws_lambda_function.orders",
        "memory_size 512 → 1024",
        "ops-engineer",
        "HIGH",
        "2026-01-01T10:00:00Z",
    ):
        assert words in found["message"]
    (finding,) = json.loads(found["findings"])
    assert (finding["address"], finding["severity"]) == ("aws_lambda_function.orders", "high")


@pytest.mark.parametrize(
    ("fail_on", "blocking"), [("low", "true"), ("high", "true"), ("critical", "false"), ("never", "false")]
)
def test_blocking_follows_fail_on(drifted: dict[str, str], fail_on: str, blocking: str) -> None:
    found = answer(external(drifted | {"fail_on": fail_on}))
    assert (found["verdict"], found["blocking"]) == ("drift", blocking)


@pytest.mark.parametrize("scenario", ["clean", "drifted", "incomplete"])
def test_two_runs_over_the_same_facts_print_the_same_bytes(
    scenario: str, drifted: dict[str, str], clean: dict[str, str]
) -> None:
    query = {"clean": clean, "drifted": drifted, "incomplete": drifted | {"events": "gone.json", "on_error": "warn"}}
    runs = [external(query[scenario], PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert runs[0].stdout
    assert runs[0].stdout == runs[1].stdout


def test_at_most_50_findings_are_given_and_it_says_so(root: Path, tmp_path: Path) -> None:
    for count, truncated in ((50, "false"), (51, "true")):
        file = events_file(tmp_path, *(added_permission(number) for number in range(count)))
        found = answer(external({"dir": str(root), "events": file}))
        assert (found["finding_count"], len(json.loads(found["findings"]))) == (str(count), 50)
        assert found["truncated"] == truncated
        assert found["message"].count("AllowS3Invoke") >= 50
        assert ("1 more" in found["message"]) == (truncated == "true")


def test_the_whole_report_is_where_report_path_says(drifted: dict[str, str], tmp_path: Path) -> None:
    path = str(tmp_path / "report.json")
    found = answer(external(drifted | {"output": f"json={path}"}))
    assert found["report_path"] == path
    assert json.loads(Path(path).read_text())["verdict"] == "drift"


def test_no_secret_reaches_the_answer(tmp_path: Path) -> None:
    secret = function(environment=[{"variables": {"PASSWORD": "hunter2"}}], description="hunter2")
    paths = [[{"type": "get_attr", "value": "memory_size"}]]
    root = root_module(tmp_path, resource("aws_lambda_function", "orders", secret, sensitive_attributes=paths))
    done = external({"dir": str(root), "events": events_file(tmp_path, update())})
    found = answer(done)
    assert "hunter2" not in done.stdout + done.stderr
    assert "1024" not in found["message"]
    (change,) = json.loads(found["findings"])[0]["changes"]
    assert (change["before"], change["after"]) == ("(sensitive)", "(sensitive)")


# The query


def test_every_option_of_check_is_a_key(clean: dict[str, str], tmp_path: Path) -> None:
    given = {
        "dir": clean["dir"],
        "state": clean["dir"] + "/terraform.tfstate",
        "workspace": "default",
        "plan": str(tmp_path / "plan.json"),
        "events": clean["events"],
        "since": "24h",
        "until": "2099-01-01",
        "region": "us-east-1",
        "deadline": "30",
        "profile": "nobody",
        "assume_role": "arn:aws:iam::123456789012:role/reader",
        "no_cache": "true",
        "validate_digests": "true",
        "athena_workgroup": "gate",
        "athena_output": "s3://results/gate",
        "max_scan": "10GB",
        "rules": str(tmp_path / "rules.yaml"),
        "no_waivers": "true",
        "unmanaged": "all",
        "verify": "true",
        "fail_on": "high",
        "on_error": "fail",
        "format": "table",
        "output": f"json={tmp_path}/report.json",
    }
    options = {{"directory": "dir"}.get(str(param.name), str(param.name)) for param in cli.commands["check"].params}
    assert set(given) == options
    (tmp_path / "plan.json").write_text('{"format_version": "1.2", "planned_values": {}}')
    (tmp_path / "rules.yaml").write_text("")
    # A file has no digests beside it: tests/sources/test_digests.py.
    given["validate_digests"] = "false"
    for key, value in given.items():
        assert answer(run("external", stdin=json.dumps(clean | {key: value})))["verdict"] == "clean", key
    assert answer(run("external", stdin=json.dumps(given | {"mode": "fail"})))["verdict"] == "clean"


def test_lists_are_comma_separated(drifted: dict[str, str], clean: dict[str, str]) -> None:
    both = f"{clean['events']}, {drifted['events']}"
    assert answer(external(drifted | {"events": both}))["verdict"] == "drift"
    assert answer(external(drifted | {"regions": "us-east-1,eu-west-1"}))["verdict"] == "drift"


def test_an_empty_text_and_null_count_as_not_given(drifted: dict[str, str]) -> None:
    empty = dict.fromkeys(("fail_on", "rules", "profile", "regions", "workspace", "mode", "state"), "")
    assert answer(external(drifted | empty))["mode"] == "annotate"
    assert answer(external(drifted | dict.fromkeys(empty)))["mode"] == "annotate"


def test_the_variables_of_check_are_read_too(drifted: dict[str, str]) -> None:
    assert answer(external(drifted, TFDRIFT_GATE_FAIL_ON="never"))["blocking"] == "false"


BAD_QUERIES: dict[str, tuple[str, str]] = {
    "nothing": ("", "not JSON"),
    "not JSON": ("since=24h", "not JSON"),
    "truncated": ('{"since": "24h"', "not JSON"),
    "a list": ('["since"]', "not a JSON object"),
    "null": ("null", "not a JSON object"),
    "unknown key": ('{"sincee": "24h"}', "sincee"),
    "a number": ('{"deadline": 60}', "deadline"),
    "a boolean": ('{"no_waivers": true}', "no_waivers"),
    "a list of texts": ('{"events": ["a", "b"]}', "events"),
    "an object": ('{"rules": {}}', "rules"),
    "one option under two names": ('{"region": "us-east-1", "regions": "eu-west-1"}', "regions says region again"),
    "a NUL in a path": (r'{"dir": "a\u0000b"}', "dir holds a NUL"),
}


@pytest.mark.parametrize("what", BAD_QUERIES)
def test_a_bad_query_is_exit_1_and_names_what_is_wrong(what: str) -> None:
    text, said = BAD_QUERIES[what]
    message = refused(run("external", stdin=text))
    assert said in message
    assert "  → " in message


def test_an_unknown_key_says_which_program_this_is_and_how_to_upgrade() -> None:
    message = refused(run("external", stdin='{"key_of_the_future": "x"}'))
    assert "key_of_the_future" in message
    assert __version__ in message
    assert "pip install --upgrade tfdrift-gate" in message


@pytest.mark.parametrize("module", ["99.0.0", "0.99.0"])
def test_a_newer_module_is_told_before_anything_else(module: str) -> None:
    query = {"module_version": module, "key_of_the_future": "x"}
    message = refused(run("external", stdin=json.dumps(query)))
    assert module in message
    assert __version__ in message
    assert "pip install --upgrade tfdrift-gate" in message
    assert "key_of_the_future" not in message


@pytest.mark.parametrize("module", ["0.0.1", __version__, f"{__version__}.9", "²"])
def test_an_older_or_equal_module_is_served(clean: dict[str, str], module: str) -> None:
    assert answer(external(clean | {"module_version": module}))["verdict"] == "clean"


@pytest.mark.parametrize(
    "query", [{"since": "banana"}, {"fail_on": "awful"}, {"mode": "block"}, {"output": "json"}, {"deadline": "soon"}]
)
def test_a_value_that_cannot_be_used_is_exit_1_and_names_its_key(clean: dict[str, str], query: dict[str, str]) -> None:
    message = refused(external(clean | query))
    ((key, value),) = query.items()
    assert key.replace("_", "-") in message
    assert value in message


# The mode in force


@pytest.mark.parametrize(
    ("asked", "variable", "mode"),
    [
        (None, None, "annotate"),
        ("fail", None, "fail"),
        ("fail", "", "fail"),
        ("fail", "annotate", "annotate"),
        ("annotate", "fail", "fail"),
    ],
)
def test_tfdrift_gate_mode_overrides_the_modules(
    drifted: dict[str, str], asked: str | None, variable: str | None, mode: str
) -> None:
    query = drifted | ({"mode": asked} if asked else {})
    found = answer(external(query, TFDRIFT_GATE_MODE=variable))
    assert (found["mode"], found["verdict"], found["blocking"]) == (mode, "drift", "true")


def test_an_unknown_mode_in_the_environment_is_an_error(drifted: dict[str, str]) -> None:
    assert "TFDRIFT_GATE_MODE" in refused(external(drifted, TFDRIFT_GATE_MODE="offf"))


@pytest.mark.parametrize("variables", [{"TFDRIFT_GATE_MODE": "off"}, {}])
def test_off_reads_nothing_and_says_so(tmp_path: Path, variables: dict[str, str]) -> None:
    query = {"dir": str(tmp_path / "gone"), "events": "gone", "mode": "fail" if variables else "off"}
    found = answer(external(query, **variables))
    assert (found["verdict"], found["mode"], found["blocking"]) == ("off", "off", "false")
    assert "nothing was checked" in found["message"]


def test_off_is_said_as_whoever_switched_it_off(tmp_path: Path) -> None:
    found = answer(external({"dir": str(tmp_path), "mode": "off"}))
    assert "TFDRIFT_GATE_MODE" not in found["message"]


# What cannot be judged


def missing_state(root: Path) -> dict[str, str]:
    return {"state": str(root / "gone.tfstate")}


def written(name: str, text: str) -> Callable[[Path], dict[str, str]]:
    def make(root: Path) -> dict[str, str]:
        (root / name).write_text(text)
        return {
            {"named.tfstate": "state", "bad.json": "events", "bad.json.gz": "events", "r.yaml": "rules"}[name]: str(
                root / name
            )
        }

    return make


ERRORS: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {
    "state that is not there": (missing_state, "gone.tfstate"),
    "state of another version": (written("named.tfstate", '{"version": 3}'), "version 3"),
    "truncated state": (written("named.tfstate", state(orders())[:-1]), "truncated"),
    "encrypted state": (written("named.tfstate", '{"encrypted_data": "x"}'), "encrypted"),
    "state that is not JSON": (written("named.tfstate", "resource {}"), "not JSON"),
    "records that are not gzip": (written("bad.json.gz", "{}"), "not a gzip file"),
    "records that are not JSON": (written("bad.json", "<html>"), "not JSON"),
    "records that are empty": (written("bad.json", ""), "empty"),
    "records that are truncated": (written("bad.json", '{"Records": ['), "truncated"),
    "records that are not there": (lambda root: {"events": "gone.json"}, "gone.json"),
    "a bad since": (lambda root: {"since": "banana"}, "banana"),
    "rules with a wrong key": (written("r.yaml", "drift_rules:\n  - nmae: x\n"), "r.yaml:2"),
    "another choice than there is": (lambda root: {"fail_on": "awful"}, "awful"),
}


@pytest.mark.parametrize("what", ERRORS)
def test_an_error_is_exit_1_or_with_on_error_warn_incomplete(clean: dict[str, str], root: Path, what: str) -> None:
    make, said = ERRORS[what]
    query = clean | make(root)
    assert said in refused(external(query))
    done = external(query | {"on_error": "warn"})
    found = answer(done)
    assert (found["verdict"], found["finding_count"]) == ("incomplete", "0")
    assert said in found["message"]
    assert done.stderr.startswith(NO_VERDICT)
    assert "No out-of-band change" not in found["message"]


def test_on_error_warn_still_stops_for_what_was_found_elsewhere(drifted: dict[str, str]) -> None:
    found = answer(external(drifted | {"events": f"{drifted['events']},gone.json", "on_error": "warn", "mode": "fail"}))
    assert (found["verdict"], found["blocking"]) == ("incomplete", "true")


@pytest.mark.parametrize("bad", [{"sincee": "24h"}, {"deadline": 60}])
def test_on_error_warn_covers_an_unknown_key_and_a_non_string(clean: dict[str, str], bad: dict[str, Any]) -> None:
    found = answer(external(clean | bad | {"on_error": "warn"}))
    assert found["verdict"] == "incomplete"
    assert next(iter(bad)) in found["message"]


def test_on_error_warn_in_the_environment_covers_a_query_that_cannot_be_read() -> None:
    assert answer(run("external", stdin="{", TFDRIFT_GATE_ON_ERROR="warn"))["verdict"] == "incomplete"


def test_an_incomplete_report_is_still_written(drifted: dict[str, str], tmp_path: Path) -> None:
    path = str(tmp_path / "report.json")
    found = answer(external(drifted | {"events": "gone.json", "on_error": "warn", "output": f"json={path}"}))
    assert found["report_path"] == path
    assert json.loads(Path(path).read_text())["verdict"] == "incomplete"


# Against the local AWS


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws) -> LocalAws:
    running.reset()
    return running


def ask_aws(aws: LocalAws, root: Path, **query: str) -> subprocess.CompletedProcess[str]:
    return run("external", stdin=json.dumps({"dir": str(root), **query}), **aws_environment(aws.endpoint_url))


def test_event_history_is_asked_where_the_query_names_no_events(aws: LocalAws, root: Path) -> None:
    aws.append_records(recent([update()]))
    found = answer(ask_aws(aws, root))
    assert (found["verdict"], found["finding_count"]) == ("drift", "1")
    assert aws.requests()["cloudtrail.LookupEvents"] == 1


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ([{"kind": "access_denied", "times": 0}], "no permission"),
        ([{"kind": "throttle", "times": 0}], "not read whole within 1 s"),
    ],
)
def test_history_that_cannot_be_read_is_exit_1_or_incomplete(
    aws: LocalAws, root: Path, faults: list[dict[str, Any]], said: str
) -> None:
    aws.set_faults(faults)
    assert said in refused(ask_aws(aws, root, deadline="1"))
    found = answer(ask_aws(aws, root, deadline="1", on_error="warn"))
    assert found["verdict"] == "incomplete"
    assert said in found["message"]


def test_no_credentials_are_exit_1_or_incomplete(root: Path) -> None:
    query = {"dir": str(root)}
    assert "no AWS credentials found" in refused(run("external", stdin=json.dumps(query)))
    found = answer(run("external", stdin=json.dumps(query | {"on_error": "warn"})))
    assert (found["verdict"], "no AWS credentials found" in found["message"]) == ("incomplete", True)


def test_a_cut_connection_with_on_error_warn_shows_what_was_found_so_far(aws: LocalAws, root: Path) -> None:
    aws.append_records(recent([*(read_only() for _ in range(59)), update()]))
    aws.set_faults([{"kind": "ok", "times": 1}, {"kind": "cut", "times": 0}])
    found = answer(ask_aws(aws, root, deadline="1", on_error="warn"))
    assert (found["verdict"], found["finding_count"]) == ("incomplete", "1")
    assert "found so far: 1" in found["message"]
    assert "memory_size 512 → 1024" in found["message"]


def test_two_runs_over_event_history_print_the_same_bytes(aws: LocalAws, root: Path) -> None:
    aws.append_records(recent([update()]))
    assert ask_aws(aws, root).stdout == ask_aws(aws, root).stdout != ""


def test_another_accounts_empty_history_is_not_clean(aws: LocalAws, tmp_path: Path) -> None:
    root = root_module(tmp_path, orders(account=OTHER_ACCOUNT))
    assert OTHER_ACCOUNT in refused(ask_aws(aws, root))


def test_an_empty_window_is_told_in_the_same_bytes_in_every_run(clean: dict[str, str]) -> None:
    query = {"dir": clean["dir"], "events": clean["events"], "since": "2099-01-01", "on_error": "warn"}
    message = answer(run("external", stdin=json.dumps(query)))["message"]
    assert "the window is empty" in message
    assert not re.search(r"\d\d:\d\d", message)

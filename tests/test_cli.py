"""The command line: exit codes, what goes to which stream, options and their variables, help."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.samples import (
    SINCE,
    UNTIL,
    added_permission,
    aws_environment,
    check,
    environment,
    events_file,
    orders,
    root_module,
    run,
    state,
    update,
)
from tfdrift_gate import __version__
from tfdrift_gate.__main__ import main as program
from tfdrift_gate.cli import ExitCode, cli
from tfdrift_gate.gate import check as judge
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.settings import Settings

NO_VERDICT = "tfdrift-gate: no verdict was reached"
COMMANDS = sorted(cli.commands)
OPTIONS = {param.name: param for param in cli.commands["check"].params}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return root_module(tmp_path / "root")


@pytest.fixture
def drifted(tmp_path: Path) -> str:
    """A file of records that says that somebody changed the function's memory: HIGH."""
    return events_file(tmp_path, update())


@pytest.fixture
def quiet(tmp_path: Path) -> str:
    """A file without records."""
    path = tmp_path / "quiet.json"
    path.write_text('{"Records": []}')
    return str(path)


def no_verdict(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Demand exit 1 as the contract has it; give what stderr says after its first line."""
    assert done.returncode == 1
    first, *rest = done.stderr.splitlines()
    assert first == NO_VERDICT
    assert rest
    assert "Traceback" not in done.stderr + done.stdout
    assert "an error inside" not in done.stderr
    return rest


# Exit codes


def test_the_codes_are_terraforms() -> None:
    assert [int(code) for code in ExitCode] == [0, 1, 2]


def test_nothing_found_is_0_and_stderr_stays_empty(root: Path, quiet: str) -> None:
    done = check(root, "--events", quiet)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No out-of-band change" in done.stdout


def test_no_verdict_is_1(root: Path) -> None:
    no_verdict(check(root, "--events", "missing.json"))


def test_out_of_band_changes_are_2_and_no_error(root: Path, drifted: str) -> None:
    done = check(root, "--events", drifted)
    assert (done.returncode, done.stderr) == (2, "")
    for shown in ("HIGH", "aws_lambda_function.orders", "memory_size 512 → 1024", "ops-engineer", "198.51.100.7"):
        assert shown in done.stdout


@pytest.mark.parametrize(
    ("fail_on", "high", "critical"),
    [("low", 2, 2), ("medium", 2, 2), ("high", 2, 2), ("critical", 0, 2), ("never", 0, 0)],
)
def test_fail_on_draws_the_line(root: Path, tmp_path: Path, fail_on: str, high: int, critical: int) -> None:
    for change, code, severity in ((update(), high, "high"), (added_permission(), critical, "critical")):
        done = check(root, "--events", events_file(tmp_path, change), "--fail-on", fail_on, "--format", "json")
        report = json.loads(done.stdout)
        assert (done.returncode, report["verdict"], report["max_severity"]) == (code, "drift", severity)


def test_on_error_warn_is_0_and_loud(root: Path) -> None:
    done = check(root, "--events", "missing.json", "--on-error", "warn", "--format", "json")
    assert done.returncode == 0
    assert done.stderr.startswith(NO_VERDICT)
    assert "missing.json" in done.stderr
    assert json.loads(done.stdout)["verdict"] == "incomplete"


def test_on_error_warn_hides_no_drift_that_was_found(root: Path, drifted: str) -> None:
    done = check(root, "--events", drifted, "--events", "missing.json", "--on-error", "warn")
    assert done.returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["check", "--nonsense"],
        ["check", "--since"],
        ["check", "one", "two"],
        ["nonsense"],
        ["external", "--since", "24h"],
        ["catalog", "--format", "nonsense"],
        ["check", "--since", "banana"],
        ["check", "--fail-on", "awful"],
        ["check", "--on-error", "ignore"],
        ["check", "--unmanaged", "some"],
        ["check", "--format", "nonsense"],
        ["check", "--output", "json"],
        ["check", "--output", "nonsense=x"],
        ["check", "--deadline", "soon"],
        ["check", "--deadline", "-1"],
        ["check", "--deadline", "nan"],
        ["check", "--events", "ftp://somewhere"],
        ["check", "--state", "-", "--events", "-"],
    ],
)
def test_a_usage_error_is_1_and_says_first_that_no_verdict_was_reached(root: Path, arguments: list[str]) -> None:
    assert len(no_verdict(run(*arguments, cwd=root))) >= 2  # what, and what to do


def test_without_a_command_it_says_what_there_is() -> None:
    done = run()
    assert done.returncode in (0, 1)
    assert "check" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--since", "banana"),
        ("--since", "24"),
        ("--since", "2026-13-01"),
        ("--since", "0h"),
        ("--since", "2099-01-01"),
        ("--until", "later"),
        ("--until", "2020-01-01"),
    ],
)
def test_a_bad_window_is_named_before_anything_is_read(root: Path, option: str, value: str) -> None:
    (root / "terraform.tfstate").write_text("{")
    said = " ".join(no_verdict(run("check", str(root), option, value)))
    assert option.removeprefix("--") in said
    assert "terraform.tfstate" not in said


# Bad input

BAD_RULES = "drift_rules:\n  - name: x\n    resource_types: [aws_lambda_function]\n    severty: high\n"


def bad_rules(root: Path) -> list[str]:
    (root / ".tfdrift-gate.yaml").write_text(BAD_RULES)
    return []


def bad_configuration_of_backend(root: Path) -> list[str]:
    (root / "backend.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
    return []


BAD_INPUT: dict[str, tuple[Callable[[Path], list[str]], list[str]]] = {
    "no folder": (lambda root: ["nowhere"], ["nowhere", "no such folder"]),
    "no root module": (lambda root: [str(root.parent)], ["no Terraform files"]),
    "backend not initialised": (bad_configuration_of_backend, ["backend.tf", "not initialised", "terraform init"]),
    "state missing": (lambda root: ["--state", "gone.tfstate"], ["gone.tfstate", "not there"]),
    "plan missing": (lambda root: ["--plan", "gone.json"], ["gone.json", "not there"]),
    "plan that is a state": (lambda root: ["--plan", str(root / "terraform.tfstate")], ["not a plan"]),
    "records missing": (lambda root: ["--events", "gone.json"], ["gone.json"]),
    "rules missing": (lambda root: ["--rules", "gone.yaml"], ["gone.yaml"]),
    "rules with a wrong key": (bad_rules, [".tfdrift-gate.yaml:4", "severty"]),
    "profile missing": (lambda root: ["--profile", "nobody"], ["nobody", "~/.aws/config"]),
    "last-apply of standard input": (lambda root: ["--state", "-", "--since", "last-apply"], ["last-apply"]),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_is_1_names_itself_and_is_never_a_traceback(root: Path, what: str) -> None:
    make, said = BAD_INPUT[what]
    extra = make(root)
    where = [] if extra and not extra[0].startswith("--") else [str(root)]
    stdin = state(orders()) if "-" in extra else ""
    done = run("check", *where, *extra, stdin=stdin)
    rest = "\n".join(no_verdict(done))
    for words in said:
        assert words in rest
    assert "  → " in rest
    assert "No verdict was reached" in done.stdout
    assert "No out-of-band change" not in done.stdout


def test_an_unforeseen_error_names_no_value_and_is_1(root: Path, tmp_path: Path) -> None:
    # A text that is no file name in any system: whatever it meets, it is no traceback.
    done = run("check", str(root), "--state", "x" * 5000)
    assert done.returncode == 1
    assert done.stderr.startswith(NO_VERDICT)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("on_error", "code"), [("fail", 1), ("warn", 0)])
def test_an_unforeseen_error_is_told_like_every_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_error: str, code: int
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("tfdrift_gate.gate.check", broken)
    written = tmp_path / "report.json"
    arguments = ["check", str(root), "--on-error", on_error, "--output", f"json={written}"]
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code, json.loads(written.read_text())["verdict"]) == (code, "incomplete")
    assert "RuntimeError" in done.stderr
    assert "hunter2" not in done.output


@pytest.mark.parametrize(
    "bad", [["--fail-on", "banana"], ["--since", "banana"], ["--since", UNTIL], ["--deadline", "x"]]
)
def test_no_report_of_an_earlier_run_is_left_to_be_taken_for_this_one(
    root: Path, tmp_path: Path, bad: list[str]
) -> None:
    written = tmp_path / "report.json"
    written.write_text('{"verdict": "clean"}')
    for name, given in {"--output": ["--output", f"json={written}"], "variable": []}.items():
        written.write_text('{"verdict": "clean"}')
        variables = {} if given else {"TFDRIFT_GATE_OUTPUT": f"json={written}"}
        done = check(root, "--on-error", "warn", "--format", "json", *given, *bad, **variables)
        assert done.returncode == 0, name
        assert json.loads(written.read_text())["verdict"] == json.loads(done.stdout)["verdict"] == "incomplete", name


def test_a_reader_that_went_away_is_no_traceback(root: Path, drifted: str) -> None:
    command = [sys.executable, "-m", "tfdrift_gate", "check", str(root), "--since", SINCE, "--until", UNTIL]
    with subprocess.Popen(
        [*command, "--events", drifted], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_stdout_is_named(root: Path, drifted: str) -> None:
    command = [sys.executable, "-m", "tfdrift_gate", "check", str(root), "--since", SINCE, "--until", UNTIL]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*command, "--events", drifted],
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == [NO_VERDICT, "  writing to standard output: No space left on device"]
    assert "inside" not in done.stderr


def test_a_closed_stdout_is_named(root: Path, drifted: str) -> None:
    command = f'"{sys.executable}" -m tfdrift_gate check "{root}" --since {SINCE} --until {UNTIL} --events "{drifted}"'
    done = subprocess.run(
        ["sh", "-c", f"{command} >&-"], env=environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == [NO_VERDICT, "  writing to standard output: it is closed"]


@pytest.mark.parametrize(("arguments", "loads"), [(["external"], "tfdrift_gate.external"), ([], "tfdrift_gate.cli")])
def test_an_interrupt_while_the_program_loads_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], loads: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["tfdrift-gate", *arguments])
    monkeypatch.setattr(import_module(loads), "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        program()
    print(ended.value.code, file=sys.stderr)
    assert capsys.readouterr().err.splitlines() == [NO_VERDICT, "  interrupted"]


def test_a_closed_stderr_changes_no_verdict(root: Path, drifted: str, quiet: str) -> None:
    command = f'"{sys.executable}" -m tfdrift_gate check "{root}" --since {SINCE} --until {UNTIL} --format json'
    for events, code in ((quiet, 0), (drifted, 2)):
        shell = ["sh", "-c", f'{command} --events "{events}" 2>&-']
        done = subprocess.run(shell, env=environment(), capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == code
        assert json.loads(done.stdout)["verdict"] == ("drift" if code else "clean")


@pytest.mark.parametrize("size", ["9" * 400, f"{'9' * 300}PiB", "0.1", "0", "-1GB", "1 XB"])
def test_a_size_that_cannot_be_is_named(root: Path, size: str) -> None:
    assert f"--max-scan: '{size[:50]}" in no_verdict(check(root, "--max-scan", size))[0]


def test_an_endpoint_that_is_no_url_is_named_without_its_text(root: Path) -> None:
    done = check(root, **{**aws_environment("user:hunter2@nowhere"), "AWS_EC2_METADATA_DISABLED": "true"})
    assert "AWS_ENDPOINT_URL" in "".join(no_verdict(done))
    assert "hunter2" not in done.stdout + done.stderr


# Options

VALUES: dict[str, tuple[str, str]] = {
    # option: (a value that shows, what it shows)
    "directory": ("nowhere", "nowhere: no such folder"),
    "state": ("gone.tfstate", "gone.tfstate"),
    "workspace": ("blue", "terraform.tfstate.d/blue/terraform.tfstate"),
    "plan": ("gone.json", "gone.json"),
    "events": ("gone.json", "gone.json"),
    "since": ("banana", "banana"),
    "until": ("banana", "banana"),
    "region": ("mars-north-1", "mars-north-1"),
    "deadline": ("soon", "soon"),
    "profile": ("nobody", "nobody"),
    "assume_role": ("short", "no role's ARN"),
    "no_cache": ("perhaps", "perhaps"),
    "validate_digests": ("perhaps", "perhaps"),
    "max_scan": ("much", "much"),
    "athena_output": ("my-results", "my-results"),
    "rules": ("gone.yaml", "gone.yaml"),
    "no_waivers": ("perhaps", "perhaps"),
    "unmanaged": ("some", "some"),
    "verify": ("perhaps", "perhaps"),
    "fail_on": ("awful", "awful"),
    "on_error": ("ignore", "ignore"),
    "format": ("nonsense", "nonsense"),
    "output": ("nonsense=x", "nonsense=x"),
}


# Said where a query runs: tests/sources/test_athena.py.
ATHENAS_OWN = {"athena_workgroup"}


def test_every_option_has_a_value_here() -> None:
    assert set(VALUES) | ATHENAS_OWN == set(OPTIONS)


NOBODY = aws_environment("http://127.0.0.1:9") | {"TFDRIFT_GATE_DEADLINE": "0.1"}


@pytest.fixture(scope="module")
def without_variables(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the program says where no option's variable is set."""
    return run("check", cwd=root_module(tmp_path_factory.mktemp("root")), **NOBODY).stdout


@pytest.mark.parametrize("name", VALUES)
def test_every_option_also_reads_its_variable(root: Path, without_variables: str, name: str) -> None:
    value, shown = VALUES[name]
    variable = "TFDRIFT_GATE_" + {"directory": "DIR"}.get(name, name.upper())
    # Whoever is nobody is so before anything is asked, however long loading what tells takes.
    given = NOBODY | ({"TFDRIFT_GATE_DEADLINE": "20"} if name == "profile" else {}) | {variable: value}
    done = run("check", cwd=root, **given)
    assert shown in done.stdout + done.stderr
    assert shown not in without_variables


def test_an_option_wins_over_its_variable(root: Path, quiet: str) -> None:
    done = check(root, "--events", quiet, TFDRIFT_GATE_EVENTS="gone.json", TFDRIFT_GATE_SINCE="banana")
    assert done.returncode == 0


def test_an_empty_variable_counts_as_none(root: Path, quiet: str) -> None:
    names = {f"TFDRIFT_GATE_{name.upper()}": "" for name in VALUES}
    assert check(root, "--events", quiet, **names).returncode == 0


@pytest.mark.parametrize("option", ["--events", "--state", "--region", "--output"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_list_is_none_given_and_never_an_empty_one(root: Path, drifted: str, option: str, empty: str) -> None:
    assert check(root, option, empty, TFDRIFT_GATE_EVENTS=drifted).returncode == 2


@pytest.mark.parametrize("empty", [",", " , ", " "])
def test_event_history_is_asked_where_a_list_of_events_names_nothing(root: Path, empty: str) -> None:
    assert "no AWS credentials" in "".join(no_verdict(check(root, TFDRIFT_GATE_EVENTS=empty)))


def test_a_list_in_a_variable_is_comma_separated(root: Path, tmp_path: Path, quiet: str, drifted: str) -> None:
    done = run("check", str(root), "--since", SINCE, "--until", UNTIL, TFDRIFT_GATE_EVENTS=f"{quiet}, {drifted}")
    assert done.returncode == 2
    assert quiet in done.stdout
    assert drifted in done.stdout


def test_a_repeated_option_adds_up(root: Path, quiet: str, drifted: str) -> None:
    report = json.loads(check(root, "--events", quiet, "--events", drifted, "--format", "json").stdout)
    assert [entry["source"] for entry in report["coverage"]] == [quiet, drifted]


@pytest.mark.parametrize("given", [["--no-waivers"], []])
def test_no_waivers_ignores_every_waiver(root: Path, drifted: str, given: list[str]) -> None:
    waiver = '{address: "*", reason: r, owner: o, expires: 2999-01-01}'
    (root / ".tfdrift-gate.yaml").write_text(f"waivers:\n  - {waiver}\n")
    assert check(root, "--events", drifted, *given).returncode == (2 if given else 0)
    if given:
        assert check(root, "--events", drifted, TFDRIFT_GATE_NO_WAIVERS="true").returncode == 2


@pytest.mark.parametrize(("mode", "code"), [("attached", 2), ("all", 2), ("none", 0)])
def test_unmanaged_says_what_nobody_manages_counts_for(root: Path, tmp_path: Path, mode: str, code: int) -> None:
    events = events_file(tmp_path, added_permission())
    assert check(root, "--events", events, "--unmanaged", mode).returncode == code


def test_the_folder_is_here_where_none_is_named(root: Path, drifted: str) -> None:
    arguments = ("--since", SINCE, "--until", UNTIL, "--events", drifted)
    assert run("check", *arguments, cwd=root).returncode == 2


def test_last_apply_in_the_very_second_of_the_apply_is_a_verdict(root: Path, quiet: str) -> None:
    now = datetime(2026, 1, 1, 10, tzinfo=timezone.utc)  # the program's clock ticks in whole seconds
    half_past = now.timestamp() + 0.5
    os.utime(root / "terraform.tfstate", (half_past, half_past))
    report = judge(Settings(dir=str(root), since="last-apply", events=(quiet,)), {}, now)
    assert report.verdict == "clean"


# Outputs


@pytest.mark.parametrize("name", FORMATS)
def test_output_writes_the_same_report_to_a_file(root: Path, tmp_path: Path, drifted: str, name: str) -> None:
    file = tmp_path / "report"
    done = check(root, "--events", drifted, "--format", name, "--output", f"{name}={file}")
    assert done.returncode == 2
    assert file.read_text(encoding="utf-8") == done.stdout


def test_several_outputs_are_written_at_once(root: Path, tmp_path: Path, drifted: str) -> None:
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
    outputs = ("--output", f"json={tmp_path}/1/r.json", "--output", f"table={tmp_path}/2/r.txt")
    assert check(root, "--events", drifted, *outputs).returncode == 2
    assert json.loads((tmp_path / "1" / "r.json").read_text())["verdict"] == "drift"
    assert "memory_size" in (tmp_path / "2" / "r.txt").read_text()


def test_one_format_may_be_written_to_two_files(root: Path, tmp_path: Path, drifted: str) -> None:
    outputs = ("--output", f"json={tmp_path}/a.json", "--output", f"json={tmp_path}/b.json")
    assert check(root, "--events", drifted, *outputs).returncode == 2
    assert (tmp_path / "a.json").exists()
    assert (tmp_path / "b.json").exists()


def test_no_verdict_is_written_to_the_output_too(root: Path, tmp_path: Path) -> None:
    no_verdict(check(root, "--events", "gone.json", "--output", f"json={tmp_path}/r.json"))
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "incomplete"


def test_an_output_that_cannot_be_written_is_1_and_named(root: Path, tmp_path: Path, drifted: str) -> None:
    said = no_verdict(check(root, "--events", drifted, "--output", f"json={tmp_path}/no/r.json"))
    assert f"{tmp_path}/no/r.json" in said[0]


# Colour and progress


def in_terminal(*arguments: str, **variables: str | None) -> tuple[int, str]:
    """Run the program with both streams on a terminal; give its exit code and what the terminal got."""
    primary, secondary = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "tfdrift_gate", *arguments],
        env=environment(**{"TERM": "xterm", **variables}),
        stdin=subprocess.DEVNULL,
        stdout=secondary,
        stderr=secondary,
    ) as process:
        os.close(secondary)
        got = b""
        while select.select([primary], [], [], 30)[0]:
            try:
                part = os.read(primary, 65536)
            except OSError:  # the terminal's other end was closed
                break
            if not part:
                break
            got += part
        code = process.wait(30)
    os.close(primary)
    return code, got.decode()


def window(root: Path, events: str) -> tuple[str, ...]:
    return ("check", str(root), "--since", SINCE, "--until", UNTIL, "--events", events)


def test_a_terminal_gets_colour(root: Path, drifted: str) -> None:
    code, shown = in_terminal(*window(root, drifted))
    assert code == 2
    assert "\x1b[1;31mHIGH\x1b[0m" in shown


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_gets_no_colour_where_none_is_wanted(root: Path, drifted: str, variables: dict[str, str]) -> None:
    code, shown = in_terminal(*window(root, drifted), **variables)
    assert code == 2
    assert "\x1b[" not in shown


def test_nothing_but_a_terminal_gets_colour(root: Path, tmp_path: Path, drifted: str) -> None:
    done = check(root, "--events", drifted, "--output", f"table={tmp_path}/t", FORCE_COLOR="1", TERM="xterm")
    assert "\x1b" not in done.stdout + (tmp_path / "t").read_text()


class SlowCloudTrailStub:
    """A stub that answers LookupEvents with two empty pages, the first after more than a second."""

    def __enter__(self) -> str:
        pages = iter([(1.2, b'{"Events": [], "NextToken": "more"}'), (0.0, b'{"Events": []}')])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = self.headers.get("X-Amz-Target", "")
                wait, body = next(pages) if target.endswith("LookupEvents") else (0.0, b"{}")
                time.sleep(wait)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def slow_cloudtrail() -> Iterator[str]:
    with SlowCloudTrailStub() as endpoint_url:
        yield endpoint_url


def test_a_long_read_shows_its_progress_on_a_terminal_and_takes_it_away(root: Path, slow_cloudtrail: str) -> None:
    _, shown = in_terminal("check", str(root), **aws_environment(slow_cloudtrail))
    assert re.search(r"\r\x1b\[Kreading CloudTrail's event history in us-east-1.* …", shown)
    assert "…\r\x1b[K" in shown


def test_a_long_read_shows_no_progress_but_on_a_terminal(root: Path, slow_cloudtrail: str) -> None:
    done = run("check", str(root), **aws_environment(slow_cloudtrail))
    assert "event history in" not in done.stderr


def test_a_short_read_shows_no_progress(root: Path, drifted: str) -> None:
    _, shown = in_terminal(*window(root, drifted), NO_COLOR="1")
    assert "\x1b[K" not in shown


# Help


def help_of(command: str) -> str:
    result = CliRunner().invoke(cli, [command, "--help"], terminal_width=110)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_with_an_example(command: str) -> None:
    shown = help_of(command)
    assert cli.commands[command].get_short_help_str()
    assert re.search(rf"^  .*tfdrift-gate {command}", shown.split("\n", 1)[1], re.MULTILINE)


def test_the_three_commands_are_there_and_listed() -> None:
    assert {"check", "external", "catalog"} <= set(COMMANDS)
    shown = " ".join(CliRunner().invoke(cli, ["--help"]).output.split())
    assert all(command in shown for command in COMMANDS)
    assert all(words in shown for words in ("0 nothing", "1 no verdict", "2 out-of-band"))


def test_help_stands_in_sections_and_every_option_in_one() -> None:
    shown = help_of("check")
    titles = ["What Terraform believes:", "Event history:", "Judgement:", "Output:", "Other:"]
    places = [shown.index(title) for title in titles]
    assert places == sorted(places)
    other = shown[places[-1] :]
    for param in OPTIONS.values():
        if isinstance(param, click.Option):
            assert param.opts[0] in shown
            assert param.opts[0] not in other
            assert param.help


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_0_on_stdout(flag: str) -> None:
    done = run(flag)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage:" in done.stdout


def test_the_version_is_told() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"tfdrift-gate, version {__version__}")


@pytest.mark.parametrize("name", ["table", "json", "markdown"])
def test_the_catalog_names_every_published_event(name: str) -> None:
    done = run("catalog", "--format", name)
    assert done.returncode == 0
    for event in ("UpdateFunctionConfiguration20150331v2", "AddPermission20150331v2", "PutFunctionConcurrency20171031"):
        assert event in done.stdout


def test_a_report_without_a_verdict_says_which_root_module_it_is_about(tmp_path: Path) -> None:
    root = tmp_path / "repository" / "infra"
    root.mkdir(parents=True)
    (root / "terraform.tfstate").write_text("{", encoding="utf-8")
    done = check(root, "--format", "sarif", GITHUB_WORKSPACE=str(root.parent))
    assert done.returncode == 1
    assert json.loads(done.stdout)["runs"][0]["automationDetails"]["id"] == "tfdrift-gate/infra/"

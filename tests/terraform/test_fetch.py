"""State's bytes from where they are kept, and the difference between no state yet and a state that can't be read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.local_aws import LocalAws
from tests.samples import (
    FUNCTION_BLOCK,
    OTHER_REGION,
    REGION,
    aws_environment,
    check,
    events_file,
    initialised,
    orders,
    root_module,
    run,
    state,
    update,
)
from tfdrift_gate.aws import Credentials
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.fetch import StateText, fetch_discovered, fetch_named
from tfdrift_gate.terraform.root import open_root
from tfdrift_gate.terraform.state import read_state


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def s3(running: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An S3 client; the bucket ``states`` is there."""
    running.reset()
    for name, value in aws_environment(running.endpoint_url).items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="states")
    return client


def fetch(folder: Path, workspace: str | None = None, **variables: str) -> StateText:
    return fetch_discovered(open_root(str(folder), workspace, variables), Credentials(), variables)


def refused(locator: str | Path, option: str = "state") -> StateError:
    with pytest.raises(StateError) as met:
        fetch_named(str(locator), Credentials(), option)
    assert met.value.hint
    return met.value


# Local files


def test_a_local_state_comes_with_where_it_is_and_when_it_was_written(tmp_path: Path) -> None:
    root = root_module(tmp_path)
    os.utime(root / "terraform.tfstate", (1_767_261_600, 1_767_261_600))
    found = fetch(root)
    assert (found.where, json.loads(found.text or b"")["version"]) == (str(root / "terraform.tfstate"), 4)
    assert found.written_at == datetime(2026, 1, 1, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_local_backend_without_a_state_holds_no_state_yet(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "main.tf").write_text(FUNCTION_BLOCK)
    if content is not None:  # the file is empty while the first plan holds the backend's lock
        (tmp_path / "terraform.tfstate").write_text(content)
    assert fetch(tmp_path) == StateText(str(tmp_path / "terraform.tfstate"), None)


@pytest.mark.parametrize("workspace", [None, "blue"])
def test_no_state_yet_is_clean_and_says_where_it_was_looked_for(tmp_path: Path, workspace: str | None) -> None:
    root = root_module(tmp_path)
    place = tmp_path / "terraform.tfstate"
    if workspace:
        place = tmp_path / "terraform.tfstate.d" / workspace / "terraform.tfstate"
    else:
        place.unlink()
    done = check(
        root, "--events", events_file(tmp_path, update()), **({"TF_WORKSPACE": workspace} if workspace else {})
    )
    assert done.returncode == 0
    assert "no state yet" in done.stdout
    assert str(place) in done.stdout


# The s3 backend

BUCKET = {"bucket": "states", "key": "lambda.tfstate", "region": REGION}


def test_an_s3_state_is_read_through_aws_endpoint_url(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="states", Key="lambda.tfstate", Body=state(orders()).encode())
    found = fetch(initialised(tmp_path, "s3", **BUCKET))
    assert (found.where, found.text) == ("s3://states/lambda.tfstate", state(orders()).encode())
    assert found.written_at is not None
    assert abs(found.written_at - datetime.now(timezone.utc)) < timedelta(minutes=1)


@pytest.mark.parametrize("form", ["endpoint", "endpoints"])
def test_the_backends_own_endpoint_wins(
    s3: Any, running: LocalAws, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_object(Bucket="states", Key="lambda.tfstate", Body=b"{}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    own: Any = {"s3": running.endpoint_url} if form == "endpoints" else running.endpoint_url
    assert fetch(initialised(tmp_path, "s3", **BUCKET, **{form: own}, use_path_style=True)).text == b"{}"


def test_a_bucket_in_another_region_is_read_there(s3: Any, tmp_path: Path) -> None:
    s3.create_bucket(Bucket="far", CreateBucketConfiguration={"LocationConstraint": OTHER_REGION})
    s3.put_object(Bucket="far", Key="lambda.tfstate", Body=b"{}")
    initialised(tmp_path, "s3", bucket="far", key="lambda.tfstate", region=OTHER_REGION)
    assert fetch(tmp_path).text == b"{}"


def test_each_workspace_has_its_own_object(s3: Any, tmp_path: Path) -> None:
    s3.put_object(Bucket="states", Key="spaces/blue/lambda.tfstate", Body=b'{"blue": 1}')
    initialised(tmp_path, "s3", **BUCKET, workspace_key_prefix="spaces")
    assert fetch(tmp_path, TF_WORKSPACE="blue").text == b'{"blue": 1}'
    assert fetch(tmp_path).text is None


def test_no_object_yet_is_no_state_yet(s3: Any, tmp_path: Path, running: LocalAws) -> None:
    root = initialised(tmp_path, "s3", **BUCKET)
    assert fetch(root) == StateText("s3://states/lambda.tfstate", None)
    done = check(root, "--events", events_file(tmp_path, update()), **aws_environment(running.endpoint_url))
    assert done.returncode == 0
    assert "no state yet: looked for it in s3://states/lambda.tfstate" in done.stdout


def test_a_bucket_that_is_not_there_is_an_error_never_no_state_yet(s3: Any, tmp_path: Path) -> None:
    initialised(tmp_path, "s3", **BUCKET | {"bucket": "gone"})
    with pytest.raises(StateError, match=r"s3://gone/lambda.tfstate: .*NoSuchBucket"):
        fetch(tmp_path)


def forbid(s3: Any) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::states/*",
    }
    s3.put_object(Bucket="states", Key="lambda.tfstate", Body=b"{}")
    s3.put_bucket_policy(Bucket="states", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def test_an_object_that_may_not_be_read_is_exit_1_and_names_the_permission(
    s3: Any, tmp_path: Path, running: LocalAws
) -> None:
    forbid(s3)
    done = run("check", str(initialised(tmp_path, "s3", **BUCKET)), **aws_environment(running.endpoint_url))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "tfdrift-gate: no verdict was reached"
    assert "s3://states/lambda.tfstate: no permission" in done.stderr
    assert "s3:GetObject" in done.stderr


def test_no_credentials_for_the_object_are_an_error(s3: Any, tmp_path: Path, running: LocalAws) -> None:
    variables = aws_environment(running.endpoint_url) | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = run("check", str(initialised(tmp_path, "s3", **BUCKET)), **variables)
    assert done.returncode == 1
    assert "no AWS credentials found" in done.stderr


# Through terraform state pull


def stub_program(folder: Path, name: str, script: str) -> str:
    """Write a stub, named as one here alone, that stands for Terraform or OpenTofu; give its folder for PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n# a stub of {name}\n{script}\n")
    program.chmod(0o755)
    return str(folder)


@pytest.fixture
def pulled(tmp_path: Path) -> Path:
    """A root module whose backend is read through Terraform."""
    (tmp_path / "state.json").write_text(state(orders()))
    return initialised(tmp_path / "root", "s3", **BUCKET, sse_customer_key="c2VjcmV0")


def use_path(monkeypatch: pytest.MonkeyPatch, *folders: str) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([*folders, "/bin", "/usr/bin"]))


def test_terraform_state_pull_is_run_in_the_root_module_for_its_workspace(
    pulled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    script = (
        f'echo "$PWD|$*|$TF_WORKSPACE|$TF_INPUT|$TF_DATA_DIR|$TF_CLI_ARGS|$TF_LOG" > {said}; cat {tmp_path}/state.json'
    )
    use_path(monkeypatch, stub_program(tmp_path / "bin", "terraform", script))
    given = {"PATH": os.environ["PATH"], "TF_WORKSPACE": "blue", "TF_DATA_DIR": ".terraform"}
    found = fetch(pulled, **given, TF_CLI_ARGS="-json", TF_LOG="TRACE")
    assert json.loads(found.text or b"")["resources"][0]["name"] == "orders"
    # What would change what it prints is kept away from it.
    assert said.read_text() == f"{pulled.resolve()}|state pull|blue|0|.terraform||\n"
    assert "sse_customer_key" in found.where
    assert "c2VjcmV0" not in found.where


def test_a_state_pulled_through_terraform_is_judged(pulled: Path, tmp_path: Path) -> None:
    path = stub_program(tmp_path / "bin", "terraform", f"cat {tmp_path}/state.json")
    done = check(pulled, "--events", events_file(tmp_path, update()), PATH=f"{path}:/bin:/usr/bin")
    assert done.returncode == 2
    assert "aws_lambda_function.orders" in done.stdout


def test_terraform_that_prints_nothing_holds_no_state_yet(
    pulled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_path(monkeypatch, stub_program(tmp_path / "bin", "terraform", "exit 0"))
    assert fetch(pulled, PATH=os.environ["PATH"]).text is None


def test_a_failing_terraform_is_quoted(pulled: Path, tmp_path: Path) -> None:
    path = stub_program(tmp_path / "bin", "terraform", "echo '│ Error: Backend initialization required' >&2; exit 1")
    done = check(pulled, "--events", events_file(tmp_path), PATH=f"{path}:/bin:/usr/bin")
    assert done.returncode == 1
    assert "state pull failed: Error: Backend initialization required" in done.stderr
    assert "terraform init" in done.stderr


def test_the_colours_of_a_failing_terraform_are_left_out(pulled: Path, tmp_path: Path) -> None:
    framed = r"\033[31m╷\033[0m\n\033[31m│\033[0m \033[1mError: \033[0mno such workspace\n\033[31m╵\033[0m\n"
    path = stub_program(tmp_path / "bin", "terraform", f"printf '{framed}' >&2; exit 1")
    done = check(pulled, "--events", events_file(tmp_path), PATH=f"{path}:/bin:/usr/bin")
    assert "state pull failed: Error: no such workspace\n" in done.stderr


def test_terraform_reads_nothing_of_standard_input(pulled: Path, tmp_path: Path) -> None:
    path = stub_program(tmp_path / "bin", "terraform", f"cat >/dev/null; cat {tmp_path}/state.json")
    done = run(
        *("check", str(pulled), "--since", "2026-01-01", "--until", "2026-01-02", "--events", "-"),
        stdin=json.dumps([update()]),
        PATH=f"{path}:/bin:/usr/bin",
    )
    assert (done.returncode, done.stderr) == (2, "")


def test_without_terraform_on_path_it_says_so(pulled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StateError, match="neither terraform nor tofu is on PATH") as met:
        fetch(pulled)
    assert "--state" in met.value.hint


def test_tofu_is_run_where_the_lock_file_names_its_registry_or_terraform_is_missing(
    pulled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tofu = stub_program(tmp_path / "tofu", "tofu", "echo '\"tofu\"'")
    terraform = stub_program(tmp_path / "terraform", "terraform", "echo '\"terraform\"'")
    monkeypatch.setenv("PATH", f"{tofu}:/bin")
    assert fetch(pulled, PATH=tofu).text == b'"tofu"\n'
    monkeypatch.setenv("PATH", f"{terraform}:{tofu}")
    assert fetch(pulled, PATH="/bin").text == b'"terraform"\n'
    (pulled / ".terraform.lock.hcl").write_text('provider "registry.opentofu.org/hashicorp/aws" {\n}\n')
    assert fetch(pulled, PATH="/bin").text == b'"tofu"\n'


ENCRYPTED = json.dumps({"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "eA==", "encryption_version": "v0"})


def test_a_state_that_opentofu_encrypted_is_pulled_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = root_module(tmp_path / "root")
    (root / "terraform.tfstate").write_text(ENCRYPTED)
    monkeypatch.setenv("PATH", stub_program(tmp_path / "bin", "tofu", "echo '{}'"))
    assert fetch(root, PATH="/bin").text == b"{}\n"


def test_a_state_that_opentofu_encrypted_is_an_error_where_tofu_is_missing(tmp_path: Path) -> None:
    root = root_module(tmp_path / "root")
    (root / "terraform.tfstate").write_text(ENCRYPTED)
    done = check(root, "--events", events_file(tmp_path, update()), PATH=str(tmp_path))
    assert done.returncode == 1
    assert "encrypted by OpenTofu" in done.stderr
    assert "tofu state pull" in done.stderr


# Named states

NAMED = {
    "missing": (None, "it is not there"),
    "empty": ("", "it is empty"),
    "blank": ("\n\n", "it is empty"),
    "cut in a text": (state(orders())[:-40], "truncated"),
    "truncated": (state(orders())[:-1], "truncated"),
    "not JSON": ("resource {}", "not JSON"),
    "not an object": ("[]", "not a state"),
    "another object": ('{"hello": "world"}', "not a state"),
    "version 3": (json.dumps({"version": 3, "modules": []}), "version 3"),
    "version 5": (json.dumps({"version": 5, "resources": []}), "version 5"),
    "encrypted": (ENCRYPTED, "encrypted by OpenTofu"),
    "malformed resources": (json.dumps({"version": 4, "resources": [{"mode": "managed"}, 7]}), "not formed as a state"),
    "malformed attributes": (
        state(orders() | {"instances": [{"attributes": ["memory_size"]}]}),
        "not formed as a state",
    ),
    "a number json does not have": (state(orders(memory_size=float("nan"))), "not JSON"),
}


@pytest.mark.parametrize("what", NAMED)
def test_a_named_state_that_cannot_be_used_is_exit_1_and_named(tmp_path: Path, what: str) -> None:
    content, said = NAMED[what]
    named = tmp_path / "named.tfstate"
    if content is not None:
        named.write_text(content)
    root = root_module(tmp_path / "root")
    done = check(root, "--state", str(named), "--events", events_file(tmp_path, update()), "--format", "json")
    assert done.returncode == 1
    first, second, third = done.stderr.splitlines()
    assert first == "tfdrift-gate: no verdict was reached"
    assert str(named) in second
    assert said in second
    assert third.startswith("  → ")
    assert json.loads(done.stdout)["verdict"] == "incomplete"


@pytest.mark.parametrize("what", [name for name in NAMED if name not in ("missing", "empty", "blank")])
def test_a_discovered_state_that_cannot_be_used_is_an_error_that_names_it(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, said = NAMED[what]
    root = root_module(tmp_path / "root")
    (root / "terraform.tfstate").write_text(content or "")
    monkeypatch.setenv("PATH", str(tmp_path))  # neither Terraform nor OpenTofu is at hand
    found = fetch(root)
    with pytest.raises(StateError) as met:
        read_state(found.text or b"", found.where, load_catalog())
    assert str(root / "terraform.tfstate") in met.value.message
    assert said in met.value.message
    assert met.value.hint


def test_no_value_out_of_a_bad_state_is_quoted(tmp_path: Path) -> None:
    named = tmp_path / "named.tfstate"
    named.write_text(state(orders(password="hunter2"))[:-3] + "hunter2")
    done = check(root_module(tmp_path / "root"), "--state", str(named))
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr


def test_a_folder_is_no_state(tmp_path: Path) -> None:
    assert str(tmp_path) in refused(tmp_path).message


def test_a_named_object_is_read(s3: Any) -> None:
    s3.put_object(Bucket="states", Key="a/b.tfstate", Body=b"{}")
    assert fetch_named("s3://states/a/b.tfstate", Credentials()).text == b"{}"


def test_a_named_object_that_is_not_there_is_an_error(s3: Any) -> None:
    assert "it is not there" in refused("s3://states/missing").message


def test_a_named_object_that_may_not_be_read_is_an_error(s3: Any) -> None:
    forbid(s3)
    error = refused("s3://states/lambda.tfstate")
    assert "no permission" in error.message
    assert "s3:GetObject" in error.hint


@pytest.mark.parametrize("locator", ["s3://states", "s3:///key", "s3://", "gs://bucket/key", "https://example.com/s"])
def test_a_locator_of_another_form_is_refused(locator: str) -> None:
    assert locator in refused(locator).message


def test_state_from_standard_input_is_judged(tmp_path: Path) -> None:
    root = initialised(tmp_path / "root", "gcs")
    window = ("--since", "2026-01-01", "--until", "2026-01-02")
    events = events_file(tmp_path, update())
    done = run("check", str(root), "--state", "-", "--events", events, *window, stdin=state(orders()))
    assert done.returncode == 2


def test_several_named_states_are_judged_together(tmp_path: Path) -> None:
    root = initialised(tmp_path / "root", "gcs")
    for name in ("a", "b"):
        text = state(orders() | {"module": f"module.{name}"})
        (tmp_path / f"{name}.tfstate").write_text(text)
    states = ("--state", str(tmp_path / "a.tfstate"), "--state", str(tmp_path / "b.tfstate"))
    done = check(root, *states, "--events", events_file(tmp_path, update()), "--format", "json")
    assert [finding["address"] for finding in json.loads(done.stdout)["findings"]] == [
        "module.a.aws_lambda_function.orders",
        "module.b.aws_lambda_function.orders",
    ]


def test_last_apply_is_when_the_state_was_written(tmp_path: Path) -> None:
    root = root_module(tmp_path)
    events = events_file(tmp_path, update(eventTime="2026-01-01T09:00:00Z"))
    arguments = ("check", str(root), "--since", "last-apply", "--until", "2026-01-02", "--events", events)
    for written, code in (("2026-01-01T08:00:00+00:00", 2), ("2026-01-01T09:30:00+00:00", 0)):
        moment = datetime.fromisoformat(written).timestamp()
        os.utime(root / "terraform.tfstate", (moment, moment))
        assert run(*arguments).returncode == code

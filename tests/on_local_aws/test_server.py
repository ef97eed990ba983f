"""The server, its faults and its admin interface."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import REGION, http, plant


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("access_denied", "AccessDeniedException.*:root is not authorized to perform: cloudtrail:LookupEvents"),
        ("internal_error", "InternalFailure"),
        ("throttle", "ThrottlingException"),
    ],
)
def test_a_fault_hits_as_many_requests_as_it_is_planned_for(aws: LocalAws, clients: Any, kind: str, said: str) -> None:
    aws.set_faults([{"kind": kind, "times": 1}])
    with pytest.raises(ClientError, match=said):
        clients("cloudtrail").lookup_events()
    assert clients("cloudtrail").lookup_events()["Events"] == []


def test_faults_set_in_at_the_page_they_are_planned_for(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    http(aws, "settings", {"faults": [{"kind": "ok", "times": 1}, {"kind": "throttle", "times": 0}]})
    token = clients("cloudtrail").lookup_events(MaxResults=1)["NextToken"]
    for _ in range(2):
        time.sleep(0.6)
        with pytest.raises(ClientError, match="ThrottlingException"):
            clients("cloudtrail").lookup_events(MaxResults=1, NextToken=token)


def test_a_cut_answer_ends_before_the_length_it_promised(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    aws.set_faults([{"kind": "cut"}])
    seen: list[dict[str, Any]] = []
    events = clients("cloudtrail").meta.events
    events.register("before-parse.cloudtrail", lambda response_dict, **_: seen.append(response_dict), "cut")
    answer = clients("cloudtrail").lookup_events()
    events.unregister("before-parse.cloudtrail", unique_id="cut")
    assert 0 < len(seen[0]["body"]) < int(seen[0]["headers"]["content-length"])
    # NOTE: botocore notices neither the missing bytes nor the broken JSON; what it returns merely lacks Events.
    assert "Events" not in answer


def test_records_settings_and_counts_are_served_over_http(aws: LocalAws, clients: Any) -> None:
    http(aws, "records", {"Records": [{"eventID": "planted", "awsRegion": REGION}, "not JSON {"]})
    assert http(aws, "records") == {"Records": [{"eventID": "planted", "awsRegion": REGION}, "not JSON {"]}
    events = clients("cloudtrail").lookup_events()["Events"]
    assert [event["EventId"] for event in events] == ["planted"]
    assert clients("cloudtrail", "us-east-1").lookup_events()["Events"][0]["CloudTrailEvent"] == "not JSON {"
    clients("lambda").list_functions()
    assert http(aws, "requests") == {"cloudtrail.LookupEvents": 2, "lambda.ListFunctions": 1}
    http(aws, "settings", {"delivery_delay": 3600})
    http(aws, "reset", {})
    assert (http(aws, "records"), http(aws, "requests")) == ({"Records": []}, {})
    clients("lambda").list_functions()
    assert len(clients("cloudtrail").lookup_events()["Events"]) == 1


@pytest.mark.parametrize("settings", [{"faults": [{"kind": "unheard of"}]}, {"delay": 1}])
def test_a_setting_that_does_not_exist_is_refused(aws: LocalAws, settings: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400"):
        http(aws, "settings", settings)


def test_every_start_is_empty(aws: LocalAws, lambda_: Any) -> None:
    aws.stop()
    aws.start()
    assert aws.records() == []
    assert lambda_.list_functions()["Functions"] == []


def test_one_local_aws_runs_at_a_time_in_a_process(aws: LocalAws) -> None:
    with pytest.raises(RuntimeError, match="another local AWS"), LocalAws():
        pass


def test_as_a_program_it_starts_empty_and_stops_on_sigterm(tmp_path: Path) -> None:
    ready = tmp_path / "endpoint"
    program = [sys.executable, "-m", "tests.local_aws", "--ready-file", str(ready)]
    root = Path(__file__).parents[2]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with subprocess.Popen(program, cwd=root, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 10
            while not ready.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            url = ready.read_text()
            with urllib.request.urlopen(f"{url}/_local_aws/records") as answer:  # noqa: S310
                assert json.load(answer) == {"Records": []}
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == f"local AWS, for tests and the demo only: {url}\n"


def test_an_sdk_that_lost_an_answer_and_asks_again_gets_it(aws: LocalAws, lambda_: Any) -> None:
    def same_call(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = "00000000-0000-4000-8000-000000000000"

    lambda_.meta.events.register("before-send.lambda", same_call)
    try:
        first = lambda_.publish_version(FunctionName="orders")
        again = lambda_.publish_version(FunctionName="orders")
    finally:
        lambda_.meta.events.unregister("before-send.lambda", same_call)
    assert again["Version"] == first["Version"]
    assert again["ResponseMetadata"]["RequestId"] == first["ResponseMetadata"]["RequestId"]

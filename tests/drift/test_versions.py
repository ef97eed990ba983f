"""Published versions: Terraform's concern only where the resource publishes them itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import publish_version
from tests.builders import (
    BY_TERRAFORM,
    CODE,
    OTHER_CODE,
    check,
    configuration,
    create_function,
    delete_function,
    differences,
    function_arn,
    function_state,
    is_silent,
    only,
    record,
    update_configuration,
    written,
)
from tfdrift_gate.model import Kind

ORDERS = "aws_lambda_function.orders"
PUBLISHED = {
    "publish": True,
    "version": "3",
    "qualified_arn": f"{function_arn()}:3",
    "last_modified": "2025-12-01T00:00:00.000+0000",
}
PUBLISHES = [function_state(**PUBLISHED)]
UNPUBLISHED = [function_state(publish=False, version="$LATEST", qualified_arn=f"{function_arn()}:$LATEST")]


def update_code(publish: Any, version: str = "$LATEST", sha256: str = CODE, at: str = "10:00:00") -> dict[str, Any]:
    request = {"functionName": "orders", "publish": publish, "dryRun": False}
    arn = function_arn() + ("" if version == "$LATEST" else f":{version}")
    answer = configuration(at=at, codeSha256=sha256, version=version, functionArn=arn)
    return record("UpdateFunctionCode20150331v2", request, answer, at=at)


def delete_version(version: str, at: str = "10:10:00") -> dict[str, Any]:
    return record("DeleteFunction20150331", {"functionName": "orders", "qualifier": version}, at=at)


@pytest.mark.parametrize(
    "call",
    [publish_version("4"), update_code(True, "4"), update_code("true", "4")],
    ids=["PublishVersion", "UpdateFunctionCode", "as text"],
)
def test_a_version_published_by_hand_moves_the_version_of_a_function_that_publishes(
    tmp_path: Path, call: dict[str, Any]
) -> None:
    report = check(tmp_path, [call], PUBLISHES)
    assert differences(report.findings) == {(ORDERS, "version"): ("3", "4")}
    assert only(report.findings).drift.events[0].event_id == call["eventID"]


@pytest.mark.parametrize("call", [publish_version("4"), update_code(True, "4")])
@pytest.mark.parametrize("publish", [False, None])
def test_a_version_published_by_hand_is_nothing_to_a_function_that_does_not_publish(
    tmp_path: Path, call: dict[str, Any], publish: bool | None
) -> None:
    report = check(tmp_path, [call], [function_state(publish=publish, version="3")])
    assert is_silent(report), written(report)


def test_code_published_together_with_its_upload_differs_in_code_and_version(tmp_path: Path) -> None:
    report = check(tmp_path, [update_code(True, "4", OTHER_CODE)], PUBLISHES)
    assert differences(report.findings) == {
        (ORDERS, "version"): ("3", "4"),
        (ORDERS, "code_sha256"): (CODE, OTHER_CODE),
    }


def test_publishing_unchanged_code_gives_the_version_that_is_there_and_is_nothing(tmp_path: Path) -> None:
    assert is_silent(check(tmp_path, [publish_version("3")], PUBLISHES))


def test_the_last_of_several_published_versions_counts(tmp_path: Path) -> None:
    calls = [publish_version("5", at="10:02:00"), publish_version("4", at="10:01:00")]
    assert differences(check(tmp_path, calls, PUBLISHES).findings) == {(ORDERS, "version"): ("3", "5")}


def test_a_version_number_published_by_terraform_that_state_has_is_nothing(tmp_path: Path) -> None:
    report = check(tmp_path, [publish_version("3", by=BY_TERRAFORM)], PUBLISHES)
    assert is_silent(report), written(report)


def test_the_description_of_a_published_version_tells_nothing_of_the_function(tmp_path: Path) -> None:
    call = publish_version("4", {"description": "release 4"}, request={"description": "release 4"})
    report = check(tmp_path, [call], PUBLISHES)
    assert differences(report.findings) == {(ORDERS, "version"): ("3", "4")}


def test_what_a_published_configuration_shows_of_the_function_reveals_unseen_changes(tmp_path: Path) -> None:
    report = check(tmp_path, [publish_version("3", {"memorySize": 1024})], PUBLISHES)
    change = only(only(report.findings).drift.changes)
    assert (change.attribute, change.after, change.event) == ("memory_size", 1024, None)


def test_a_configuration_update_says_nothing_of_the_published_version(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": 512})], PUBLISHES)
    assert is_silent(report), written(report)


# --- versions deleted -------------------------------------------------------------------------------------------------


def test_deleting_the_newest_version_is_a_change_whose_value_is_not_known(tmp_path: Path) -> None:
    finding = only(check(tmp_path, [delete_version("3")], PUBLISHES).findings)
    change = only(finding.drift.changes)
    assert finding.drift.kind is Kind.MODIFIED
    assert (change.attribute, change.known, change.before, change.after) == ("version", False, None, None)


@pytest.mark.parametrize("version", ["2", "30"])
def test_deleting_another_version_is_nothing(tmp_path: Path, version: str) -> None:
    report = check(tmp_path, [delete_version(version)], PUBLISHES)
    assert is_silent(report), written(report)


@pytest.mark.parametrize("version", [2, 2.0, "2"])
def test_a_versions_number_may_be_a_number_and_is_never_the_whole_function(tmp_path: Path, version: Any) -> None:
    assert is_silent(check(tmp_path, [delete_version(version)], PUBLISHES))


def test_deleting_the_newest_version_is_nothing_to_a_function_that_does_not_publish(tmp_path: Path) -> None:
    assert is_silent(check(tmp_path, [delete_version("3")], [function_state(publish=False, version="3")]))


def test_a_version_published_and_deleted_again_leaves_the_one_that_state_has(tmp_path: Path) -> None:
    report = check(tmp_path, [publish_version("4"), delete_version("4")], PUBLISHES)
    assert report.verdict == "clean", written(report)
    change = only(only(report.reverted).drift.changes)
    assert (change.attribute, change.before, change.after) == ("version", "3", "4")


def test_of_two_published_versions_the_one_that_is_left_counts(tmp_path: Path) -> None:
    calls = [publish_version("4"), publish_version("5", at="10:01:00"), delete_version("5")]
    assert differences(check(tmp_path, calls, PUBLISHES).findings) == {(ORDERS, "version"): ("3", "4")}


def test_both_who_published_what_is_left_and_who_deleted_the_newest_are_named(tmp_path: Path) -> None:
    calls = [publish_version("4"), publish_version("5", at="10:01:00", by=BY_TERRAFORM), delete_version("5")]
    change = only(only(check(tmp_path, calls, PUBLISHES).findings).drift.changes)
    assert change.event is not None
    assert [event.event_name for event in (change.event, *change.others)] == [
        "DeleteFunction20150331",
        "PublishVersion20150331",
    ]


def test_a_version_below_the_newest_that_is_deleted_leaves_the_newest(tmp_path: Path) -> None:
    calls = [publish_version("4"), publish_version("5", at="10:01:00"), delete_version("4")]
    assert differences(check(tmp_path, calls, PUBLISHES).findings) == {(ORDERS, "version"): ("3", "5")}


def test_deleting_both_the_published_and_the_believed_version_leaves_an_unknown_one(tmp_path: Path) -> None:
    calls = [publish_version("4"), delete_version("3", at="10:05:00"), delete_version("4")]
    change = only(only(check(tmp_path, calls, PUBLISHES).findings).drift.changes)
    assert (change.attribute, change.known) == ("version", False)


def test_a_version_in_the_functions_arn_is_deleted_and_not_the_function(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(f"{function_arn()}:2")], PUBLISHES)
    assert is_silent(report), written(report)


# --- created again ----------------------------------------------------------------------------------------------------


def test_a_function_made_again_without_publishing_has_no_version(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), create_function(at="10:01:00")], PUBLISHES)
    assert only(report.findings).drift.kind is Kind.REPLACED
    assert {change.attribute for change in only(report.findings).drift.changes} == {"version"}


def test_a_function_created_by_terraform_with_publish_is_nothing(tmp_path: Path) -> None:
    body = create_function(by=BY_TERRAFORM, answers={"version": "1", "functionArn": f"{function_arn()}:1"})
    body["requestParameters"]["publish"] = True
    state = [function_state(publish=True, version="1", last_modified="2026-01-01T10:00:00.000+0000")]
    report = check(tmp_path, [body], state)
    assert is_silent(report), written(report)


def test_a_function_deleted_and_created_again_with_the_version_that_state_has_is_replaced(tmp_path: Path) -> None:
    body = create_function(at="10:01:00", answers={"version": "1", "functionArn": f"{function_arn()}:1"})
    body["requestParameters"]["publish"] = True
    report = check(tmp_path, [delete_function(), body], [function_state(publish=True, version="1")])
    assert only(report.findings).drift.kind is Kind.REPLACED
    assert only(report.findings).drift.changes == ()

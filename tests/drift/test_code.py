"""A function's code: told by its hash, against whatever of it state has; images and the keys of sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    CODE,
    OTHER_CODE,
    REGION,
    check,
    configuration,
    differences,
    function_state,
    is_silent,
    only,
    record,
    update_code,
    written,
)

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"


def test_a_code_change_is_not_hidden_by_a_state_that_was_read_later_but_never_reads_the_hash_it_has(
    tmp_path: Path,
) -> None:
    # source_code_hash is what the configuration said, whenever state was read.
    state = [function_state(code_sha256=None, last_modified="2026-01-01T12:00:00.000+0000")]
    report = check(tmp_path, [update_code()], state)
    assert differences(report.findings) == {("aws_lambda_function.orders", "source_code_hash"): (CODE, OTHER_CODE)}


def test_a_code_change_that_state_has_read_since_is_no_drift(tmp_path: Path) -> None:
    state = [function_state(last_modified="2026-01-01T12:00:00.000+0000")]
    assert check(tmp_path, [update_code()], state).findings == ()


def upload(request: dict[str, Any], **answers: Any) -> dict[str, Any]:
    return record(
        "UpdateFunctionCode20150331v2",
        {"functionName": "orders", "publish": False, "dryRun": False, **request},
        configuration(**answers),
    )


IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/orders"
OF_IMAGE = {"package_type": "Image", "image_uri": f"{IMAGE}:1", "runtime": "", "handler": ""}


def test_another_image_is_drift_of_its_uri_and_of_the_code(tmp_path: Path) -> None:
    answers = {"packageType": "Image", "runtime": None, "handler": None, "codeSha256": OTHER_CODE}
    report = check(tmp_path, [upload({"imageUri": f"{IMAGE}:2"}, **answers)], [function_state(**OF_IMAGE)])
    assert {name: pair for (_, name), pair in differences(report.findings).items()} == {
        "image_uri": (f"{IMAGE}:1", f"{IMAGE}:2"),
        "code_sha256": (CODE, OTHER_CODE),
    }


def test_the_same_image_again_is_nothing(tmp_path: Path) -> None:
    answers = {"packageType": "Image", "runtime": None, "handler": None}
    report = check(tmp_path, [upload({"imageUri": f"{IMAGE}:1"}, **answers)], [function_state(**OF_IMAGE)])
    assert is_silent(report), written(report)


def test_another_key_for_the_source_is_drift(tmp_path: Path) -> None:
    report = check(tmp_path, [upload({"sourceKMSKeyArn": KEY})], [function_state(source_kms_key_arn="")])
    assert {name: pair for (_, name), pair in differences(report.findings).items()} == {"source_kms_key_arn": ("", KEY)}


@pytest.mark.parametrize(
    "request_", [{"s3Bucket": "b", "s3Key": "k"}, {"s3Bucket": "b", "s3Key": "k", "s3ObjectVersion": "1"}]
)
def test_the_same_code_out_of_s3_is_nothing(tmp_path: Path, request_: dict[str, Any]) -> None:
    assert is_silent(check(tmp_path, [upload(request_)]))


def test_an_architecture_changed_with_the_code_is_that_calls(tmp_path: Path) -> None:
    report = check(tmp_path, [upload({"architectures": ["arm64"]}, architectures=["arm64"])])
    change = only(only(report.findings).drift.changes)
    assert (change.attribute, change.event is not None) == ("architectures", True)

"""The statements that the provider adds itself when it makes a public URL, against the same ones made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import create_url, delete_url, update_url, url_state
from tests.builders import (
    BY_TERRAFORM,
    add_permission,
    check,
    differences,
    function_state,
    is_silent,
    only,
    record,
    remove_permission,
    written,
)
from tfdrift_gate.model import Kind

PUBLIC = {"action": "lambda:InvokeFunctionUrl", "principal": "*", "functionUrlAuthType": "NONE", "sourceArn": None}
INVOKE = {"action": "lambda:InvokeFunction", "principal": "*", "invokedViaFunctionUrl": True, "sourceArn": None}
OWN: dict[str, tuple[str, dict[str, Any]]] = {
    "FunctionURLAllowPublicAccess": ("FunctionURLAllowPublicAccess", PUBLIC),
    "FunctionURLAllowInvokeAction": ("FunctionURLAllowInvokeAction", INVOKE),
    "FunctionURLInvokeAllowPublicAccess": ("FunctionURLInvokeAllowPublicAccess", INVOKE),
    "as text": ("FunctionURLAllowInvokeAction", INVOKE | {"invokedViaFunctionUrl": "true"}),
}
PUBLIC_URL = [function_state(), url_state(authorization_type="NONE")]
IAM_URL = [function_state(), url_state()]


@pytest.mark.parametrize(("sid", "request_"), OWN.values(), ids=OWN.keys())
@pytest.mark.parametrize("by", [{}, BY_TERRAFORM], ids=["by hand", "by Terraform"])
def test_the_statement_that_the_provider_adds_for_a_public_url_is_the_urls_own(
    tmp_path: Path, sid: str, request_: dict[str, Any], by: dict[str, Any]
) -> None:
    report = check(tmp_path, [add_permission(sid, request_) | by], PUBLIC_URL)
    assert is_silent(report), written(report)


@pytest.mark.parametrize(("sid", "request_"), OWN.values(), ids=OWN.keys())
def test_the_same_statement_beside_a_url_that_asks_for_iam_is_unmanaged(
    tmp_path: Path, sid: str, request_: dict[str, Any]
) -> None:
    finding = only(check(tmp_path, [add_permission(sid, request_)], IAM_URL).findings)
    assert (finding.drift.kind, finding.drift.resource_id) == (Kind.UNMANAGED, f"orders/{sid}")


def test_the_same_statement_without_any_managed_url_is_unmanaged(tmp_path: Path) -> None:
    assert only(check(tmp_path, [add_permission("FunctionURLAllowPublicAccess", PUBLIC)]).findings)


@pytest.mark.parametrize(
    "looser",
    [
        {"action": "lambda:*"},
        {"functionUrlAuthType": None},
        {"principalOrgID": "o-1"},
        {"sourceAccount": "210987654321"},
    ],
)
def test_a_statement_of_that_name_which_says_something_else_is_unmanaged(
    tmp_path: Path, looser: dict[str, Any]
) -> None:
    call = add_permission("FunctionURLAllowPublicAccess", PUBLIC | looser)
    assert only(check(tmp_path, [call], PUBLIC_URL).findings).drift.kind is Kind.UNMANAGED


def test_the_same_statement_under_another_name_is_unmanaged(tmp_path: Path) -> None:
    assert only(check(tmp_path, [add_permission("mine", PUBLIC)], PUBLIC_URL).findings)


def test_a_url_of_an_alias_owns_the_statement_of_that_alias_alone(tmp_path: Path) -> None:
    state = [function_state(), url_state(authorization_type="NONE", qualifier="live")]
    own = add_permission("FunctionURLAllowPublicAccess", PUBLIC | {"qualifier": "live"})
    other = add_permission("FunctionURLAllowPublicAccess", PUBLIC | {"qualifier": "next"})
    assert is_silent(check(tmp_path, [own], state))
    assert (
        only(check(tmp_path, [other], state).findings).drift.resource_id == "orders:next/FunctionURLAllowPublicAccess"
    )


def test_a_url_opened_by_hand_is_drift_and_the_statement_beside_it_is_unmanaged(tmp_path: Path) -> None:
    calls = [update_url({"authType": "NONE"}), add_permission("FunctionURLAllowPublicAccess", PUBLIC, at="10:00:01")]
    report = check(tmp_path, calls, IAM_URL)
    assert {finding.drift.kind for finding in report.findings} == {Kind.MODIFIED, Kind.UNMANAGED}


def test_a_url_made_by_terraform_leaves_nothing_to_report(tmp_path: Path) -> None:
    calls = [
        create_url({"authType": "NONE"}, by=BY_TERRAFORM),
        add_permission("FunctionURLAllowPublicAccess", PUBLIC, at="10:00:01", by=BY_TERRAFORM),
        add_permission("FunctionURLAllowInvokeAction", INVOKE, at="10:00:02", by=BY_TERRAFORM),
        record(
            "AddPermission20150331v2",
            {"functionName": "orders", "statementId": "FunctionURLAllowPublicAccess"},
            at="10:00:03",
            by=BY_TERRAFORM,
            errorCode="ResourceConflictException",
        ),
    ]
    assert is_silent(check(tmp_path, calls, PUBLIC_URL))


def test_the_removal_of_the_statement_a_public_url_needs_is_not_a_managed_permissions(tmp_path: Path) -> None:
    # Terraform's state does not know the statement: a refresh finds nothing, and nobody manages it.
    assert check(tmp_path, [remove_permission("FunctionURLAllowPublicAccess")], PUBLIC_URL).findings == ()


def test_cors_of_a_url_is_told_member_by_member(tmp_path: Path) -> None:
    cors = {"allowOrigins": ["*"], "allowCredentials": True, "maxAge": 60}
    report = check(tmp_path, [update_url({"cors": cors})], IAM_URL)
    assert {name: after for (_, name), (_, after) in differences(report.findings).items()} == {
        "cors[0].allow_origins": ["*"],
        "cors[0].allow_credentials": True,
        "cors[0].max_age": 60,
    }


HAS_CORS = [{"allow_origins": ["b", "a"], "allow_methods": ["GET"], "allow_credentials": False, "max_age": 0}]


@pytest.mark.parametrize(
    "cors",
    [
        {"allowOrigins": ["a", "b"], "allowMethods": ["GET"]},
        {"allowOrigins": {"0": "a", "1": "b"}, "allowMethods": ["GET"], "allowCredentials": "false", "maxAge": "0"},
    ],
)
def test_cors_are_sets_and_defaults_are_nothing(tmp_path: Path, cors: dict[str, Any]) -> None:
    report = check(tmp_path, [update_url({"cors": cors})], [function_state(), url_state(cors=HAS_CORS)])
    assert is_silent(report), written(report)


@pytest.mark.parametrize("answers", [{}, {"cors": None}, {"cors": {}}])
def test_cors_removed_are_gone(tmp_path: Path, answers: dict[str, Any]) -> None:
    report = check(tmp_path, [update_url({"cors": {}}, answers)], [function_state(), url_state(cors=HAS_CORS)])
    assert {name: after for (_, name), (_, after) in differences(report.findings).items()} == {
        "cors[0].allow_origins": None,
        "cors[0].allow_methods": None,
    }


def test_an_answer_from_before_invoke_modes_says_nothing_of_them(tmp_path: Path) -> None:
    body = update_url({"authType": "AWS_IAM"})
    answer = {key: value for key, value in body["responseElements"].items() if key != "invokeMode"}
    assert is_silent(check(tmp_path, [body | {"responseElements": answer}], IAM_URL))


def test_a_url_deleted_and_made_again_with_other_settings_is_replaced(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_url(), create_url({"authType": "NONE"}, at="10:05:00")], IAM_URL)
    assert only(report.findings).drift.kind is Kind.REPLACED


def test_a_url_deleted_and_made_again_has_another_address_as_the_refresh_would_tell(tmp_path: Path) -> None:
    before, after = "https://one.lambda-url.us-east-1.on.aws/", "https://two.lambda-url.us-east-1.on.aws/"
    state = [function_state(), url_state(function_url=before)]
    again = create_url(at="10:05:00")
    again["responseElements"] |= {"functionUrl": after}
    report = check(tmp_path, [delete_url(), again], state)
    assert only(report.findings).drift.kind is Kind.REPLACED
    assert differences(report.findings) == {("aws_lambda_function_url.url", "function_url"): (before, after)}
    update = update_url({"authType": "AWS_IAM"}, {"functionUrl": after})
    report = check(tmp_path, [update], state)
    assert only(only(report.findings).drift.changes).event is None, "made again by calls that were not seen"
    assert is_silent(check(tmp_path, [update_url({"authType": "AWS_IAM"}, {"functionUrl": before})], state))

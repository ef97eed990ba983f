"""Which thing a call is about: names and ARNs, qualifiers, accounts and regions, for every resource type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    delete_url,
    invoke_config_state,
    on_function,
    provisioned_state,
    scaling_state,
    url_state,
)
from tests.builders import (
    ACCOUNT,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    check,
    function_state,
    is_silent,
    only,
    permission_state,
    written,
)
from tests.lives import CALLED, LIVES, Call, Life
from tfdrift_gate.model import Kind


def each(lives: dict[str, Any]) -> Any:
    return pytest.mark.parametrize("life", lives.values(), ids=lives.keys())


def elsewhere(body: dict[str, Any], here: str, there: str) -> dict[str, Any]:
    """The same call on the thing of the same name in another account or region."""
    moved: dict[str, Any] = json.loads(json.dumps(body).replace(here, there))
    return moved


@pytest.mark.parametrize(("life", "call"), CALLED.values(), ids=CALLED.keys())
@pytest.mark.parametrize(
    ("here", "there"), [(REGION, OTHER_REGION), (ACCOUNT, OTHER_ACCOUNT)], ids=["region", "account"]
)
def test_what_has_the_same_name_elsewhere_is_something_else(
    tmp_path: Path, life: Life, call: Call, here: str, there: str
) -> None:
    report = check(tmp_path, [elsewhere(call(at="10:00:00"), here, there)], [life.state, function_state()])
    assert is_silent(report), written(report)


@pytest.mark.parametrize(("life", "call"), CALLED.values(), ids=CALLED.keys())
def test_the_region_that_state_of_provider_6_tells_is_where_it_is(tmp_path: Path, life: Life, call: Call) -> None:
    entry = elsewhere(life.state, REGION, OTHER_REGION)
    entry["instances"][0]["attributes"]["region"] = OTHER_REGION
    there = elsewhere(call(at="10:00:00"), REGION, OTHER_REGION)
    report = check(tmp_path, [there, call(at="10:00:00")], [entry, function_state("billing")])
    assert {finding.address for finding in report.findings} == {life.address}
    assert {finding.drift.key.region for finding in report.findings} == {OTHER_REGION}


ON_A_FUNCTION = {
    name: pair for name, pair in CALLED.items() if "functionName" in pair[1](at="10:00:00")["requestParameters"]
}
NAMES = (
    "orders",
    "function:orders",
    f"{ACCOUNT}:function:orders",
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("life", "call"), ON_A_FUNCTION.values(), ids=ON_A_FUNCTION.keys())
def test_its_function_is_found_however_the_caller_names_it(tmp_path: Path, life: Life, call: Call, name: str) -> None:
    made = call(at="10:00:00")
    body = made | {"requestParameters": made["requestParameters"] | {"functionName": name}}
    report = check(tmp_path, [body], [life.state, function_state()])
    assert life.address in {finding.address for finding in report.findings}


STATES_NAME_IT = {
    name: life for name, life in LIVES.items() if "function_name" in life.state["instances"][0]["attributes"]
}


@pytest.mark.parametrize("name", NAMES)
@each({name: life for name, life in STATES_NAME_IT.items() if life.attached})
def test_its_function_is_found_however_the_configuration_names_it(tmp_path: Path, life: Life, name: str) -> None:
    entry = json.loads(json.dumps(life.state))
    entry["instances"][0]["attributes"]["function_name"] = name
    call = life.changes or life.deletes
    report = check(tmp_path, [call(at="10:00:00")], [entry, function_state()])
    assert life.address in {finding.address for finding in report.findings}


QUALIFIED: dict[str, tuple[dict[str, Any], Call]] = {
    "permission": (
        permission_state(qualifier="live"),
        lambda **q: on_function("RemovePermission20150331v2", {"statementId": "allow"} | q),
    ),
    "url": (url_state(qualifier="live"), lambda **q: delete_url(request=q)),
    "event invoke": (
        invoke_config_state(qualifier="live"),
        lambda **q: on_function("DeleteFunctionEventInvokeConfig", q),
    ),
    "provisioned": (provisioned_state(), lambda **q: on_function("DeleteProvisionedConcurrencyConfig", q)),
    "scaling": (scaling_state(qualifier="live"), lambda **q: on_function("PutFunctionScalingConfig", q)),
}


@pytest.mark.parametrize(("entry", "deletes"), QUALIFIED.values(), ids=QUALIFIED.keys())
@pytest.mark.parametrize(
    "asked",
    [
        {"qualifier": "live"},
        {"functionName": "orders:live"},
        {"functionName": f"{ACCOUNT}:function:orders:live"},
        {"functionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders:live"},
    ],
    ids=["own member", "in the name", "in a partial ARN", "in an ARN"],
)
def test_a_qualifier_is_part_of_what_it_is(
    tmp_path: Path, entry: dict[str, Any], deletes: Call, asked: dict[str, Any]
) -> None:
    report = check(tmp_path, [deletes(**asked)], [entry, function_state()])
    assert only(report.findings).drift.kind is Kind.DELETED


@pytest.mark.parametrize(("entry", "deletes"), QUALIFIED.values(), ids=QUALIFIED.keys())
@pytest.mark.parametrize("asked", [{"qualifier": "next"}, {"functionName": "orders:next"}, {}])
def test_another_qualifier_or_none_is_something_else(
    tmp_path: Path, entry: dict[str, Any], deletes: Call, asked: dict[str, Any]
) -> None:
    assert check(tmp_path, [deletes(**asked)], [entry, function_state()]).findings == ()

"""What a live answer says about a drift; answers are written here as Lambda's API gives them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    ACCOUNT,
    BY_CONSOLE,
    CODE,
    MAPPING,
    NOW,
    OTHER_ACCOUNT,
    OTHER_CODE,
    QUEUE,
    REGION,
    add_permission,
    check,
    create_function,
    delete_function,
    function_arn,
    function_state,
    mapping_state,
    only,
    permission_state,
    put_concurrency,
    record,
    remove_permission,
    update_code,
    update_configuration,
    update_mapping,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.live.answer import received
from tfdrift_gate.live.choose import asks_of
from tfdrift_gate.live.verdict import Verified, verified
from tfdrift_gate.model import Drift, Kind

CATALOG = load_catalog()
SECRET = "hunter2-planted"
VARIABLES = {"PASSWORD": SECRET, "MODE": "prod"}


def configuration(**members: Any) -> dict[str, Any]:
    """What GetFunctionConfiguration answers of the function that state believes in."""
    return {
        "FunctionName": "orders",
        "FunctionArn": function_arn(),
        "Runtime": "python3.12",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/orders",
        "Handler": "index.handler",
        "CodeSize": 262,
        "Description": "",
        "Timeout": 10,
        "MemorySize": 512,
        "LastModified": "2026-01-01T10:00:00.000+0000",
        "CodeSha256": CODE,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": "6c1c3b0e-0000-4000-8000-000000000000",
        "State": "Active",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"},
    } | members


def mapping_answer(**members: Any) -> dict[str, Any]:
    """What GetEventSourceMapping answers of the mapping that state believes in."""
    return {
        "UUID": MAPPING,
        "FunctionArn": function_arn(),
        "EventSourceArn": QUEUE,
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 0,
        "State": "Enabled",
        "LastModified": 1767261600.0,
    } | members


def policy(*statements: Any) -> dict[str, Any]:
    """What GetPolicy answers."""
    return {"Policy": json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})}


def statement(sid: str = "allow", **members: Any) -> dict[str, Any]:
    """A statement as Lambda stores the permission that state believes in."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function_arn(),
        "Condition": {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly"}},
    } | members


@cache
def _drift(*records: str, state: str | None = None) -> Drift:
    with tempfile.TemporaryDirectory() as folder:
        believed = json.loads(state) if state else None
        return only(check(Path(folder), list(map(json.loads, records)), believed).findings).drift


def drift_of(*records: Mapping[str, Any], state: Any = None) -> Drift:
    """The drift that records come to."""
    return _drift(*map(json.dumps, records), state=json.dumps(state) if state is not None else None)


def held(drift: Drift, answer: Any, ignores: Callable[[str], bool] = lambda _: False) -> Verified:
    """Hold a drift against an answer."""
    (ask,) = asks_of([drift], CATALOG)
    body = received(json.dumps(answer))
    resource = CATALOG.resources[drift.key.resource_type]
    return verified(drift, ask, body, resource, NOW + timedelta(minutes=1), ignores)


def call_of(drift: Drift) -> str:
    (ask,) = asks_of([drift], CATALOG)
    return ask.read.call


def standing(found: Verified) -> dict[str, tuple[Any, Any, bool]]:
    assert found.stands
    return {change.attribute: (change.before, change.after, change.known) for change in found.stands[0].changes}


def refuted(found: Verified) -> set[str]:
    return {change.attribute for change in found.refuted[0].changes} if found.refuted else set()


MEMORY = drift_of(update_configuration({"memorySize": 1024}))
MEMORY_AND_TIMEOUT = drift_of(update_configuration({"memorySize": 1024, "timeout": 30}))
VARIABLES_STATE = [function_state(environment=[{"variables": VARIABLES}])]
ENVIRONMENT = drift_of(update_configuration({}), state=VARIABLES_STATE)
DELETED = drift_of(delete_function())
REMOVED = drift_of(remove_permission(), state=[function_state(), permission_state()])
ADDED = drift_of(add_permission("mine"))
FILTERS = drift_of(
    update_mapping({"filterCriteria": {}}, {"filterCriteria": {}}), state=[function_state(), mapping_state()]
)
MAPPING_DRIFT = drift_of(
    update_mapping({"batchSize": 500, "enabled": False}, {"batchSize": 500, "state": "Disabling"}),
    state=[function_state(), mapping_state()],
)


# Attribute by attribute


def test_an_attribute_that_is_as_state_has_it_is_refuted_and_the_rest_stands() -> None:
    found = held(MEMORY_AND_TIMEOUT, configuration(Timeout=30))
    assert standing(found) == {"timeout": (10, 30, True)}
    assert refuted(found) == {"memory_size"}
    assert found.stands
    assert found.stands[1].outcome == "stands"
    assert found.refuted
    assert found.refuted[1].words == ("asked live (GetFunctionConfiguration): memory_size is as state has it",)


def test_whoever_may_have_been_the_last_is_still_named_once_the_drift_is_verified() -> None:
    drift = drift_of(put_concurrency(5), put_concurrency(7, by=BY_CONSOLE))
    found = held(drift, {"ReservedConcurrentExecutions": 5})
    assert found.stands
    assert {event.origin for event in found.stands[0].events} == {"cli", "console"}


def test_what_was_changed_again_has_the_live_value() -> None:
    found = held(MEMORY, configuration(MemorySize=2048))
    assert standing(found) == {"memory_size": (512, 2048, True)}
    assert found.stands
    assert "was changed again since" in found.stands[1].words[0]


def test_a_code_that_cloudtrail_did_not_show_is_settled_either_way() -> None:
    withheld = drift_of(
        record("UpdateFunctionCode20150331v2", {"functionName": "orders", "s3Bucket": "b"}, {"functionName": "orders"})
    )
    assert not withheld.changes[0].known
    assert refuted(held(withheld, configuration())) == {"code_sha256"}
    found = held(withheld, configuration(CodeSha256=OTHER_CODE))
    assert standing(found) == {"code_sha256": (CODE, OTHER_CODE, True)}


def test_a_code_that_state_has_no_hash_of_stays_and_says_so() -> None:
    drift = drift_of(update_code(), state=[function_state(code_sha256=None, source_code_hash=None)])
    found = held(drift, configuration(CodeSha256=OTHER_CODE))
    assert refuted(found) == set()
    assert found.stands
    assert found.stands[1].outcome == "unread"
    assert "state holds nothing to compare it with" in found.stands[1].words[0]


def test_a_setting_that_the_answer_lacks_is_not_refuted_by_that() -> None:
    body = configuration()
    del body["MemorySize"]
    assert refuted(held(MEMORY, body)) == set()
    body = configuration()
    del body["TracingConfig"]
    tracing = drift_of(update_configuration({"tracingConfig": {"mode": "Active"}}))
    assert refuted(held(tracing, body)) == set()


def test_a_setting_that_a_whole_answer_leaves_out_is_not_set() -> None:
    layers = drift_of(update_configuration({"layers": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:a:1"]}))
    assert refuted(held(layers, configuration())) == {"layers"}


@pytest.mark.parametrize(
    ("body", "stands"),
    [({}, False), ({"ReservedConcurrentExecutions": 50}, True), ({"ReservedConcurrentExecutions": "many"}, True)],
)
def test_reserved_concurrency_is_none_where_the_answer_is_empty(body: dict[str, Any], stands: bool) -> None:
    assert bool(held(drift_of(put_concurrency(50)), body).stands) is stands


def test_a_mapping_is_read_in_its_own_words() -> None:
    found = held(MAPPING_DRIFT, mapping_answer(State="Disabled"))
    assert standing(found) == {"enabled": (True, False, True)}
    assert refuted(found) == {"batch_size"}


def test_a_mapping_that_is_just_updating_does_not_tell_whether_it_is_enabled() -> None:
    found = held(MAPPING_DRIFT, mapping_answer(State="Updating"))
    assert "enabled" in standing(found)
    assert refuted(found) == {"batch_size"}


# Environment variables


def live_variables(variables: Any) -> dict[str, Any]:
    return configuration(Environment={"Variables": variables})


def test_the_same_variables_refute_the_change() -> None:
    assert refuted(held(ENVIRONMENT, live_variables(VARIABLES))) == {"environment"}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (VARIABLES | {"NEW": "x"}, "added NEW"),
        ({"MODE": "prod"}, "removed PASSWORD"),
        (VARIABLES | {"PASSWORD": "other-secret"}, "changed PASSWORD"),
        ({"A": "1", "MODE": "test"}, "added A; removed PASSWORD; changed MODE"),
        (VARIABLES | {"MODE": ""}, "changed MODE"),
    ],
)
def test_other_variables_are_known_to_differ_and_only_named(variables: dict[str, str], words: str) -> None:
    found = held(ENVIRONMENT, live_variables(variables))
    assert standing(found) == {"environment": ("(sensitive)", "(sensitive)", True)}
    assert found.stands
    assert found.stands[1].words == (f"asked live (GetFunctionConfiguration): environment variables: {words}",)


def test_none_is_told_from_all_of_them() -> None:
    assert standing(held(ENVIRONMENT, configuration()))["environment"][2] is True
    bare = drift_of(update_configuration({}), state=[function_state(environment=[])])
    assert refuted(held(bare, configuration())) == {"environment"}


@pytest.mark.parametrize(
    "environment",
    [
        {"Error": {"ErrorCode": "AccessDeniedException", "Message": f"KMS: {SECRET}"}},
        {"Error": {}, "Variables": VARIABLES},
        {"Variables": ["PASSWORD"]},
        {"Variables": VARIABLES | {"MODE": 5}},
        [VARIABLES],
        "text",
        {"Other": 1},
    ],
)
def test_variables_that_lambda_cannot_show_stay_withheld(environment: Any) -> None:
    found = held(ENVIRONMENT, configuration(Environment=environment))
    assert standing(found) == {"environment": (None, None, False)}
    assert found.stands
    assert found.stands[1].outcome == "unread"
    assert "does not show it" in found.stands[1].words[0]
    assert SECRET not in repr(found.stands[1])


def test_names_are_counted_where_state_marks_all_variables_sensitive() -> None:
    state = [function_state(environment=[{"variables": VARIABLES}], entry={"sensitive": ["environment"]})]
    found = held(drift_of(update_configuration({}), state=state), live_variables({"MODE": "test", "A": "1"}))
    assert found.stands
    assert "added 1; removed 1; changed 1" in found.stands[1].words[0]
    assert "PASSWORD" not in found.stands[1].words[0]


def test_a_variable_that_ignore_changes_names_is_ignored_alone() -> None:
    def ignores(path: str) -> bool:
        return path == 'environment[0].variables["MODE"]'

    only_mode = held(ENVIRONMENT, live_variables(VARIABLES | {"MODE": "test"}), ignores)
    assert (only_mode.stands, only_mode.refuted) == (None, None)
    assert only_mode.ignored
    both = held(ENVIRONMENT, live_variables({"MODE": "test", "PASSWORD": "x"}), ignores)
    assert both.ignored is None
    assert both.stands
    assert both.stands[1].words[0].endswith("changed PASSWORD")


def test_an_answer_keeps_no_value_of_a_variable_and_no_link_to_the_code() -> None:
    link = "https://bucket.example/code.zip?X-Amz-Signature=0123"
    body = {"Configuration": live_variables(VARIABLES), "Code": {"Location": link}, **live_variables(VARIABLES)}
    answer = received(json.dumps(body))
    kept = repr(answer.body)
    assert SECRET not in kept
    assert "Signature" not in kept
    assert SECRET not in repr(answer)


# What is there and what is not


def absent() -> Any:
    from tfdrift_gate.live.answer import Answer

    return Answer(absent=True)


def held_absent(drift: Drift) -> Verified:
    (ask,) = asks_of([drift], CATALOG)
    return verified(drift, ask, absent(), CATALOG.resources[drift.key.resource_type], NOW)


@pytest.mark.parametrize("drift", [DELETED, REMOVED, MEMORY], ids=["function", "permission", "modified"])
def test_what_is_not_there_stands(drift: Drift) -> None:
    found = held_absent(drift)
    assert found.stands
    assert found.stands[0] == drift
    assert found.refuted is None


def test_what_nobody_manages_and_is_gone_again_is_refuted() -> None:
    assert held_absent(ADDED).refuted
    assert held(ADDED, policy(statement("other"))).refuted


def test_a_deleted_function_that_is_there_as_state_has_it_is_refuted() -> None:
    found = held(DELETED, configuration())
    assert (found.stands, bool(found.refuted)) == (None, True)


def test_a_deleted_function_that_is_there_but_differs_was_replaced() -> None:
    found = held(DELETED, configuration(MemorySize=128, Role=f"arn:aws:iam::{ACCOUNT}:role/other"))
    assert found.stands
    drift = found.stands[0]
    assert drift.kind is Kind.REPLACED
    assert {change.attribute for change in drift.changes} == {"memory_size", "role"}


def test_a_deleted_function_that_is_there_with_other_variables_was_replaced() -> None:
    drift = drift_of(delete_function(), state=VARIABLES_STATE)
    found = held(drift, live_variables({"MODE": "prod"}))
    assert standing(found) == {"environment": ("(sensitive)", "(sensitive)", True)}


@pytest.mark.parametrize(
    ("state", "answer", "untold"),
    [
        (
            function_state(environment=[{"variables": VARIABLES}]),
            {"Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}},
            "environment",
        ),
        (
            function_state(image_config=[{"command": ["x"], "entry_point": [], "working_directory": ""}]),
            {"ImageConfigResponse": {"Error": {"ErrorCode": "AccessDeniedException"}}},
            "image_config[0].command",
        ),
    ],
    ids=["variables", "an image's command"],
)
def test_a_deleted_function_that_is_there_but_not_shown_whole_is_not_refuted(
    state: Any, answer: dict[str, Any], untold: str
) -> None:
    found = held(drift_of(delete_function(), state=[state]), configuration(**answer))
    assert (found.refuted, found.stands and found.stands[0].kind) == (None, Kind.DELETED)
    assert found.stands
    assert found.stands[1].outcome == "unread"
    assert any(word.startswith(f"not verified: {untold}: ") for word in found.stands[1].words)


def test_a_removed_permission_that_is_there_again_with_another_principal_was_replaced() -> None:
    assert held(REMOVED, policy(statement())).refuted
    found = held(REMOVED, policy(statement(Principal="*")))
    assert standing(found) == {"principal": ("events.amazonaws.com", "*", True)}


def test_an_unmanaged_permission_shows_what_it_now_allows() -> None:
    found = held(ADDED, policy(statement("mine", Principal="*", Condition={})))
    assert standing(found)["principal"][1] == "*"
    assert "source_arn" not in standing(found)


def test_what_is_just_being_deleted_is_not_there_again() -> None:
    drift = drift_of(
        record("DeleteEventSourceMapping20150331", {"uUID": MAPPING}), state=[function_state(), mapping_state()]
    )
    found = held(drift, mapping_answer(State="Deleting"))
    assert (bool(found.stands), found.refuted) == (True, None)
    assert held(drift, mapping_answer()).refuted


def test_a_replacement_stands_whatever_its_attributes() -> None:
    again = create_function(at="11:00:00", answers={"memorySize": 128})
    drift = drift_of(delete_function(), again)
    assert drift.kind is Kind.REPLACED
    found = held(drift, configuration())
    assert found.stands
    assert (found.stands[0].kind, found.stands[0].changes, found.refuted) == (Kind.REPLACED, (), None)


# Which read


@pytest.mark.parametrize(
    ("records", "call"),
    [
        ([update_configuration({"memorySize": 1024})], "GetFunctionConfiguration"),
        ([put_concurrency(50)], "GetFunctionConcurrency"),
        ([put_concurrency(50), update_configuration({"memorySize": 1024})], "GetFunction"),
        ([delete_function()], "GetFunctionConfiguration"),
    ],
)
def test_the_narrowest_read_that_shows_all_is_taken(records: list[Any], call: str) -> None:
    assert call_of(drift_of(*records)) == call


def test_what_the_one_read_does_not_show_stays_and_says_so() -> None:
    signing = record(
        "PutFunctionCodeSigningConfig", {"functionName": "orders", "codeSigningConfigArn": "arn:csc"}, None
    )
    drift = drift_of(signing, update_configuration({"memorySize": 1024}))
    found = held(drift, configuration())
    assert call_of(drift) == "GetFunctionConfiguration"
    assert refuted(found) == {"memory_size"}
    assert "code_signing_config_arn" in standing(found)
    assert found.stands
    assert found.stands[1].words == (
        "not verified: code_signing_config_arn: GetFunctionConfiguration does not show it",
    )


def test_get_function_settles_several_families_at_once() -> None:
    drift = drift_of(put_concurrency(50), update_configuration({"memorySize": 1024}))
    body = {"Configuration": configuration(), "Code": {"RepositoryType": "S3"}}
    assert refuted(held(drift, body)) == {"memory_size", "reserved_concurrent_executions"}
    reserved = body | {"Concurrency": {"ReservedConcurrentExecutions": 5}}
    assert standing(held(drift, reserved)) == {"reserved_concurrent_executions": (None, 5, True)}


def test_get_function_holds_the_variables_against_state_too() -> None:
    records = (put_concurrency(50, at="09:00:00"), update_configuration({}))
    drift = drift_of(*records, state=VARIABLES_STATE)
    same = {"Configuration": live_variables(VARIABLES), "Code": {}}
    assert refuted(held(drift, same)) == {"environment", "reserved_concurrent_executions"}
    found = held(drift, {"Configuration": live_variables({"MODE": "prod"}), "Code": {}})
    assert standing(found) == {"environment": ("(sensitive)", "(sensitive)", True)}


def test_instances_of_one_resource_share_its_read() -> None:
    twice = [function_state(label="one"), function_state(label="two")]
    with tempfile.TemporaryDirectory() as folder:
        report = check(Path(folder), [update_configuration({"memorySize": 1024})], twice)
    drifts = [finding.drift for finding in report.findings]
    assert len(drifts) == 2
    assert len(asks_of(drifts, CATALOG)) == 1


# What is not understood refutes nothing


@pytest.mark.parametrize("drift", [DELETED, MEMORY, ENVIRONMENT], ids=["deleted", "memory", "environment"])
@pytest.mark.parametrize(
    "arn",
    [function_arn(account=OTHER_ACCOUNT), function_arn(region="eu-west-1"), "orders", 5, None],
    ids=["account", "region", "name", "number", "none"],
)
def test_a_function_of_that_name_elsewhere_refutes_nothing(drift: Drift, arn: Any) -> None:
    found = held(drift, configuration(FunctionArn=arn, Environment={"Variables": VARIABLES}))
    assert (bool(found.stands), found.refuted) == (True, None)


@pytest.mark.parametrize("document", ["", "{", "[]", "5", '{"Statement": 5}', '{"Statement": [5]}', "{}", 5, {}])
def test_a_policy_that_is_none_refutes_nothing(document: Any) -> None:
    for drift in (ADDED, REMOVED):
        assert held(drift, {"Policy": document}).refuted is None


@pytest.mark.parametrize("effect", ["Deny", None, 5])
def test_a_statement_that_does_not_allow_is_not_the_permission(effect: Any) -> None:
    assert held(REMOVED, policy(statement(Effect=effect))).refuted is None
    assert held(ADDED, policy(statement("mine", Effect=effect))).refuted is None


def test_filters_that_lambda_cannot_show_stay_withheld() -> None:
    error = {"ErrorCode": "AccessDeniedException", "Message": "KMS"}
    found = held(FILTERS, mapping_answer(FilterCriteriaError=error))
    assert standing(found) == {"filter_criteria": (None, None, False)}
    assert refuted(held(FILTERS, mapping_answer())) == {"filter_criteria"}


def test_an_image_configuration_that_lambda_cannot_show_is_not_taken_for_none() -> None:
    drift = drift_of(
        update_configuration(
            {"imageConfig": {"command": ["x"]}},
            {"imageConfigResponse": {"imageConfig": {"command": ["x"]}}},
        )
    )
    body = configuration(ImageConfigResponse={"Error": {"ErrorCode": "AccessDeniedException"}})
    assert refuted(held(drift, body)) == set()
    assert refuted(held(drift, configuration())) == {"image_config[0].command"}


DRIFTS = (MEMORY_AND_TIMEOUT, ENVIRONMENT, DELETED, REMOVED, ADDED, FILTERS, MAPPING_DRIFT)
ANSWERS: Mapping[str, dict[str, Any]] = {
    "aws_lambda_function": configuration(MemorySize=1024, Timeout=30),
    "aws_lambda_event_source_mapping": mapping_answer(BatchSize=500, State="Disabled"),
    "aws_lambda_permission": policy(statement("mine", Principal="*")),
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
QUICK = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@QUICK
@given(st.sampled_from(DRIFTS), JSON)
def test_arbitrary_json_never_raises_and_refutes_nothing(drift: Drift, answer: Any) -> None:
    found = held(drift, answer)
    assert found.refuted is None
    assert found.stands
    assert found.stands[0] == drift


@QUICK
@given(st.sampled_from(DRIFTS), st.data())
def test_a_whole_answer_with_one_odd_member_refutes_only_what_it_shows_as_state_has_it(
    drift: Drift, data: st.DataObject
) -> None:
    body = dict(ANSWERS[drift.key.resource_type])
    name = data.draw(st.sampled_from(sorted(body)))
    body[name] = data.draw(JSON)
    found = held(drift, body)
    if found.refuted is None:
        return
    resource = CATALOG.resources[drift.key.resource_type]
    for change in found.refuted[0].changes:
        # Only the odd member can refute here: everything else differs from what state believes.
        attribute = resource.attributes[change.attribute]
        heads = {str(attribute.response).split(".")[0].lower(), *attribute.heads}
        assert name.lower() in heads or change.attribute in ("filter_criteria", "environment")
        if change.attribute in ("memory_size", "timeout", "batch_size"):
            assert equal(change.before, body[name], attribute, drift.key)
    assert drift.kind is Kind.MODIFIED

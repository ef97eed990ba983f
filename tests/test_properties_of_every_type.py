"""What holds for every history of every resource type: any values reach a verdict, in any order the same."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests import attached, builders
from tests.builders import BY_CLI, BY_CONSOLE, BY_TERRAFORM, check, outputs
from tests.lives import LIVES
from tests.test_properties import EVERY, JSON, refusal
from tfdrift_gate.model import Report

FUNCTION = builders.function_state(
    publish=True, version="3", tags={"a": "1"}, tags_all={"a": "1", "env": "1"}, code_signing_config_arn=""
)
EVERYTHING = [FUNCTION, *(life.state for life in LIVES.values() if life.state["type"] != "aws_lambda_function")]
KINDS = ("one life", "tag", "untag", "policy", "statement", "weights", "version", "of a version")
NAMES = st.sampled_from(["a", "b", "env", "aws:x", "", 'q"]\\', "é"])
TAGS = st.dictionaries(NAMES, st.sampled_from(["1", "2", ""]), max_size=3)
CALLERS = st.sampled_from([BY_CLI, BY_CONSOLE, BY_TERRAFORM])
SECONDS = st.sampled_from(["10:00:00", "10:00:00", "10:00:01", "10:05:00"])

STATEMENTS = st.lists(
    st.sampled_from(
        [
            attached.statement(),
            attached.statement(principal="*"),
            attached.statement("other"),
            attached.statement("other", Effect="Deny"),
            attached.statement(Condition={}),
            attached.statement(Action=["lambda:InvokeFunction"]),
        ]
    ),
    max_size=3,
)
ODD_STATEMENTS = JSON | st.fixed_dictionaries(
    {},
    optional={"Sid": JSON, "Effect": JSON, "Principal": JSON, "Action": JSON, "Condition": JSON, "Resource": JSON},
)
ODD_POLICIES = st.one_of(
    JSON,
    st.text(max_size=10),
    JSON.map(json.dumps),
    ODD_STATEMENTS.map(lambda one: json.dumps({"Statement": one})),
    st.lists(ODD_STATEMENTS, max_size=3).map(lambda many: json.dumps({"Statement": many, "Version": "2012-10-17"})),
)


def run(records: list[Any], state: Any = EVERYTHING, **given_: Any) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return check(Path(folder), records, state, **given_)


def reaches_a_verdict(records: list[Any], state: list[Any]) -> bool:
    """Whether the run ends in a verdict that every output can say, or in the gate's own refusal of the state."""
    error = refusal(lambda: outputs(run(records, state)))
    return error is None or "believed.json" in error.message


def stored(statement: dict[str, Any], **fields: Any) -> dict[str, Any]:
    request = {"functionName": "orders", "statementId": statement["Sid"], "action": "lambda:InvokeFunction"}
    principal = "*" if statement["Principal"] == "*" else "events.amazonaws.com"
    answer = {"statement": json.dumps(statement)}
    return builders.record("AddPermission20150331v2", request | {"principal": principal}, answer, **fields)


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    fields = {"at": draw(SECONDS), "by": draw(CALLERS)}
    life = draw(st.sampled_from(list(LIVES.values())))
    made = [call for call in (life.changes, life.repeats, life.deletes, life.creates) if call]
    name = draw(
        st.sampled_from(["one life", "tag", "untag", "policy", "statement", "weights", "version", "of a version"])
    )
    if name == "tag":
        return attached.tag(draw(TAGS), **fields)
    if name == "untag":
        return attached.untag(*draw(st.lists(NAMES, max_size=2)), **fields)
    if name == "policy":
        return attached.put_policy(attached.policy(*draw(STATEMENTS)), **fields)
    if name == "statement":
        sid = draw(st.sampled_from(["allow", "other"]))
        return stored(attached.statement(sid, principal=draw(st.sampled_from(["*", None]))), **fields)
    if name == "weights":
        weights = draw(st.dictionaries(st.sampled_from(["3", "4"]), st.sampled_from([0, 0.1, "0.10", 1]), max_size=2))
        asked = draw(
            st.sampled_from([{"routingConfig": {"additionalVersionWeights": weights}}, {"routingConfig": {}}, {}])
        )
        return builders.update_alias(asked, **fields)
    if name == "version":
        return attached.publish_version(draw(st.sampled_from(["3", "4", "5"])), **fields)
    if name == "of a version":
        request = {"functionName": "orders", "qualifier": draw(st.sampled_from(["3", "4", "$LATEST"]))}
        return builders.record("DeleteFunction20150331", request, **fields)
    return draw(st.sampled_from(made))(**fields)


HISTORIES = st.lists(calls(), max_size=7)


def said(report: Report) -> tuple[Any, ...]:
    return report.findings, report.reverted, report.suppressed, report.skipped


@EVERY
@given(HISTORIES, st.randoms(use_true_random=False), st.sampled_from(["attached", "all", "none"]))
def test_the_order_of_the_records_never_changes_the_report(records: list[Any], random: Any, mode: str) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert said(run(records, unmanaged=mode)) == said(run(shuffled, unmanaged=mode))


@EVERY
@given(HISTORIES)
def test_a_record_that_comes_twice_changes_nothing(records: list[Any]) -> None:
    assert said(run(records, unmanaged="all")) == said(run([*records, *records], unmanaged="all"))


@EVERY
@given(HISTORIES)
def test_every_finding_has_a_fingerprint_of_its_own_and_every_output_can_say_it(records: list[Any]) -> None:
    report = run(records, unmanaged="all")
    ids = [finding.id for finding in report.findings]
    assert len(set(ids)) == len(ids)
    assert len(json.loads(outputs(report)["json"])["findings"]) == len(ids)


@EVERY
@given(HISTORIES)
def test_nothing_is_a_finding_and_reverted_at_once(records: list[Any]) -> None:
    report = run(records)
    standing = {(finding.address, change.attribute) for finding in report.findings for change in finding.drift.changes}
    undone = {(finding.address, change.attribute) for finding in report.reverted for change in finding.drift.changes}
    assert not standing & undone


@EVERY
@given(HISTORIES)
def test_failed_calls_among_others_change_nothing(records: list[Any]) -> None:
    failed = [
        body
        | {"errorCode": "AccessDenied", "responseElements": None, "eventID": f"{number:08}-0000-4000-8000-000000000000"}
        for number, body in enumerate(records)
    ]
    assert said(run(records)) == said(run([*failed, *records]))


@EVERY
@given(ODD_POLICIES, ODD_POLICIES, st.booleans())
def test_any_policy_in_a_record_and_in_state_reaches_a_verdict(put: Any, believed: Any, managed: bool) -> None:
    state = [builders.function_state(), builders.permission_state()]
    if managed:
        state.append(attached.policy_state(policy=believed))
    records = [
        attached.put_policy(put),
        builders.add_permission("new", at="10:01:00") | {"responseElements": {"statement": put}},
        builders.remove_permission("allow", at="10:02:00"),
    ]
    assert reaches_a_verdict(records, state)


@EVERY
@given(JSON | TAGS, JSON | st.lists(NAMES, max_size=2), JSON | TAGS, JSON | TAGS)
def test_any_tags_in_a_record_and_in_state_reach_a_verdict(tags: Any, keys: Any, own: Any, all_: Any) -> None:
    resource = builders.function_arn()
    records = [
        builders.record("TagResource20170331v2", {"resource": resource, "tags": tags}),
        builders.record("UntagResource20170331v2", {"resource": resource, "tagKeys": keys}, at="10:01:00"),
        builders.create_function(at="10:02:00"),
        builders.record("TagResource20170331v2", {"resource": resource, "tags": {"a": "1"}}, at="10:03:00"),
    ]
    assert reaches_a_verdict(records, [builders.function_state(tags=own, tags_all=all_)])


@EVERY
@given(JSON, JSON, JSON)
def test_any_weights_in_a_record_and_in_state_reach_a_verdict(asked: Any, answered: Any, believed: Any) -> None:
    records = [
        builders.update_alias({"routingConfig": asked}, {"routingConfig": answered}),
        builders.update_alias(
            {"routingConfig": {"additionalVersionWeights": asked}},
            {"routingConfig": {"additionalVersionWeights": answered}},
            at="10:01:00",
        ),
    ]
    for routing in (believed, [{"additional_version_weights": believed}]):
        assert reaches_a_verdict(records, [builders.alias_state(routing_config=routing)])


@EVERY
@given(TAGS, TAGS, TAGS)
def test_tags_that_end_as_state_has_them_never_gate(
    own: dict[str, str], defaults: dict[str, str], wild: dict[str, str]
) -> None:
    mine, others = (
        {key: value for key, value in tags.items() if not key.startswith("aws:")} for tags in (own, defaults)
    )
    whole = {**others, **mine}
    records = [
        attached.tag(wild),
        attached.untag(*wild, at="10:01:00"),
        attached.tag(whole, at="10:02:00"),
    ]
    report = run(records, [builders.function_state(tags=mine, tags_all=whole)])
    assert report.findings == ()

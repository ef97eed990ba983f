"""What holds for every input: no surprise ends a run, order and repetition change nothing, secrets stay in."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.builders import (
    BY_CLI,
    BY_CONSOLE,
    BY_TERRAFORM,
    alias_state,
    check,
    function_state,
    mapping_state,
    outputs,
    permission_state,
    state_text,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.changes.interpret import interpret
from tfdrift_gate.errors import GateError
from tfdrift_gate.model import RawRecord, Record, Report, Skipped
from tfdrift_gate.records.record import read_record
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.rules.read import read_rules

settings.register_profile(
    "judgement",
    derandomize=True,
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
EVERY = settings.get_profile("judgement")

CATALOG = load_catalog()
SECRET = "hunter2-planted"
EVERYTHING = (
    function_state(environment=[{"variables": {"TOKEN": SECRET}}]),
    permission_state(),
    alias_state(),
    mapping_state(),
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.just(10**400)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
NAMES = sorted(name for _, name in CATALOG.recorded)
MEMBERS = sorted(
    {
        part
        for resource in CATALOG.resources.values()
        for attribute in resource.attributes.values()
        for part in (attribute.asked[0].split(".")[0], *attribute.heads)
    }
    | {"uUID", "qualifier", "statementId", "functionArn", "aliasArn", "dryRun", "publish", "revisionId"}
)
ATTRIBUTES = sorted({path.split("[")[0] for entry in CATALOG.resources.values() for path in entry.attributes})
BODIES = JSON | st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=5)
FIELDS = {
    "eventSource": st.just("lambda.amazonaws.com") | JSON,
    "eventName": st.sampled_from(NAMES) | JSON,
    "eventTime": st.just("2026-01-01T10:00:00Z") | JSON,
    "requestParameters": BODIES,
    "responseElements": BODIES,
    "userIdentity": JSON | st.dictionaries(st.sampled_from(["type", "arn", "sessionContext", "invokedBy"]), JSON),
    "userAgent": JSON,
    "addendum": JSON | st.fixed_dictionaries({"reason": st.just("UPDATED_DATA"), "originalEventID": JSON}),
    "eventID": JSON,
    "readOnly": JSON,
    "awsRegion": JSON,
    "recipientAccountId": JSON,
}
HOSTILE = JSON | st.fixed_dictionaries({}, optional=FIELDS)


def refusal(attempt: Callable[[], object]) -> GateError | None:
    """Give the gate's own error, where that is what came; any other exception is a fault."""
    try:
        attempt()
    except GateError as error:
        return error
    return None


def run(*arguments: Any, **given_: Any) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return check(Path(folder), *arguments, **given_)


@EVERY
@given(HOSTILE)
def test_any_json_as_a_record_is_a_record_a_skip_or_nothing(body: Any) -> None:
    read = read_record(RawRecord("here", body), CATALOG.event_sources)
    assert read is None or isinstance(read, (Record, Skipped))
    if isinstance(read, Record):
        meaning = interpret(read, CATALOG)
        assert meaning.change is None or meaning.change.key.resource_type in CATALOG.resources


@EVERY
@given(st.lists(HOSTILE, max_size=4))
def test_any_json_as_records_reaches_a_verdict_that_every_output_can_say(bodies: list[Any]) -> None:
    report = run(bodies, EVERYTHING, unmanaged="all")
    assert report.verdict in ("clean", "drift")
    json.loads(outputs(report)["json"])


def on_managed(members: Any) -> dict[str, Any]:
    return {**members, "functionName": "orders", "uUID": builders.MAPPING, "name": "live", "statementId": "allow"}


MANAGED_BODIES = st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=5).map(on_managed)


@EVERY
@given(st.lists(st.tuples(st.sampled_from(NAMES), MANAGED_BODIES, MANAGED_BODIES | st.none()), max_size=4))
def test_any_values_of_a_managed_resource_reach_a_verdict(calls: list[tuple[str, Any, Any]]) -> None:
    records = [
        builders.record(name, request, response, at=f"10:00:0{number}")
        for number, (name, request, response) in enumerate(calls)
    ]
    report = run(records, EVERYTHING)
    assert report.verdict in ("clean", "drift")
    assert len(report.skipped) <= report.records_relevant * len(ATTRIBUTES)


STATE_VALUES = st.dictionaries(st.sampled_from(ATTRIBUTES), JSON, max_size=5)


@EVERY
@given(STATE_VALUES, st.sampled_from(EVERYTHING))
def test_any_json_as_an_instances_attributes_reaches_a_verdict_or_an_error_of_the_gate(
    values: dict[str, Any], entry: dict[str, Any]
) -> None:
    attributes = {**entry["instances"][0]["attributes"], **values}
    state = [builders.resource(entry["type"], "fuzzed", attributes)]
    records = [
        builders.update_configuration({"memorySize": 1024, "layers": ["a"]}),
        builders.put_concurrency(5, at="10:01:00"),
        builders.remove_permission(at="10:02:00"),
        builders.add_permission(request={"principal": "*"}, at="10:03:00"),
        builders.update_mapping({"batchSize": 5}, {"batchSize": 5}, at="10:04:00"),
        builders.update_alias({"functionVersion": "4"}, at="10:05:00"),
    ]
    error = refusal(lambda: outputs(run(records, state)))
    assert error is None or error.hint


@EVERY
@given(
    st.dictionaries(st.sampled_from(["version", "resources", "format_version", "values", "encrypted_data"]), JSON)
    | st.fixed_dictionaries({"version": st.just(4), "resources": st.lists(JSON, max_size=3)})
    | st.fixed_dictionaries(
        {
            "version": st.just(4),
            "resources": st.lists(
                st.fixed_dictionaries(
                    {
                        "mode": st.just("managed"),
                        "type": st.just("aws_lambda_function"),
                        "name": st.just("f"),
                        "instances": JSON | st.lists(st.fixed_dictionaries({"attributes": JSON}), max_size=2),
                    },
                    optional={"module": JSON, "provider": JSON},
                ),
                max_size=2,
            ),
        }
    )
    | JSON
)
def test_any_json_as_state_is_believed_or_refused_by_an_error_of_the_gate(state: Any) -> None:
    error = refusal(lambda: run([builders.update_configuration({"memorySize": 1024})], json.dumps(state)))
    assert error is None or (error.hint and "believed.json" in error.message)


RULE_WORDS = st.sampled_from(
    [
        "drift_rules:",
        "waivers:",
        "trusted:",
        "name: a",
        "severity: high",
        "expires: 2026-01-01",
        "[",
        "]",
        "{",
        "}",
        "&a",
        "*a",
        "? ",
        "'",
        '"',
        ":",
        "-",
        "!!python/tuple",
        "\n",
        "\n  - ",
        "\n    ",
        "\t",
        "\x00",
    ]
)


@EVERY
@given(st.text(max_size=60) | st.lists(RULE_WORDS, max_size=12).map("".join) | JSON.map(json.dumps))
def test_any_text_as_a_rules_file_is_rules_or_an_error_of_the_gate(text: str) -> None:
    error = refusal(lambda: read_rules(text, "rules.yaml", CATALOG))
    assert error is None or (error.hint and "rules.yaml" in error.message)


def test_any_bytes_as_a_rules_file_are_rules_or_an_error_of_the_gate(tmp_path: Path) -> None:
    for number in range(256):
        (tmp_path / "rules.yaml").write_bytes(bytes([number]) * 3)
        error = refusal(lambda: load_rules(tmp_path / "rules.yaml", CATALOG))
        assert error is None or "rules.yaml" in error.message


CALLERS = st.sampled_from([BY_CLI, BY_CONSOLE, BY_TERRAFORM])
CALLS = st.one_of(
    st.builds(lambda value: (builders.update_configuration, ({"memorySize": value},)), st.sampled_from([512, 1024])),
    st.builds(
        lambda value: (builders.update_configuration, ({"timeout": value}, {"memorySize": 2048})),
        st.sampled_from([10, 30]),
    ),
    st.builds(lambda value: (builders.put_concurrency, (value,)), st.sampled_from([0, 5])),
    st.sampled_from(
        [
            (builders.delete_concurrency, ()),
            (builders.update_code, ()),
            (builders.delete_function, ()),
            (builders.create_function, ()),
            (builders.add_permission, ()),
            (builders.add_permission, ("x", {"principal": "*"})),
            (builders.remove_permission, ()),
            (builders.remove_permission, ("x",)),
            (builders.create_alias, ()),
            (builders.delete_alias, ()),
            (builders.update_alias, ({"functionVersion": "4"},)),
            (builders.update_mapping, ({"enabled": False}, {"state": "Disabling"})),
            (builders.delete_mapping, ()),
        ]
    ),
)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    calls = draw(st.lists(st.tuples(CALLS, CALLERS), max_size=8))
    return [call(*arguments, at=f"10:{number:02}:00", by=by) for number, ((call, arguments), by) in enumerate(calls)]


@EVERY
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_arrive_changes_nothing(records: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    one, other = run(records, EVERYTHING, unmanaged="all"), run(shuffled, EVERYTHING, unmanaged="all")
    assert one.findings == other.findings
    assert one.reverted == other.reverted
    assert one.suppressed == other.suppressed
    assert one.skipped == other.skipped


@EVERY
@given(histories())
def test_records_delivered_twice_change_nothing(records: list[dict[str, Any]]) -> None:
    once, twice = run(records, EVERYTHING), run([*records, *records], EVERYTHING)
    assert (once.findings, once.reverted) == (twice.findings, twice.reverted)


@EVERY
@given(histories())
def test_every_finding_has_a_fingerprint_of_its_own_that_every_run_gives_again(records: list[dict[str, Any]]) -> None:
    first, second = run(records, EVERYTHING), run(records, EVERYTHING)
    ids = [finding.id for finding in first.findings]
    assert ids == [finding.id for finding in second.findings]
    assert len(set(ids)) == len(ids)


@EVERY
@given(histories())
def test_a_history_that_ends_as_state_has_it_never_gates(records: list[dict[str, Any]]) -> None:
    functions = [body for body in records if body["eventName"].startswith(("UpdateFunction", "PutFunction"))]
    ending = [
        builders.update_configuration({"memorySize": 512, "timeout": 10}, at="11:00:00"),
        builders.update_code(builders.CODE, at="11:01:00"),
        builders.delete_concurrency(at="11:02:00"),
    ]
    report = run([*functions, *ending], EVERYTHING)
    assert report.findings == ()


def in_one_place(records: list[dict[str, Any]], folder: Path, **given_: Any) -> dict[str, str]:
    return outputs(check(folder, records, EVERYTHING, **given_))


def test_the_same_inputs_give_the_same_bytes_in_every_output(tmp_path: Path) -> None:
    records = [
        builders.update_configuration({"memorySize": 1024, "timeout": 30, "description": "né → \x1b[31m"}),
        builders.add_permission("x", {"principal": "*"}),
        builders.remove_permission(at="10:01:00"),
        builders.record("TagResource20170331v2", {"resource": builders.function_arn()}),
        builders.update_mapping({"enabled": False}, {"state": "Disabling"}),
        builders.create_alias({"name": "mine"}),
        builders.update_alias({"functionVersion": "4"}, at="10:02:00"),
        builders.update_alias({"functionVersion": "3"}, at="10:03:00"),
    ]
    first = in_one_place(records, tmp_path)
    assert first == in_one_place(records, tmp_path)
    later = in_one_place(records, tmp_path, now=datetime(2026, 1, 1, 23, 30, tzinfo=timezone.utc))
    assert later["external"] == first["external"], "what Terraform keeps in state says nothing of the run's own time"
    shuffled = in_one_place(list(reversed(records)), tmp_path)
    assert shuffled == first


PLACES = st.sampled_from(["requestParameters", "responseElements"])
SHAPES = st.sampled_from([{"variables": {"TOKEN": SECRET}}, {"variables": SECRET}, SECRET, [SECRET], {SECRET: SECRET}])


@EVERY
@given(st.lists(st.tuples(st.sampled_from(NAMES), PLACES, SHAPES), max_size=4), st.sampled_from(["attached", "all"]))
def test_no_output_holds_an_environments_value(calls: list[tuple[str, str, Any]], mode: str) -> None:
    records = []
    for number, (name, where, shape) in enumerate(calls):
        request, response = on_managed({"timeout": 30}), builders.configuration(memorySize=1024)
        body = builders.record(name, request, response, at=f"10:00:0{number}")
        records.append({**body, where: {**body[where], "environment": shape}})
    report = run(records, EVERYTHING, unmanaged=mode)
    assert SECRET not in "".join(outputs(report).values())


@EVERY
@given(st.sampled_from(sorted(set(ATTRIBUTES) & set(EVERYTHING[0]["instances"][0]["attributes"]))), histories())
def test_no_output_holds_what_state_marks_sensitive(attribute: str, records: list[dict[str, Any]]) -> None:
    assume(attribute not in ("function_name", "environment", "reserved_concurrent_executions"))
    state = [function_state(**{attribute: SECRET}, entry={"sensitive": [attribute]})]
    report = run(records, state)
    assert SECRET not in "".join(outputs(report).values())


def test_a_modification_time_before_all_time_in_state_reaches_a_verdict() -> None:
    state = [function_state(last_modified="0001-01-01T00:00:00+14:00")]
    assert run([builders.update_configuration({"memorySize": 1024})], state).verdict == "drift"


def test_a_number_in_state_that_is_beyond_any_range_is_refused_or_said() -> None:
    state = state_text(function_state(memory_size="@")).replace('"@"', "1e999")
    try:
        report = run([builders.update_configuration({"memorySize": 1024})], state)
    except GateError:
        return
    json.loads(outputs(report)["json"])

"""What the oracle does not compare, by name, each with its reason; the long run prints these tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.oracle.refresh import Pair

_TIME = "the time of the change itself, which every call moves, also one that changes nothing"
_COPY = "computed from another attribute, which is compared"

COMPUTED: Mapping[tuple[str, str], str] = {
    ("aws_lambda_function", "last_modified"): _TIME,
    ("aws_lambda_function", "qualified_arn"): f"{_COPY}: version",
    ("aws_lambda_function", "qualified_invoke_arn"): f"{_COPY}: version",
    ("aws_lambda_function", "source_code_size"): f"{_COPY}: code_sha256",
    ("aws_lambda_function", "snap_start[0].optimization_status"): f"{_COPY}: snap_start[0].apply_on",
    ("aws_lambda_function", "vpc_config[0].vpc_id"): f"{_COPY}: vpc_config[0].subnet_ids",
    ("aws_lambda_code_signing_config", "last_modified"): _TIME,
    ("aws_lambda_event_source_mapping", "last_modified"): _TIME,
    ("aws_lambda_event_source_mapping", "state"): f"{_COPY}: enabled",
    ("aws_lambda_event_source_mapping", "function_arn"): f"{_COPY}: function_name",
    ("aws_lambda_function_url", "function_url"): "the address Lambda gives a new URL, which no setting names",
    ("aws_lambda_function_url", "url_id"): f"{_COPY}: function_url",
    ("aws_lambda_layer_version_permission", "policy"): "the whole policy, of which this resource is one statement",
    ("aws_lambda_layer_version_permission", "revision_id"): "moves with every statement of the same policy",
}
"""Attributes that no call sets: neither side's word on them counts."""

WITHHELD: Mapping[tuple[str, str], str] = {
    ("aws_lambda_function", "environment"): "CloudTrail never shows variables",
    ("aws_lambda_event_source_mapping", "filter_criteria"): "CloudTrail shows that there are filters, not which",
}
"""Attributes whose values CloudTrail withholds: the gate must not be silent where Terraform finds a difference."""

BLIND: Mapping[tuple[str, str], str] = {
    ("aws_lambda_permission", name): "the provider keeps the old value where the new statement has no such condition"
    for name in (
        "source_arn",
        "source_account",
        "principal_org_id",
        "event_source_token",
        "function_url_auth_type",
    )
}
"""Attributes whose loss Terraform's refresh does not see, and the gate reports on purpose."""

UNOWNED: Mapping[tuple[str, str], str] = {
    (
        f"aws_lambda_function.{name}",
        "version",
    ): "moves with every version published; without publish = true nobody owns it"
    for name in ("bare", "image")
}
"""Attributes that a refresh shows and no configuration owns, by the resource in the world."""

MASKED: Mapping[tuple[str, str], str] = {
    ("aws_lambda_layer_version_permission", "everything"): "while another statement stands first in the policy: the"
    " provider reads the first one, whichever it is",
}
"""Resources that a refresh does not show as they are."""

OPERATIONS: Mapping[str, str] = {
    "CreateCapacityProvider": "the newest provider on these machines (5.100) has no such resource",
    "UpdateCapacityProvider": "likewise",
    "DeleteCapacityProvider": "likewise",
    "PutFunctionScalingConfig": "likewise",
    "CheckpointDurableExecution": "leaves no trace in any Terraform attribute",
    "SendDurableExecutionCallbackFailure": "likewise",
    "SendDurableExecutionCallbackHeartbeat": "likewise",
    "SendDurableExecutionCallbackSuccess": "likewise",
    "StopDurableExecution": "likewise",
    "DeleteDurableExecution": "likewise",
    "PauseDurableExecution": "likewise",
    "ResumeDurableExecution": "likewise",
    "Invoke": "a data event, and no change",
    "InvokeAsync": "likewise",
    "InvokeWithResponseStream": "likewise",
}
"""Mutating operations that no sequence holds."""


SITUATIONS: Mapping[str, str] = {
    "tags_all beside tags": "one change of tags shows in both; alone, as a lost default tag does, tags_all is compared",
    "PutFunctionEventInvokeConfig without MaximumRetryAttempts": "what a read then answers is not established",
    "two updates of one setting in one second": "eventTime and lastModified are whole seconds, so nothing orders them",
}
"""What no sequence holds although its operations are called."""


def compared(pairs: Iterable[Pair]) -> set[Pair]:
    """Drop the pairs that are not compared: what is computed, and what is withheld."""
    left = {pair for pair in pairs if key(pair) not in COMPUTED and key(pair) not in WITHHELD}
    left -= {(address, "tags_all") for address, attribute in left if attribute == "tags"}
    return {pair for pair in left if (".".join(pair[0].split(".")[-2:]), pair[1]) not in UNOWNED}


def key(pair: Pair) -> tuple[str, str]:
    """Give the resource type and attribute of a pair, as the tables name it."""
    address, attribute = pair
    return address.rpartition(".aws_")[2].partition(".")[0].join(("aws_", "")), attribute


def tables() -> str:
    """Write the tables down for a reader."""
    parts = []
    named = (
        ("computed", COMPUTED),
        ("withheld by CloudTrail (the gate must not be silent about them)", WITHHELD),
        ("shown by a refresh, owned by no configuration", UNOWNED),
        ("not shown as it is by a refresh", MASKED),
        ("lost where Terraform does not look (the gate may report them)", BLIND),
    )
    for title, table in named:
        rows = [f"  {kind}.{attribute}: {reason}" for (kind, attribute), reason in sorted(table.items())]
        parts.append("\n".join([f"Attributes left out: {title}", *rows]))
    for title, names in (("Operations left out", OPERATIONS), ("Situations left out", SITUATIONS)):
        parts.append("\n".join([title, *(f"  {name}: {reason}" for name, reason in sorted(names.items()))]))
    return "\n".join(parts)

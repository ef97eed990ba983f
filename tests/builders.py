"""Small builders of what the judgement reads: CloudTrail records, answers of Lambda, and Terraform's state.

Records are those of a person at the AWS CLI unless ``by`` says otherwise. Shapes follow what CloudTrail writes: version
suffixes, first letters lowered, an empty ``environment``, ``responseElements`` null where the API answers nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import tfdrift_gate.gate
from tfdrift_gate.model import Finding, Report
from tfdrift_gate.outputs import FORMATS, external
from tfdrift_gate.outputs.json import document as document_of
from tfdrift_gate.settings import Settings

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-east-1"
OTHER_REGION = "eu-west-1"
AWS_PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'

DAY = "2026-01-01"
"""The day on which records happen."""
NOW = datetime(2026, 1, 1, 23, 0, tzinfo=timezone.utc)
LAST_APPLY = "2025-12-01T00:00:00.000+0000"
"""When Terraform last wrote what state holds, as the API spells it."""

MAPPING = "11111111-2222-4333-8444-555555555555"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
CODE, OTHER_CODE = "x9e5iJqR5bq0d3QKqzJmZ1mGmJpQq3nQ6s6uLw0yTgA=", "BBBBiJqR5bq0d3QKqzJmZ1mGmJpQq3nQ6s6uLw0yTgA="

TERRAFORM_AGENT = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 (+https://www.terraform.io) terraform-provider-aws/6.55.0"
    " (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.0 ua/2.1 os/linux lang/go#1.24.8"
)
CLI_AGENT = "aws-cli/2.17.60 md/awscrt#0.21.2 ua/2.0 os/macos#23.6.0 md/arch#arm64 lang/python#3.11.9"
BROWSER = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537"
)


def user(name: str, account: str = ACCOUNT) -> dict[str, Any]:
    """Build an IAM user's identity."""
    return {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "userName": name,
    }


def role_session(role: str, session: str, path: str = "/", **session_context: Any) -> dict[str, Any]:
    """Build an assumed role's identity: the ``sts`` ARN lacks the role's path, the issuer's has it."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{role}",
                "accountId": ACCOUNT,
                "userName": role,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": f"{DAY}T08:00:00Z", "mfaAuthenticated": "false"},
            **session_context,
        },
    }


BY_CLI: Mapping[str, Any] = {"userIdentity": user("ops-engineer"), "userAgent": CLI_AGENT}
BY_CONSOLE: Mapping[str, Any] = {
    "userIdentity": user("developer"),
    "userAgent": BROWSER,
    "sessionCredentialFromConsole": "true",
}
BY_TERRAFORM: Mapping[str, Any] = {
    "userIdentity": role_session("terraform-deploy", "gha-42"),
    "userAgent": TERRAFORM_AGENT,
}
BY_PIPELINE_CLI: Mapping[str, Any] = {
    "userIdentity": role_session("terraform-deploy", "gha-42"),
    "userAgent": CLI_AGENT,
}


def record(
    event_name: str,
    request: Any,
    response: Any = None,
    at: str = "10:00:00",
    by: Mapping[str, Any] = BY_CLI,
    **fields: Any,
) -> dict[str, Any]:
    """Build the record of a successful Lambda call; ``fields`` add to it or replace what it has.

    Its id follows from its content, so that no two different calls share one.
    """
    body: dict[str, Any] = {
        "eventVersion": "1.11",
        "eventTime": f"{DAY}T{at}Z",
        "eventSource": "lambda.amazonaws.com",
        "eventName": event_name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        **by,
        "requestParameters": request,
        "responseElements": response,
        "requestID": "00000000-0000-4000-8000-000000000000",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | fields
    body.setdefault("eventID", str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(body, sort_keys=True))))
    return body


def without(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Leave keys out."""
    return {key: value for key, value in body.items() if key not in names}


def function_arn(name: str = "orders", account: str = ACCOUNT, region: str = REGION) -> str:
    """Name a function by its ARN."""
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def configuration(
    name: str = "orders", at: str = "10:00:00", account: str = ACCOUNT, region: str = REGION, **members: Any
) -> dict[str, Any]:
    """Build a complete configuration as the API answers it, by default that of :func:`function_state`."""
    return {
        "functionName": name,
        "functionArn": function_arn(name, account, region),
        "runtime": "python3.12",
        "role": f"arn:aws:iam::{account}:role/{name}",
        "handler": "index.handler",
        "codeSize": 262,
        "description": "",
        "timeout": 10,
        "memorySize": 512,
        "lastModified": f"{DAY}T{at}.000+0000",
        "codeSha256": CODE,
        "version": "$LATEST",
        "environment": {},
        "tracingConfig": {"mode": "PassThrough"},
        "revisionId": "6c1c3b0e-0000-4000-8000-000000000000",
        "state": "Active",
        "lastUpdateStatus": "InProgress",
        "packageType": "Zip",
        "architectures": ["x86_64"],
        "ephemeralStorage": {"size": 512},
        "snapStart": {"applyOn": "None", "optimizationStatus": "Off"},
        "runtimeVersionConfig": {"runtimeVersionArn": f"arn:aws:lambda:{region}::runtime:0000"},
        "loggingConfig": {"logFormat": "Text", "logGroup": f"/aws/lambda/{name}"},
    } | members


def update_configuration(
    request: Mapping[str, Any],
    answers: Mapping[str, Any] | None = None,
    name: str = "orders",
    at: str = "10:00:00",
    **fields: Any,
) -> dict[str, Any]:
    """Build a configuration update: the answer shows what was asked for, or what ``answers`` says on top.

    The request has the empty ``environment`` that CloudTrail shows on unrelated updates too.
    """
    shown = dict(request)
    if "layers" in shown:
        shown["layers"] = [{"arn": arn, "codeSize": 1} for arn in shown["layers"]]
    members = {"at": at} | shown | dict(answers or {})
    return record(
        "UpdateFunctionConfiguration20150331v2",
        {"functionName": name, "environment": {}, **request},
        configuration(name, **members),
        at=at,
        **fields,
    )


def update_code(sha256: str = OTHER_CODE, name: str = "orders", at: str = "10:00:00", **fields: Any) -> dict[str, Any]:
    """Build the upload of a zip file: the request names no code at all."""
    request = {"functionName": name, "publish": False, "dryRun": False}
    return record(
        "UpdateFunctionCode20150331v2", request, configuration(name, at=at, codeSha256=sha256), at=at, **fields
    )


def create_function(name: str = "orders", at: str = "10:00:00", **fields: Any) -> dict[str, Any]:
    """Build the creation of a function like that of :func:`function_state`."""
    answers = fields.pop("answers", {})
    request = {
        "functionName": name,
        "runtime": "python3.12",
        "role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "handler": "index.handler",
        "code": {},
        "timeout": 10,
        "memorySize": 512,
        "environment": {},
        "publish": False,
    }
    return record("CreateFunction20150331", request, configuration(name, at=at, **answers), at=at, **fields)


def delete_function(name: str = "orders", **fields: Any) -> dict[str, Any]:
    """Build the deletion of a function."""
    return record("DeleteFunction20150331", {"functionName": name}, **fields)


def put_concurrency(reserved: Any, name: str = "orders", **fields: Any) -> dict[str, Any]:
    """Build the setting of reserved concurrency: it answers null."""
    request = {"functionName": name, "reservedConcurrentExecutions": reserved}
    return record("PutFunctionConcurrency20171031", request, **fields)


def delete_concurrency(name: str = "orders", **fields: Any) -> dict[str, Any]:
    """Build the removal of reserved concurrency."""
    return record("DeleteFunctionConcurrency20171031", {"functionName": name}, **fields)


def add_permission(
    statement_id: str = "allow", request: Mapping[str, Any] | None = None, name: str = "orders", **fields: Any
) -> dict[str, Any]:
    """Build the addition of a permission like that of :func:`permission_state`."""
    asked = {
        "functionName": name,
        "statementId": statement_id,
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "sourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly",
    } | dict(request or {})
    return record("AddPermission20150331v2", asked, {"statement": "{}"}, **fields)


def remove_permission(statement_id: str = "allow", name: str = "orders", **fields: Any) -> dict[str, Any]:
    """Build the removal of a permission."""
    return record("RemovePermission20150331v2", {"functionName": name, "statementId": statement_id}, **fields)


def mapping(**members: Any) -> dict[str, Any]:
    """Build a complete mapping as the API answers it, by default that of :func:`mapping_state`."""
    return {
        "uUID": MAPPING,
        "eventSourceArn": QUEUE,
        "functionArn": function_arn(),
        "batchSize": 100,
        "maximumBatchingWindowInSeconds": 0,
        "state": "Enabled",
        "stateTransitionReason": "USER_INITIATED",
        "lastModified": "May 9, 2024, 9:05:41 PM",
    } | members


def create_mapping(request: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the creation of a mapping."""
    answers = fields.pop("answers", {})
    asked = {"functionName": "orders", "eventSourceArn": QUEUE, "enabled": True, "batchSize": 100} | dict(request or {})
    return record("CreateEventSourceMapping20150331", asked, mapping(**{"state": "Creating"} | answers), **fields)


def update_mapping(request: Mapping[str, Any], answers: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build the update of a mapping: ``answers`` is what its answer says beside what state has."""
    asked = {"uUID": MAPPING, **request}
    return record("UpdateEventSourceMapping20150331", asked, mapping(**answers), **fields)


def delete_mapping(**fields: Any) -> dict[str, Any]:
    """Build the deletion of a mapping."""
    return record("DeleteEventSourceMapping20150331", {"uUID": MAPPING}, mapping(state="Deleting"), **fields)


def alias(**members: Any) -> dict[str, Any]:
    """Build an alias as the API answers it, by default that of :func:`alias_state`."""
    return {
        "aliasArn": f"{function_arn()}:live",
        "name": "live",
        "functionVersion": "3",
        "description": "",
        "revisionId": "9b1c3b0e-0000-4000-8000-000000000000",
    } | members


def create_alias(request: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the creation of an alias."""
    asked = {"functionName": "orders", "name": "live", "functionVersion": "3"} | dict(request or {})
    answer = alias(**without(asked, "functionName"), aliasArn=f"{function_arn()}:{asked['name']}")
    return record("CreateAlias20150331", asked, answer, **fields)


def update_alias(request: Mapping[str, Any], answers: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the update of an alias; the answer shows what was asked for unless ``answers`` is given."""
    asked = {"functionName": "orders", "name": "live", **request}
    return record("UpdateAlias20150331", asked, alias(**(request if answers is None else answers)), **fields)


def delete_alias(name: str = "live", **fields: Any) -> dict[str, Any]:
    """Build the deletion of an alias."""
    return record("DeleteAlias20150331", {"functionName": "orders", "name": name}, **fields)


def resource(
    resource_type: str,
    label: str,
    attributes: Mapping[str, Any],
    *,
    key: str | int | None = None,
    sensitive: Sequence[str] = (),
    instance: Mapping[str, Any] | None = None,
    **outer: Any,
) -> dict[str, Any]:
    """Build one entry of a state file, version 4, with one instance; ``sensitive`` names top-level attributes."""
    body: dict[str, Any] = {"schema_version": 0, "attributes": dict(attributes)}
    if key is not None:
        body["index_key"] = key
    body["sensitive_attributes"] = [[{"type": "get_attr", "value": name}] for name in sensitive]
    return {
        "mode": "managed",
        "type": resource_type,
        "name": label,
        "provider": AWS_PROVIDER,
        "instances": [body | dict(instance or {})],
        **outer,
    }


def function_state(
    name: str = "orders",
    account: str = ACCOUNT,
    region: str = REGION,
    *,
    label: str | None = None,
    entry: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> dict[str, Any]:
    """Build the state of a function ``aws_lambda_function.<name>``; ``entry`` goes to :func:`resource`."""
    given = {
        "id": name,
        "function_name": name,
        "arn": function_arn(name, account, region),
        "role": f"arn:aws:iam::{account}:role/{name}",
        "runtime": "python3.12",
        "handler": "index.handler",
        "description": "",
        "memory_size": 512,
        "timeout": 10,
        "reserved_concurrent_executions": -1,
        "environment": [],
        "vpc_config": [],
        "dead_letter_config": [],
        "layers": None,
        "kms_key_arn": "",
        "tracing_config": [{"mode": "PassThrough"}],
        "architectures": ["x86_64"],
        "ephemeral_storage": [{"size": 512}],
        "code_sha256": CODE,
        "source_code_hash": CODE,
        "last_modified": LAST_APPLY,
    } | attributes
    return resource("aws_lambda_function", label or name, given, **dict(entry or {}))


def minimal_function_state(name: str = "orders") -> dict[str, Any]:
    """Build a function of which state tells hardly more than its name, as a very old provider leaves it."""
    return resource(
        "aws_lambda_function", name, {"id": name, "function_name": name, "arn": function_arn(name), "memory_size": 512}
    )


def permission_state(
    statement_id: str = "allow", *, label: str = "events", entry: Mapping[str, Any] | None = None, **attributes: Any
) -> dict[str, Any]:
    """Build the state of a permission: it has no ARN of its own."""
    given = {
        "id": statement_id,
        "statement_id": statement_id,
        "function_name": "orders",
        "qualifier": "",
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "source_arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly",
        "source_account": None,
        "principal_org_id": None,
        "event_source_token": None,
        "function_url_auth_type": None,
    } | attributes
    return resource("aws_lambda_permission", label, given, **dict(entry or {}))


def mapping_state(*, entry: Mapping[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """Build the state of an event source mapping."""
    given = {
        "id": MAPPING,
        "uuid": MAPPING,
        "arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{MAPPING}",
        "function_name": function_arn(),
        "function_arn": function_arn(),
        "event_source_arn": QUEUE,
        "enabled": True,
        "batch_size": 100,
        "maximum_batching_window_in_seconds": 0,
        "starting_position": None,
        "filter_criteria": [],
        "last_modified": "2025-12-01T00:00:00Z",
    } | attributes
    return resource("aws_lambda_event_source_mapping", "queue", given, **dict(entry or {}))


def alias_state(*, entry: Mapping[str, Any] | None = None, **attributes: Any) -> dict[str, Any]:
    """Build the state of an alias."""
    given = {
        "id": f"{function_arn()}:live",
        "arn": f"{function_arn()}:live",
        "function_name": "orders",
        "name": "live",
        "description": "",
        "function_version": "3",
        "routing_config": [],
    } | attributes
    return resource("aws_lambda_alias", "live", given, **dict(entry or {}))


def with_instances(*entries: Mapping[str, Any]) -> dict[str, Any]:
    """Join entries of one block into one entry with several instances, as count and for_each have them."""
    return {**entries[0], "instances": [each for entry in entries for each in entry["instances"]]}


def state_text(*entries: Mapping[str, Any]) -> str:
    """Write a state file, version 4."""
    return json.dumps({"version": 4, "serial": 1, "lineage": "tests", "outputs": {}, "resources": entries})


def shown_text(*entries: Mapping[str, Any]) -> str:
    """Write the same state as ``terraform show -json`` prints it; modules become child modules."""
    modules: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        base = f"{entry['type']}.{entry['name']}"
        module = entry.get("module", "")
        for each in entry["instances"]:
            index = f"[{json.dumps(each['index_key'])}]" if "index_key" in each else ""
            marks = {path[0]["value"]: True for path in each["sensitive_attributes"]}
            shown = {
                "address": ".".join(part for part in (module, base + index) if part),
                "mode": entry["mode"],
                "type": entry["type"],
                "name": entry["name"],
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "values": each["attributes"],
                "sensitive_values": marks,
            }
            modules.setdefault(module, []).append(shown)
    children = [{"address": name, "resources": items} for name, items in modules.items() if name]
    root = {"resources": modules.get("", []), "child_modules": children}
    return json.dumps({"format_version": "1.0", "values": {"root_module": root}})


def check(
    folder: Path,
    records: Iterable[Any],
    state: Iterable[Mapping[str, Any]] | str | None = None,
    *,
    rules: str | None = None,
    main: str | None = None,
    more_states: Iterable[str] = (),
    now: datetime = NOW,
    **settings: Any,
) -> Report:
    """Judge records against state with the whole program behind the command line.

    ``state`` is entries or a state's text (the function ``orders`` where left out), ``rules`` a rules file's
    text, ``main`` the configuration, ``more_states`` the texts of further states.
    """
    folder.mkdir(parents=True, exist_ok=True)
    events = folder / "events.json"
    events.write_text(json.dumps({"Records": list(records)}), encoding="utf-8")
    believed = folder / "believed.json"
    if not isinstance(state, str):
        state = state_text(*([function_state()] if state is None else state))
    believed.write_text(state, encoding="utf-8")
    if main is not None:
        (folder / "main.tf").write_text(main, encoding="utf-8")
    if rules is not None:
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        settings["rules"] = str(folder / "rules.yaml")
    states = [believed]
    for number, text in enumerate(more_states, 2):
        states.append(folder / f"believed{number}.json")
        states[-1].write_text(text, encoding="utf-8")
    given = {"dir": str(folder), "state": tuple(map(str, states)), "events": (str(events),)} | settings
    return tfdrift_gate.gate.check(Settings(**given), {}, now)


def differences(findings: Iterable[Finding]) -> dict[tuple[str | None, str], tuple[Any, Any]]:
    """Give what findings say as {(address, attribute): (before, after)}."""
    return {
        (finding.address, change.attribute): (change.before, change.after)
        for finding in findings
        for change in finding.drift.changes
    }


def only(findings: Sequence[Finding]) -> Finding:
    """Give the one finding there must be."""
    assert len(findings) == 1, [(finding.address, finding.drift.kind.value) for finding in findings]
    return findings[0]


def finding_document(report: Report) -> dict[str, Any]:
    """Give the one finding of a report as the JSON report has it."""
    only(report.findings)
    entry: dict[str, Any] = document_of(report)["findings"][0]
    return entry


def is_silent(report: Report) -> bool:
    """Tell whether nothing at all came out: no finding, nothing undone, suppressed or left unjudged."""
    return not (report.findings or report.suppressed or report.reverted or report.skipped or report.problems)


def outputs(report: Report) -> dict[str, str]:
    """Write a report in every form that leaves the program."""
    written = {name: form.render(report) for name, form in FORMATS.items()}
    written["external"] = json.dumps(external.answer(report, "annotate", bool(report.findings), ""))
    return written


def written(report: Report) -> str:
    """Write a report in every form, as one text to search."""
    return "\n".join(outputs(report).values())

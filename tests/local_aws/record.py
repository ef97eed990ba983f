"""A Lambda call and its answer, written down as CloudTrail does.

Fields:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
Keys are the API's member names with only the first letter lowered (``UUID`` → ``uUID``), map keys as they
were sent. What CloudTrail withholds is withheld here: members the service model calls sensitive (so
``environment`` is ``{}`` and ``code`` lacks ``zipFile``), and filter criteria,
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import Shape

from tests.local_aws.event_names import is_read_only, recorded_event_name
from tests.local_aws.function_name import split_function_name
from tests.local_aws.identity import Caller
from tests.local_aws.lambda_call import LambdaAnswer, LambdaCall

_NULL_RESPONSE = frozenset(
    {
        "DeleteFunction",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "UpdateFunctionEventInvokeConfig",
    }
)
"""Operations whose answer is not recorded although they have one; those without an answer need no mention."""

_NOTHING_SHOWN_WHEN_DENIED = frozenset(
    {
        "CreateEventSourceMapping",
        "DeleteEventSourceMapping",
        "TagResource",
        "UntagResource",
        "UpdateEventSourceMapping",
    }
)
"""Operations whose target only the error message names when the caller may not call them."""

# Recorded under another name than the API answers with.
_ERROR_CODES = {"AccessDeniedException": "AccessDenied"}


@dataclass(frozen=True)
class Circumstances:
    """What surrounds a call."""

    caller: Caller
    region: str
    source_ip: str
    user_agent: str
    request_id: str
    completed: datetime
    """UTC; recorded in whole seconds."""


def lambda_record(call: LambdaCall, answer: LambdaAnswer, about: Circumstances) -> dict[str, Any]:
    """Write the record of one call, in the order of fields that CloudTrail uses."""
    account = about.caller.account
    failed = answer.error_code is not None
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": about.caller.user_identity,
        "eventTime": about.completed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "lambda.amazonaws.com",
        "eventName": recorded_event_name(call.api, call.operation.http["requestUri"]),
        "awsRegion": about.region,
        "sourceIPAddress": about.source_ip,
        "userAgent": about.user_agent,
    }
    if failed:
        record["errorCode"] = _ERROR_CODES.get(str(answer.error_code), answer.error_code)
        record["errorMessage"] = answer.error_message
    denied = record.get("errorCode") == "AccessDenied" and call.api in _NOTHING_SHOWN_WHEN_DENIED
    record |= {
        "requestParameters": None if denied else _request_parameters(call, answer, about) or None,
        "responseElements": None if failed else _response_elements(call, answer),
        "requestID": about.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": is_read_only(call.api),
        **_resources(call, answer, account),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if "Mozilla/" in about.user_agent:
        # The console calls on a person's behalf, so the TLS session is not the person's.
        record["sessionCredentialFromConsole"] = "true"
    else:
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"lambda.{about.region}.amazonaws.com",
        }
    return record


def _request_parameters(call: LambdaCall, answer: LambdaAnswer, about: Circumstances) -> dict[str, Any]:
    shown = _shown(call.operation.input_shape, call.parameters) if call.operation.input_shape else {}
    if call.api == "CreateFunction":
        for key, default in (("publish", False), ("environment", {}), ("code", {})):
            shown.setdefault(key, default)
    elif call.api == "UpdateFunctionConfiguration":
        shown.setdefault("environment", {})
    elif call.api == "UpdateFunctionCode":
        parsed = _fully_qualified_arn(call.parameters["FunctionName"], about)
        shown = {"fullyQualifiedArn": parsed, "publish": False, "dryRun": False} | shown
    elif call.api in ("CreateEventSourceMapping", "UpdateEventSourceMapping"):
        filters = answer.output if answer.error_code is None else call.parameters
        _show_only_that_it_filters(shown, filters)
    return shown


def _response_elements(call: LambdaCall, answer: LambdaAnswer) -> dict[str, Any] | None:
    shape = call.operation.output_shape
    if shape is None or is_read_only(call.api) or call.api in _NULL_RESPONSE:
        return None
    shown = _shown(shape, answer.output)
    if shape.name == "FunctionConfiguration":
        shown.setdefault("environment", {})
        if not shown.get("layers"):
            shown.pop("layers", None)
    elif shape.name == "EventSourceMappingConfiguration":
        _show_only_that_it_filters(shown, answer.output)
    elif "statement" in shown:
        shown["statement"] = json.dumps(json.loads(shown["statement"]), separators=(",", ":"))
    return shown or None


def _shown(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            member[0].lower() + member[1:]: _shown(model, value[member])
            for member, model in shape.members.items()
            if member in value and not model.metadata.get("sensitive")
        }
    if shape.type_name == "list":
        return [_shown(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _shown(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        # Not ISO 8601: Lambda's records print these as Java does for en_US, "May 9, 2024, 9:05:41 PM".
        return f"{value:%b} {value.day}, {value.year}, {value.hour % 12 or 12}:{value:%M:%S %p}"
    return value


def _show_only_that_it_filters(shown: dict[str, Any], mapping: dict[str, Any]) -> None:
    shown.pop("filterCriteria", None)
    if (mapping.get("FilterCriteria") or {}).get("Filters"):
        shown["filterCriteria"] = {}


def _fully_qualified_arn(function: str, about: Circumstances) -> dict[str, Any]:
    return {
        "arnPrefix": {"partition": "aws", "region": about.region, "account": about.caller.account},
        "relativeId": {"functionName": split_function_name(function)[0]},
        "functionQualifier": {},
    }


def _resources(call: LambdaCall, answer: LambdaAnswer, account: str) -> dict[str, Any]:
    # Lambda fills a record's own "resources" for few calls only, with short lower-case types.
    if call.api in ("TagResource", "UntagResource", "ListTags"):
        arn = call.parameters["Resource"]
        kind = arn.split(":")[5] if arn.count(":") >= 6 else "function"
    elif call.api in ("GetEventSourceMapping", "DeleteEventSourceMapping"):
        arn, kind = answer.output.get("EventSourceMappingArn"), "event-source-mapping"
    else:
        return {}
    return {"resources": [{"accountId": account, "type": kind, "ARN": arn}]} if arn else {}

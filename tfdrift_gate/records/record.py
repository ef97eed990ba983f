"""One CloudTrail record, read into what the later steps need.

Fields: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, cast

from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import Event, RawRecord, Record, Skipped
from tfdrift_gate.records.identity import caller_of, shared

_SUFFIX = re.compile(r"20\d{6}(v\d+)?$")
_READS = re.compile(r"(Get|List|Describe|Search)[A-Z]")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@lru_cache(maxsize=1024)
def api_name(event_name: str) -> str:
    """Strip the date and version that the recorded name of an older Lambda operation ends in.

    ``UpdateFunctionConfiguration20150331v2`` → ``UpdateFunctionConfiguration``. AWS: the name "might include date
    and version information, but it is still referring to the same public API action",
    https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
    """
    return _SUFFIX.sub("", event_name)


def read_record(raw: RawRecord, event_sources: Iterable[str]) -> Record | Skipped | None:
    """Read one raw record.

    None for what does not take part: another service's, a read, a data event, a failed call.
    :class:`Skipped` for what should take part and cannot be read. Never raises.
    """
    body = raw.body
    if not _is_object(body):
        return Skipped("malformed-record", f"{raw.position}: not a JSON object")
    source = body.get("eventSource")
    if source is None and body.get("eventCategory") == "Insight":  # a trail's own findings, not calls
        return None
    if not isinstance(source, str):
        return Skipped("malformed-record", f"{raw.position}: no eventSource")
    if source not in event_sources:
        return None
    name = body.get("eventName")
    if not isinstance(name, str) or not name:
        return Skipped("malformed-record", f"{raw.position}: no eventName", _text(body.get("eventID")))
    if not _mutates(body, name) or body.get("errorCode"):
        return None
    event_id = _text(body.get("eventID"))
    try:
        time = parse_instant(body["eventTime"])
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError):
        return Skipped("malformed-record", f"{raw.position}: eventTime is not an instant", event_id, name)
    actor, origin = caller_of(body)
    event = Event(
        event_id=event_id,
        event_name=shared(name),
        event_time=time,
        aws_region=shared(_text(body.get("awsRegion")) or ""),
        actor=actor,
        origin=origin,
    )
    try:
        request, response = (_object(body.get(key)) for key in ("requestParameters", "responseElements"))
    except (ValueError, RecursionError):
        return Skipped(
            "truncated-record",
            f"{raw.position}: requestParameters or responseElements is no JSON object; CloudTrail cuts both at 100 KB",
            event_id,
            name,
            time,
        )
    identity = body.get("userIdentity")
    return Record(
        event=event,
        api=api_name(name),
        event_source=source,
        account=_text(body.get("recipientAccountId"))
        or (_text(identity.get("accountId")) if _is_object(identity) else None),
        request=request,
        response=response,
        answer_shown="responseElements" in body,
    )


class Identity(NamedTuple):
    """By what a record is told from others, and which other it stands for."""

    id: str
    corrects: str | None = None
    """Of a correction: the id of the record that it replaces, its own where it names none."""


def identity_of(raw: RawRecord) -> Identity:
    """Say which record it is: one ``eventID`` may reach a reader through several trails.

    A record whose ``addendum`` has reason ``UPDATED_DATA`` corrects the one with its own id, or the one that
    ``originalEventID`` names. A record without a real id (published captures mask them) is told apart by its whole
    content. Fields: the page in this module's head.
    """
    body = raw.body if _is_object(raw.body) else {}
    event_id = body.get("eventID")
    own = event_id if isinstance(event_id, str) and _UUID.fullmatch(event_id) else _content(raw)
    addendum = body.get("addendum")
    if not isinstance(addendum, Mapping) or addendum.get("reason") != "UPDATED_DATA":
        return Identity(own)
    original = addendum.get("originalEventID")
    return Identity(own, original if isinstance(original, str) and original != event_id else own)


def is_correction(raw: RawRecord) -> bool:
    """Tell whether a record may stand for another; cheaper than :func:`identity_of`."""
    return _is_object(raw.body) and "addendum" in raw.body


def _content(raw: RawRecord) -> str:
    try:
        # Its hash says as much, and is kept for every record of a run.
        return sha256(json.dumps(raw.body, sort_keys=True, default=str).encode()).hexdigest()
    except RecursionError:  # nested deeper than can be compared: it stands for itself
        return raw.position


def _mutates(body: Mapping[str, Any], name: str) -> bool:
    if _says(body.get("managementEvent"), False) or body.get("eventCategory") == "Data":
        return False
    read_only = body.get("readOnly")
    if read_only is None:  # NOTE: records from before 2020 lack the field
        return not _READS.match(name)
    return not _says(read_only, True)


def _says(value: object, wanted: bool) -> bool:
    """Tell whether a flag says ``wanted``; LookupEvents and Athena write flags as texts."""
    return value is wanted or (isinstance(value, str) and value.lower() == str(wanted).lower())


def _object(value: Any) -> Mapping[str, Any] | None:
    # NOTE: Athena and Lake hand both fields over as JSON text.
    if isinstance(value, str):
        value = json.loads(value) if value.strip() else None
    if value is None:
        return None
    if _is_object(value) and not ("omitted" in value and _says(value["omitted"], True)):
        return cast("Mapping[str, Any]", value)
    raise ValueError("not an object")


def _is_object(value: object) -> bool:
    # Its class is asked first, since that is what JSON gives and the abstract class's answer takes longest.
    return value.__class__ is dict or isinstance(value, Mapping)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

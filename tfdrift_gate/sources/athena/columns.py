"""Which columns of a table make a record: CloudTrail's fields, as Athena's tables spell them.

A table has a record's names in lower case, objects as structs, and ``requestParameters`` and ``responseElements`` as
JSON texts: https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html. Fields:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Types = Mapping[str, Any]
"""A type's name by column or member, or, of a struct, such a mapping again; names in lower case."""

_SESSION = "userIdentity.sessionContext"
REQUIRED = (
    "eventTime",
    "eventSource",
    "eventName",
    "eventID",
    "awsRegion",
    "recipientAccountId",
    "errorCode",
    "requestParameters",
    "responseElements",
    "userIdentity.type",
)
"""Without these nothing can be judged."""
TELLING = (
    "readOnly",
    "sourceIPAddress",
    "userAgent",
    "sessionCredentialFromConsole",
    "additionalEventData",
    "addendum.reason",
    "addendum.originalEventID",
    "userIdentity.arn",
    "userIdentity.principalId",
    "userIdentity.accountId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.onBehalfOf.userId",
    f"{_SESSION}.sourceIdentity",
    f"{_SESSION}.attributes.mfaAuthenticated",
    f"{_SESSION}.sessionIssuer.type",
    f"{_SESSION}.sessionIssuer.arn",
    f"{_SESSION}.sessionIssuer.userName",
)
"""Without these less is known of who made a call and from where, or of a correction; a report says so."""
FURTHER = (
    "eventVersion",
    "eventType",
    "eventCategory",
    "managementEvent",
    "requestID",
    "sharedEventID",
    "vpcEndpointId",
    "addendum.updatedFields",
    "addendum.originalRequestID",
    "tlsDetails.tlsVersion",
    "tlsDetails.cipherSuite",
    "tlsDetails.clientProvidedHostHeader",
    "userIdentity.accessKeyId",
    "userIdentity.identityProvider",
    "userIdentity.onBehalfOf.identityStoreArn",
    f"{_SESSION}.attributes.creationDate",
    f"{_SESSION}.sessionIssuer.principalId",
    f"{_SESSION}.sessionIssuer.accountId",
    f"{_SESSION}.webIdFederationData.federatedProvider",
)
"""What else makes a record whole."""

_TEXTS = ("string", "varchar", "char")
_FLAGS = ("boolean",)


@dataclass(frozen=True)
class Selected:
    """One column of the query's result."""

    expression: str
    """SQL."""
    label: str
    path: tuple[str, ...]
    """Where in the record it belongs, in CloudTrail's spelling."""
    holds_json: bool = False
    """Whether it is the JSON text of an object that the record has as an object."""


@dataclass(frozen=True)
class Selection:
    """What of a table makes records, and what it lacks."""

    columns: tuple[Selected, ...]
    lacking: tuple[str, ...]
    """Of :data:`REQUIRED`, each with what the table has in its place."""
    untold: tuple[str, ...]
    """Of :data:`TELLING`, in lower case."""

    def has(self, field: str) -> bool:
        """Tell whether a field (``addendum.reason``) can be asked for by itself."""
        return tuple(field.split(".")) in {column.path for column in self.columns}


def select(types: Types) -> Selection:
    """Choose what to ask of a table for whole records."""
    columns: dict[tuple[str, ...], Selected] = {}
    lacking: list[str] = []
    untold: list[str] = []
    for field in (*REQUIRED, *TELLING, *FURTHER):
        path = tuple(field.split("."))
        found, met = _find(types, path)
        if found:
            columns.setdefault(found.path, found)
        elif field in REQUIRED:
            lacking.append(f"{field.lower()} ({met})" if met else field.lower())
        elif field in TELLING:
            untold.append(field.lower())
    return Selection(tuple(columns.values()), tuple(lacking), tuple(untold))


def quoted(name: str) -> str:
    """Write a name as SQL does; names hold no quotation mark where they come from a table."""
    return '"' + name.replace('"', '""') + '"'


def record(columns: Sequence[Selected], values: Sequence[str | None]) -> dict[str, Any]:
    """Put one row together as CloudTrail wrote it; ``requestParameters`` and ``responseElements`` stay JSON texts.

    Null in SQL stands both for null and for nothing at all. A record of CloudTrail's always has these two, so theirs
    is null; else nothing.
    """
    body: dict[str, Any] = {"requestParameters": None, "responseElements": None}
    for column, value in zip(columns, values, strict=True):
        if value is None:
            continue
        here = body
        for step in column.path[:-1]:
            here = here.setdefault(step, {})
        here[column.path[-1]] = _object(value) if column.holds_json else value
    return body


def _find(types: Types, path: tuple[str, ...]) -> tuple[Selected | None, str]:
    """Find a field in a table; else tell what the table has in its place, if anything."""
    here: Any = types
    for depth, step in enumerate(path):
        here = here.get(step.lower())
        if here is None:
            return None, ""
        names = path[: depth + 1]
        if isinstance(here, str):
            expression = ".".join(quoted(name.lower()) for name in names)
            label = "_".join(names).lower()
            is_text = here.split("(")[0] in _TEXTS
            if depth < len(path) - 1:  # a table that keeps the whole object as its JSON text
                return (Selected(expression, label, names, holds_json=True) if is_text else None), here
            if here in _FLAGS:
                return Selected(f"CAST({expression} AS varchar)", label, names), ""
            holds_json = path == ("additionalEventData",)
            return (Selected(expression, label, names, holds_json) if is_text else None), f"{here}, not string"
    return None, "a struct, not string"


def _object(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text

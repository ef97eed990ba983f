"""Which thing in AWS a record is about: its account, its region, and its name parts in the catalogue's order."""

from __future__ import annotations

from tfdrift_gate.arn import parse_function_name, parse_lambda_arn
from tfdrift_gate.catalog import EventEntry, IdentityPart, Path, Resource
from tfdrift_gate.changes.members import Members
from tfdrift_gate.changes.values import string
from tfdrift_gate.model import Record, ResourceKey


def key_of(record: Record, resource: Resource, bodies: tuple[Members, ...]) -> ResourceKey | None:
    """Name the thing of type ``resource`` that a record is about; None where the record does not name it.

    ``bodies`` are the record's request and answer; the request's word counts first. Account and region are those
    of an ARN where there is one, else those that recorded the call; either may be empty.
    """
    parts = []
    for part in resource.identity.values():
        text = _part(part, bodies)
        if text is None:
            return None
        parts.append(text)
    account, region = _place(record, resource, bodies)
    return ResourceKey(resource.type, account, region, tuple(parts))


def parent_of(key: ResourceKey, resource: Resource, bodies: tuple[Members, ...]) -> ResourceKey | None:
    """Name what a thing hangs on; None where it hangs on nothing, or the record does not tell."""
    if resource.parent is None:
        return None
    # The answer has a whole ARN where the request may have a bare name.
    texts = (_text(path, body) for path in resource.parent.members for body in reversed(bodies))
    return resource.parent_key(key, texts)


def is_of_kind(entry: EventEntry, request: Members) -> bool:
    """Tell whether a call that names its target by an ARN alone is about this entry's type."""
    arn = request.get("resource")
    found = parse_lambda_arn(arn) if isinstance(arn, str) else None
    return found is not None and found.kind == entry.resource.arn_kind


def _part(part: IdentityPart, bodies: tuple[Members, ...]) -> str | None:
    # An answer's ARN may carry the version that was just published, which qualifies nothing.
    asked = bodies[:1] if part.as_ == "qualifier" else bodies
    for path in part.members:
        for body in asked:
            if (text := _text(path, body)) and (read := part.read(path.head, text)):
                return read
    return "" if part.as_ == "qualifier" else None


def _text(path: Path, body: Members) -> str:
    """Give the text at a path; empty where there is none."""
    value = body.get(path.head) if path.is_plain else body.at(path)
    try:
        return string(value) if value is not None else ""
    except ValueError:
        return ""


def _place(record: Record, resource: Resource, bodies: tuple[Members, ...]) -> tuple[str, str]:
    for path in resource.arn.members:
        for body in bodies:
            text = _text(path, body)
            if ":" not in text:  # a bare name tells neither
                continue
            if found := parse_lambda_arn(text):
                return found.account, found.region
            account = parse_function_name(text).account
            if account and account.isdigit():
                return account, record.event.aws_region
    return record.account or "", record.event.aws_region

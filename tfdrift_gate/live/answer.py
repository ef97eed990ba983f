"""One answer of Lambda, reduced at once to what may be kept, and what it says of one thing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tfdrift_gate.arn import parse_lambda_arn
from tfdrift_gate.catalog import LiveRead, Path, Resource
from tfdrift_gate.changes.members import Members
from tfdrift_gate.changes.values import NotTold, read_value
from tfdrift_gate.model import WITHHELD, ResourceKey
from tfdrift_gate.policy import permission_values

_DEEPEST = 3


@dataclass(frozen=True)
class Variables:
    """A function's environment variables: their names and the digests of their values, never the values."""

    digests: Mapping[str, str] | None = field(repr=False)
    """SHA-256 by name; None where Lambda could not show them (KMS) or they were not understood."""


@dataclass(frozen=True)
class Answer:
    """What came of one read: a body, or that there is no such thing, or why neither is known."""

    body: Mapping[str, Any] | None = field(default=None, repr=False)
    absent: bool = False
    problem: str = ""


def received(text: bytes | str) -> Answer:
    """Read an answer's JSON; what is secret in it (environment values, links to code) is gone afterwards."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return Answer(problem="the answer was cut off or is no JSON")
    return Answer(_kept(body)) if isinstance(body, dict) else Answer(problem="the answer is no JSON object")


def digest(value: str) -> str:
    """Give the SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _kept(body: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in body.items():
        if name.lower() == "environment":
            kept[name] = _variables(value)
        elif name.lower() != "location":
            kept[name] = _kept(value, depth + 1) if isinstance(value, dict) and depth < _DEEPEST else value
    return kept


def _variables(value: Any) -> Variables:
    members = Members(value)
    if value is None or (isinstance(value, dict) and not value):
        return Variables({})
    found = members.get("variables")
    if "error" in members or not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        return Variables(None)
    return Variables({str(name): digest(text) for name, text in found.items()})


@dataclass(frozen=True)
class Thing:
    """One resource as an answer shows it."""

    there: bool | None
    """None where the answer is not understood; ``problem`` then says why."""
    problem: str = ""
    leaving: bool = False
    """It is just being deleted."""
    members: Members = field(default_factory=lambda: Members(None), repr=False)
    statement: Mapping[str, Any] | None = field(default=None, repr=False)


def thing_of(answer: Answer, read: LiveRead, resource: Resource, key: ResourceKey) -> Thing:
    """Find the resource ``key`` in an answer; what is not understood is said to be so, never taken for absence."""
    if answer.absent:
        return Thing(False)
    if answer.body is None:
        return Thing(None, answer.problem)
    members = Members(answer.body)
    for path in read.completes:
        if members.at(path) is None:
            return Thing(None, f"the answer has no {path.text}")
    if read.arn:
        text = members.at(Path.parse(read.arn))
        arn = parse_lambda_arn(text) if isinstance(text, str) else None
        if arn is None or (arn.account, arn.region) != (key.account, key.region):
            return Thing(None, "the answer is about a resource of another account or region")
    if read.statement:
        return _statement(members, read, resource, key)
    if read.none_without:
        inner = members.at(Path.parse(read.none_without))
        if inner is not None and not isinstance(inner, Mapping):
            return Thing(None, f"{read.none_without} in the answer is not understood")
        if not inner or all(value is None for value in inner.values()):
            return Thing(False)
    state = members.at(Path.parse(read.state)) if read.state else None
    return Thing(True, leaving=str(state).lower() == "deleting", members=members)


def _statement(members: Members, read: LiveRead, resource: Resource, key: ResourceKey) -> Thing:
    text = members.at(Path.parse(str(read.statement)))
    try:
        document = json.loads(text) if isinstance(text, str) else None
        statements = document.get("Statement") if isinstance(document, dict) else None
    except (ValueError, RecursionError):
        statements = None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        return Thing(None, "the policy in the answer is not understood")
    wanted = resource.part(key, "statement_id")
    found = [one for one in statements if one.get("Sid") == wanted]
    if any(one.get("Effect") != "Allow" for one in found):
        return Thing(None, "the statement of that id does not allow anything")
    return Thing(bool(found), members=members, statement=found[0] if found else None)


def value_of(thing: Thing, name: str, read: LiveRead, resource: Resource) -> Any:
    """Read one attribute of what is there, in Terraform's type; raises :class:`NotTold` where it is not told."""
    attribute = resource.attributes[name]
    if thing.statement is not None:
        permission = permission_values(thing.statement, str(thing.statement.get("Sid")))
        return permission.get(read.members.get(name, name))
    if name in read.members:
        path = Path.parse(read.members[name])
    else:
        place = attribute.response if isinstance(attribute.response, str) else attribute.asked[0]
        path = Path.parse(f"{read.under}.{place}" if read.under else place)
    if _has_error(thing.members, path):
        raise NotTold
    try:
        value = read_value(thing.members.at(path), attribute)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError):
        raise NotTold from None
    if value is WITHHELD:
        raise NotTold
    if value is not None or name in read.lacks or attribute.optional is True:
        return value
    if attribute.optional == "inside" and thing.members.at(Path("", path.steps[:-1])) is not None:
        return None
    raise NotTold


def _has_error(members: Members, path: Path) -> bool:
    """Tell whether Lambda says that it could not show a part: ``Environment.Error``, ``FilterCriteriaError``."""
    here = members
    for step in path.steps:
        if f"{step.name}error" in here or "error" in here.below(step.name):
            return True
        here = here.below(step.name)
    return False

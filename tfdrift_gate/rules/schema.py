"""The JSON Schema of a rules file, made from the catalogue so that an editor can complete and check one.

``data/rules.schema.json`` is what this gives, written by ``make docs``. It takes what the loader takes, but for what
no schema can tell: a key that stands twice, a YAML tag, a document that is no YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.model import Severity
from tfdrift_gate.rules.read import known_attributes
from tfdrift_gate.rules.ruleset import Rule

_JSON = dict[str, Any]
_END = r"(?![\s\S])"
"""The very end; ``$`` also matches before a last line break in some engines."""
_LAMBDA = "^aws_lambda_"


def rules_schema(catalog: Catalog, builtin: Iterable[Rule]) -> _JSON:
    """Describe a rules file (JSON Schema 2020-12) with the catalogue's types and attributes."""
    known = {kind: sorted(names) for kind, names in sorted(known_attributes(catalog, builtin).items())}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:tfdrift-gate:rules:1.0",
        "title": "tfdrift-gate rules",
        "description": "how bad a drift is, and whose drift is not held against them",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "drift_rules": _list("severities, in TFDrift-Falco's published form", {"$ref": "#/$defs/drift_rule"}),
            "replace_defaults": {
                "type": "boolean",
                "default": False,
                "description": "true: the built-in severities do not apply; what no rule names is then low",
            },
            "trusted": _list("pipelines whose changes are not held against them", {"$ref": "#/$defs/trusted"}),
            "waivers": _list("exceptions, each with a reason, an owner and an end", {"$ref": "#/$defs/waiver"}),
        },
        "$defs": {
            "text": {"type": ["string", "number"], "pattern": r"\S"},
            "resource_type": _resource_type(list(known)),
            "foreign_type": {"not": {"anyOf": [{"enum": list(known)}, {"type": "string", "pattern": _LAMBDA}]}},
            "drift_rule": _drift_rule(known),
            "trusted": _trusted(),
            "waiver": _waiver(sorted({name for names in known.values() for name in names})),
        },
    }


def _drift_rule(known: Mapping[str, list[str]]) -> _JSON:
    words = [level.word for level in Severity]
    cased = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in word) for word in words)
    rule = _object(
        "how bad a change of some attributes of some resource types is; what it names keeps no built-in severity",
        ("name", "resource_types", "severity"),
        name=_text("how reports name the rule"),
        resource_types={
            "type": "array",
            "description": "Terraform resource types; * for every type",
            "minItems": 1,
            "items": {"$ref": "#/$defs/resource_type"},
        },
        watched_attributes={
            "type": "array",
            "description": "the attributes that it is about, by top-level name; none: everything about the types",
            "minItems": 1,
            "items": {"$ref": "#/$defs/text"},
        },
        severity={
            "description": "of a finding that the rule matches",
            "anyOf": [{"enum": words}, {"type": "string", "pattern": f"^({cased}){_END}"}],
        },
    )
    # An attribute must be one of one of the types. The first conditions say it type by type, which is what an editor
    # completes from; the others say it for rules of several types, one condition for the attributes of the same types.
    rule["allOf"] = [_of_one_type(kind, names) for kind, names in known.items()] + _of_several_types(known)
    return rule


def _of_one_type(kind: str, names: list[str]) -> _JSON:
    only = {"type": "array", "minItems": 1, "items": {"const": kind}}
    return {
        "if": {"properties": {"resource_types": only}, "required": ["resource_types"]},
        "then": {"properties": {"watched_attributes": {"items": {"enum": names}}}},
    }


def _of_several_types(known: Mapping[str, list[str]]) -> list[_JSON]:
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({name for names in known.values() for name in names}):
        alike.setdefault(tuple(kind for kind, names in known.items() if name in names), []).append(name)
    conditions = [
        _if_watched({"enum": names}, {"anyOf": [{"enum": list(kinds)}, {"$ref": "#/$defs/foreign_type"}]})
        for kinds, names in sorted(alike.items())
    ]
    every = sorted({name for names in known.values() for name in names})
    return [*conditions, _if_watched({"not": {"enum": every}}, {"$ref": "#/$defs/foreign_type"})]


def _if_watched(attribute: _JSON, one_of_the_types: _JSON) -> _JSON:
    watched = {"type": "array", "contains": attribute}
    return {
        "if": {"properties": {"watched_attributes": watched}, "required": ["watched_attributes"]},
        "then": {"properties": {"resource_types": {"contains": one_of_the_types}}},
    }


def _resource_type(known: list[str]) -> _JSON:
    foreign = {"allOf": [{"$ref": "#/$defs/text"}, {"$ref": "#/$defs/foreign_type"}]}
    return {
        "description": "a type that this version judges, or one of another service, which is taken as it is",
        "anyOf": [{"enum": [*known, "*"]}, foreign],
    }


def _trusted() -> _JSON:
    return _object(
        "a pipeline, told by signed facts; * and ? match any text and any character",
        ("name", "role_arn"),
        name=_text("how reports name the pipeline"),
        role_arn=_text("the role's ARN, path included, not the session's: arn:aws:iam::*:role/terraform-deploy"),
        session_name=_text("the role session's name"),
        user_agent=_text("narrows; the caller chooses it, so it is never enough alone"),
    )


def _waiver(names: list[str]) -> _JSON:
    path = f"^({'|'.join(names)})([.\\[]|{_END})"
    waiver = _object(
        "an exception; * and ? match any text and any character",
        ("reason", "owner", "expires"),
        address=_text("the instance's full address: module.api.aws_lambda_function.fn*"),
        resource_id=_text("Terraform's import id"),
        id=_text("a finding's id"),
        attributes={
            "type": "array",
            "description": "the attributes that it covers; none: all of them",
            "minItems": 1,
            "items": {"anyOf": [{"enum": names}, {"type": "string", "pattern": path}]},
        },
        reason=_text("why: a ticket, a sentence"),
        owner=_text("who answers for it"),
        expires={
            "type": "string",
            "format": "date",
            "pattern": f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_END}",
            "description": "from that day (UTC) on it no longer waives, and every output says so: 2026-12-01",
        },
    )
    waiver["anyOf"] = [{"required": [subject]} for subject in ("address", "resource_id", "id")]
    return waiver


def _object(description: str, required: tuple[str, ...], **properties: _JSON) -> _JSON:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _list(description: str, items: _JSON) -> _JSON:
    return {"type": ["array", "null"], "description": description, "items": items}


def _text(description: str) -> _JSON:
    return {"$ref": "#/$defs/text", "description": description}

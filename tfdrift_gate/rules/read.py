"""A rules file read strictly: an unknown key, a wrong type or an unknown attribute names file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.model import Severity
from tfdrift_gate.rules.ruleset import Rule, RuleSet, Trust, Waiver

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SEE = "see the section on rules in README"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_rules(text: str, where: str, catalog: Catalog, builtin: tuple[Rule, ...] = ()) -> RuleSet:
    """Read a rules file's text; ``where`` is for messages. Raises :class:`RulesError`."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise RulesError(f"reading the rules file {where}{line}: {problem}", _SEE) from None
    except RecursionError:
        raise RulesError(f"reading the rules file {where}: nested too deep", _SEE) from None
    except (ValueError, OverflowError):  # a character or an escape that is no Unicode
        raise RulesError(f"reading the rules file {where}: not YAML", _SEE) from None
    if node is None or _is_null(node):
        return RuleSet(builtin, where=where)
    reader = _Reader(where, catalog, builtin)
    top = reader.mapping(node, "the rules file", {"drift_rules", "replace_defaults", "trusted", "waivers"})
    own = tuple(reader.rule(item) for item in reader.items(top, "drift_rules"))
    replaced = reader.boolean(top, "replace_defaults")
    return RuleSet(
        rules=own + (() if replaced else builtin),
        trusted=tuple(reader.trust(item) for item in reader.items(top, "trusted")),
        waivers=tuple(reader.waiver(item) for item in reader.items(top, "waivers")),
        where=where,
        replaced=builtin if replaced else (),
        replaced_at=reader.where(top["replace_defaults"]) if replaced else "",
    )


def known_attributes(catalog: Catalog, builtin: Iterable[Rule]) -> dict[str, set[str]]:
    """Give the top-level attribute names that a rules file may use, by resource type."""
    found: dict[str, set[str]] = {}
    for kind, resource in catalog.resources.items():
        known = found.setdefault(kind, set())
        for name, attribute in resource.attributes.items():
            known.update(path.split("[")[0] for path in (name, *attribute.state, *attribute.also))
    for rule in builtin:
        for kind in rule.resource_types:
            if kind in found:
                found[kind].update(rule.watched_attributes)
    return found


class _Reader:
    """Reads YAML nodes, so that every complaint can name its line.

    What it takes is what ``data/rules.schema.json`` takes, as far as a schema can tell. Plain words mean what they
    mean in YAML 1.2, as editors have it: only ``true`` and ``false`` are no texts.
    """

    def __init__(self, where: str, catalog: Catalog, builtin: Iterable[Rule]) -> None:
        self._where = where
        self._attributes = known_attributes(catalog, builtin)

    def where(self, node: Any) -> str:
        return f"{self._where}:{node.start_mark.line + 1}"

    def rule(self, node: Any) -> Rule:
        entry = self.mapping(node, "a drift rule", {"name", "resource_types", "watched_attributes", "severity"})
        for key in ("name", "resource_types", "severity"):
            self._required(node, entry, key, "a drift rule")
        types = self._strings(entry["resource_types"], "resource_types")
        for item, kind in zip(entry["resource_types"].value, types, strict=True):
            if kind.startswith("aws_lambda_") and kind not in self._attributes:
                raise self._error(item, f"resource_types: {kind} is not a type that this version judges")
        watched: tuple[str, ...] = ()
        if "watched_attributes" in entry:
            watched = self._strings(entry["watched_attributes"], "watched_attributes")
            known = [self._attributes.get(kind) for kind in types]
            for item, name in zip(entry["watched_attributes"].value, watched, strict=True):
                if all(names is not None and name not in names for names in known):
                    raise self._error(item, f"watched_attributes: {', '.join(types)} has no attribute {name}")
        word = self._string(entry["severity"], "severity")
        if word.lower() not in [level.word for level in Severity]:
            choices = ", ".join(level.word for level in Severity)
            raise self._error(entry["severity"], f"severity: {word!r} is none of {choices}")
        name = self._string(entry["name"], "name")
        return Rule(name, types, Severity[word.upper()], watched, where=self.where(node))

    def trust(self, node: Any) -> Trust:
        entry = self.mapping(node, "a trusted pipeline", {"name", "role_arn", "session_name", "user_agent"})
        for key in (
            "name",
            "role_arn",
        ):  # a user agent alone is the caller's to choose, so it is never enough
            self._required(node, entry, key, "a trusted pipeline")
        return Trust(**{key: self._string(value, key) for key, value in entry.items()}, where=self.where(node))

    def waiver(self, node: Any) -> Waiver:
        subjects = ("address", "resource_id", "id")
        entry = self.mapping(node, "a waiver", {*subjects, "attributes", "reason", "owner", "expires"})
        for key in ("reason", "owner", "expires"):
            self._required(node, entry, key, "a waiver")
        match = {key: self._string(entry[key], key) for key in subjects if key in entry}
        if not match:
            raise self._error(node, "a waiver needs address, resource_id or id")
        text = self._string(entry["expires"], "expires")
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            expires = date.fromisoformat(text)
        except ValueError:
            raise self._error(entry["expires"], f"expires: {text!r} is not a date (2026-12-01)") from None
        attributes: tuple[str, ...] = ()
        if "attributes" in entry:
            attributes = self._strings(entry["attributes"], "attributes")
            known = set().union(*self._attributes.values())
            for item, name in zip(entry["attributes"].value, attributes, strict=True):
                if name.split("[")[0].split(".")[0] not in known:
                    raise self._error(item, f"attributes: no type that this version judges has an attribute {name}")
        return Waiver(
            match=match,
            reason=self._string(entry["reason"], "reason"),
            owner=self._string(entry["owner"], "owner"),
            expires=expires,
            attributes=attributes,
            where=self.where(node),
        )

    def mapping(self, node: Any, what: str, allowed: set[str]) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, f"{what} must be a mapping of {', '.join(sorted(allowed))}")
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, f"a key of {what} must be a text (known: {', '.join(sorted(allowed))})")
            name = str(key.value)
            if name not in allowed:
                raise self._error(key, f"unknown key {name} in {what} (known: {', '.join(sorted(allowed))})")
            if name in found:
                raise self._error(key, f"{name} stands twice in {what}")
            found[name] = value
        return found

    def items(self, top: Mapping[str, Any], key: str) -> list[Any]:
        node = top.get(key)
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, f"{key} must be a list")
        return list(node.value)

    def boolean(self, top: Mapping[str, Any], key: str) -> bool:
        node = top.get(key)
        if node is None:
            return False
        if not _is_boolean(node):
            raise self._error(node, f"{key} must be true or false")
        return str(node.value).lower() == "true"

    def _strings(self, node: Any, key: str) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self._error(node, f"{key} must be a list of texts")
        return tuple(self._string(item, key) for item in node.value)

    def _string(self, node: Any, key: str) -> str:
        text = isinstance(node, yaml.ScalarNode) and not _is_null(node) and not _is_boolean(node)
        if not text or not str(node.value).strip():
            raise self._error(node, f"{key} must be a text")
        return str(node.value)

    def _required(self, node: Any, entry: Mapping[str, Any], key: str, what: str) -> None:
        if key not in entry:
            raise self._error(node, f"{what} needs {key}")

    def _error(self, node: Any, message: str) -> RulesError:
        return RulesError(f"reading the rules file {self.where(node)}: {message}", _SEE)


def _is_null(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def _is_boolean(node: Any) -> bool:
    # NOTE: PyYAML reads YAML 1.1, where yes, no, on and off are booleans too; in 1.2 they are texts.
    boolean = isinstance(node, yaml.ScalarNode) and node.tag.endswith(":bool")
    return boolean and str(node.value).lower() in ("true", "false")

"""Which rules are in force: the built-in ones, and those of the rules file on top of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.model import Kind, Severity
from tfdrift_gate.rules.find import find_rules
from tfdrift_gate.rules.ruleset import Rule, RuleSet


def rules_of(folder: str, named: str | None, catalog: Catalog) -> RuleSet:
    """Load the rules in force for the root module in ``folder``: those of the file ``named``, else of the one found.

    Raises :class:`RulesError`.
    """
    if not Path(folder).is_dir():
        raise RulesError(f"reading the rules of {folder}: no such folder", "name the folder that holds the *.tf files")
    return load_rules(Path(named) if named else find_rules(folder), catalog)


def load_rules(path: Path | None, catalog: Catalog) -> RuleSet:
    """Load a rules file on top of the built-in severities; None means the built-in ones alone.

    Raises :class:`RulesError` with file, line and key.
    """
    builtin = builtin_rules()
    if path is None:
        return RuleSet(builtin)
    # PyYAML is for those who have such a file.
    from tfdrift_gate.rules.read import read_rules

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        if not isinstance(error, (OSError, UnicodeDecodeError)):
            reason = "no file has such a name"
        raise RulesError(f"reading the rules file {path}: {reason}", "check the path given to --rules") from None
    return read_rules(text, str(path), catalog, builtin)


@cache
def builtin_rules() -> tuple[Rule, ...]:
    """Give the built-in severities: ``data/rules.yaml``, as the JSON that ``make docs`` makes of it."""
    text = (Path(__file__).parent.parent / "data" / "rules.json").read_bytes()
    return tuple(
        Rule(
            name=body["name"],
            resource_types=tuple(body["resource_types"]),
            severity=Severity[body["severity"].upper()],
            watched_attributes=tuple(body.get("watched_attributes", ())),
            kinds=tuple(Kind(kind) for kind in body.get("kinds", [kind.value for kind in Kind])),
            when=body.get("when"),
            reason=body["reason"],
            builtin=True,
        )
        for body in json.loads(text)["drift_rules"]
    )

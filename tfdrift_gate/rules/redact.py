"""Values that state or a plan marks sensitive end here: they are judged, and no report or fingerprint sees them."""

from __future__ import annotations

from dataclasses import replace

from tfdrift_gate.model import SENSITIVE, AttributeChange, Drift


def redact(drift: Drift) -> Drift:
    """Replace every value of an attribute that is marked sensitive, or that holds something so marked.

    Other attributes that hold the same values (``tags_all`` for ``tags``) count as the attribute itself.
    """
    marked = _marked(drift)
    if not marked:
        return drift
    return replace(drift, changes=tuple(_redact(change, marked) for change in drift.changes))


def is_sensitive(drift: Drift, change: AttributeChange) -> bool:
    """Tell whether an attribute that differs, or something in it, is marked sensitive."""
    return _is_marked(change, _marked(drift))


def _marked(drift: Drift) -> tuple[str, ...]:
    return drift.instance.sensitive if drift.instance else drift.sensitive


def _redact(change: AttributeChange, marked: tuple[str, ...]) -> AttributeChange:
    if change.known and _is_marked(change, marked):
        planned = SENSITIVE if change.planned_known else None
        return change._replace(before=SENSITIVE, after=SENSITIVE, planned=planned)
    return change


def _is_marked(change: AttributeChange, marked: tuple[str, ...]) -> bool:
    return any(covers(path, name) for path in marked for name in (change.attribute, *change.also_named))


def covers(path: str, attribute: str) -> bool:
    """Tell whether a path that is marked sensitive covers an attribute, or something in it."""
    return (
        path in ("", attribute)  # an empty path marks the whole resource
        or attribute.startswith((f"{path}[", f"{path}."))
        or path.startswith((f"{attribute}[", f"{attribute}."))
    )

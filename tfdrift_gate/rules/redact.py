"""Values that state marks sensitive end here: they are judged, and no report or fingerprint sees them."""

from __future__ import annotations

from dataclasses import replace

from tfdrift_gate.model import SENSITIVE, AttributeChange, Drift


def redact(drift: Drift) -> Drift:
    """Replace every value of an attribute that state marks sensitive, or that holds something so marked."""
    if drift.instance is None or not drift.instance.sensitive:
        return drift
    marked = drift.instance.sensitive
    return replace(drift, changes=tuple(_redact(change, marked) for change in drift.changes))


def is_sensitive(drift: Drift, attribute: str) -> bool:
    """Tell whether state marks an attribute, or something in it, sensitive."""
    return drift.instance is not None and any(_covers(path, attribute) for path in drift.instance.sensitive)


def _redact(change: AttributeChange, marked: tuple[str, ...]) -> AttributeChange:
    if change.known and any(_covers(path, change.attribute) for path in marked):
        return replace(change, before=SENSITIVE, after=SENSITIVE)
    return change


def _covers(path: str, attribute: str) -> bool:
    return (
        path in ("", attribute)  # an empty path marks the whole resource
        or attribute.startswith((f"{path}[", f"{path}."))
        or path.startswith((f"{attribute}[", f"{attribute}."))
    )

"""What the plan would do about a finding, in sentences: set it back, adopt it, leave it, or destroy the resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tfdrift_gate.model import (
    SENSITIVE,
    AttributeChange,
    Event,
    Finding,
    Kind,
    PlanEffect,
    Report,
    Unexplained,
)
from tfdrift_gate.outputs import text

WORDS = {
    PlanEffect.REVERTS: "undoes",
    PlanEffect.ADOPTS: "adopts",
    PlanEffect.KEEPS: "leaves",
    PlanEffect.DESTROYS: "destroys",
}
"""What the plan does to a change, in a table's cell."""

_WHOLE = {
    (Kind.DELETED, PlanEffect.REVERTS): "this plan creates it again",
    (Kind.DELETED, PlanEffect.ADOPTS): "the configuration no longer has it either: this plan lets it go",
    (Kind.DELETED, PlanEffect.KEEPS): "this plan does not create it again",
    (Kind.REPLACED, PlanEffect.REVERTS): "this plan replaces it: what was made by hand is lost",
    (Kind.REPLACED, PlanEffect.KEEPS): "this plan leaves what was made by hand in its place",
    (Kind.UNMANAGED, PlanEffect.ADOPTS): "this plan imports it",
    (Kind.UNMANAGED, PlanEffect.KEEPS): "this plan leaves it as it is: in AWS, and in no state",
}


def outcome(report: Report, applying: str = "This plan") -> list[str]:
    """Sum up what the plan would do with all that was changed by hand; nothing without a plan.

    ``This plan would undo 2 settings, adopt 1 and leave 1``: attributes are counted, and whole resources where one was
    added, deleted or replaced. What is unexplained counts as well, since somebody changed it.
    """
    adopted = [each for each in report.suppressed if each.plan_effect is PlanEffect.ADOPTS]
    counted: Counter[PlanEffect | None] = Counter()
    changed: list[Finding | Unexplained] = [*report.findings, *adopted, *report.unexplained]
    for each in changed:
        what = each if isinstance(each, Unexplained) else each.drift
        by_setting = what.kind is Kind.MODIFIED and what.changes
        counted.update([change.plan_effect for change in what.changes] if by_setting else [each.plan_effect])
    told = [effect for effect in PlanEffect if counted[effect]]
    if not told:
        return []
    # A finding may be of several settings, and it is those that are counted.
    noun = "setting" if counted[told[0]] == 1 else "settings"
    verbs = [f"{_PLAIN_VERBS[effect]} {counted[effect]}" for effect in told]
    verbs[0] += f" {noun}"
    untold = f"; it does not tell about {counted[None]}" if counted[None] else ""
    return [f"{applying} would {_listed(verbs)}{untold}"]


_PLAIN_VERBS = {
    PlanEffect.REVERTS: "undo",
    PlanEffect.ADOPTS: "adopt",
    PlanEffect.KEEPS: "leave",
    PlanEffect.DESTROYS: "destroy",
}


def by_effect(finding: Finding) -> dict[PlanEffect, tuple[AttributeChange, ...]]:
    """Group a finding's changes by what the plan does; none are named where it does the same to all of it."""
    changes = finding.drift.changes
    told = {change.plan_effect for change in changes} | {finding.drift.plan_effect}
    if len(told - {None}) == 1 and (finding.drift.plan_effect or None not in {each.plan_effect for each in changes}):
        return {effect: () for effect in told if effect}
    return {
        effect: tuple(change for change in changes if change.plan_effect is effect)
        for effect in PlanEffect
        if effect in told
    }


def sentences(finding: Finding) -> list[str]:
    """Say what the plan would do about a finding, an effect and author at a time; nothing without a plan.

    ``this plan sets memory_size back to 512: ops-engineer's change is lost``
    """
    drift = finding.drift
    return _sentences(drift.kind, drift.changes, drift.plan_effect, finding.last_event)


def sentences_of_unexplained(entry: Unexplained) -> list[str]:
    """Say what the plan would do about a drift that nobody is known to have made."""
    return _sentences(entry.kind, entry.changes, entry.whole_effect, None)


def _sentences(
    kind: Kind, changes: Iterable[AttributeChange], whole: PlanEffect | None, last: Event | None
) -> list[str]:
    found = []
    if whole is not None:
        destroyed = "this plan destroys it" if kind is not Kind.UNMANAGED else "this plan destroys what it hangs on"
        found.append(destroyed if whole is PlanEffect.DESTROYS else _WHOLE.get((kind, whole), ""))
        if kind is Kind.UNMANAGED:
            changes = [change for change in changes if change.plan_effect is not whole]
    groups: dict[tuple[PlanEffect, str], list[AttributeChange]] = {}
    for change in changes:
        if change.plan_effect is not None:
            event = change.event or (last if kind is not Kind.MODIFIED else None)
            author = text.who(event) if event else ""
            groups.setdefault((change.plan_effect, author), []).append(change)
    order = list(PlanEffect)
    for (effect, author), group in sorted(groups.items(), key=lambda item: (order.index(item[0][0]), item[0][1])):
        found.append(_about(effect, author, group))
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def _about(effect: PlanEffect, author: str, group: list[AttributeChange]) -> str:
    if effect is PlanEffect.REVERTS:
        lost = f"{author}'s change is lost" if author else "the manual change is lost"
        return f"this plan sets {_listed(map(_set, group))}: {lost}"
    names = _listed(text.printable(change.attribute) for change in group)
    if effect is PlanEffect.ADOPTS:
        return f"the configuration now says so too: {_listed(map(_says, group))}"
    if effect is PlanEffect.DESTROYS:
        return "this plan destroys the resource"
    return f"this plan leaves {names} as {'it is' if len(group) == 1 else 'they are'} in AWS"


def _set(change: AttributeChange) -> str:
    name = text.printable(change.attribute)
    if not change.planned_known or change.planned == SENSITIVE:
        return f"{name} again"
    back = "back to" if change.known and change.planned == change.before else "to"
    return f"{name} {back} {text.value(change.planned)}"


def _says(change: AttributeChange) -> str:
    name = text.printable(change.attribute)
    return f"{name} {text.value(change.after)}" if change.known and change.after != SENSITIVE else name


def _listed(parts: Iterable[str]) -> str:
    words = list(parts)
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

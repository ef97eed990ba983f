"""The Markdown of each finding: its row in the table, and its details."""

from __future__ import annotations

from collections.abc import Sequence

from tfdrift_gate.model import AttributeChange, Event, Finding, Kind, Report
from tfdrift_gate.outputs import gfm, plan_effect, text
from tfdrift_gate.outputs.checkout import page_of, path_of

_MOST_IN_A_CELL = 8
"""Settings that one row shows; its details show more."""
_MOST_IN_DETAILS = 40
_IF_PLANNED = ["What this plan does"]


def headers(with_plan: bool) -> list[str]:
    """Name the columns: few, since a comment on a pull request is about 800 pixels wide."""
    return ["Severity, resource", "Changed by hand", *_IF_PLANNED[:with_plan], "Who, when"]


def row_of(report: Report, finding: Finding, with_plan: bool) -> str:
    """Write the row of a finding, or of what the change under review adopts."""
    state = ", adopted" if finding.suppressed_by else ""
    cells = [
        gfm.LINE_BREAK.join([f"**{finding.severity.name}**{state}", *_resource(report, finding)]),
        _changed(finding),
        *[_planned(finding)][:with_plan],
        _by_whom(text.by_event(finding)),
    ]
    return gfm.row(cells)


def _resource(report: Report, finding: Finding) -> list[str]:
    """Lines, and few columns: a comment on a pull request is about 800 pixels wide."""
    drift = finding.drift
    name = gfm.narrow(finding.address or f"{drift.key.resource_type} {drift.resource_id}", 300)
    lines = [gfm.link(name, page_of(report.checkout, finding.source))]
    if not finding.address and drift.parent_address:
        lines.append(f"on {gfm.narrow(drift.parent_address, 300)}")
    path = path_of(report.checkout, finding.source)
    if finding.source and path:
        lines.append(gfm.narrow(f"{path}:{finding.source.line}", 300))
    return lines


def _changed(finding: Finding) -> str:
    kind = finding.drift.kind
    lines = [f"**{text.KINDS[kind]}**"] if kind is not Kind.MODIFIED else []
    settings = text.shown_all(finding.drift.changes, kind)
    lines.extend(_setting(each) for each in settings[:_MOST_IN_A_CELL])
    if len(settings) > _MOST_IN_A_CELL:
        lines.append(f"and {text.counted(len(settings) - _MOST_IN_A_CELL, 'more setting')}")
    return gfm.LINE_BREAK.join(lines)


def _setting(shown: text.Shown) -> str:
    name = gfm.code(shown.name, 200)
    if shown.new is None:
        return f"{name} {shown.instead}"
    new = gfm.narrow(shown.new)
    return f"{name} = {new}" if shown.old is None else f"{name} {gfm.narrow(shown.old)} → {new}"


def _planned(finding: Finding) -> str:
    """What the plan does, in few words; the details have the sentences."""
    lines = []
    effects = plan_effect.by_effect(finding)
    for effect, changes in effects.items():
        names = [gfm.code(change.attribute, 200) for change in changes[:_MOST_IN_A_CELL]]
        if len(changes) > _MOST_IN_A_CELL:
            names.append(f"{len(changes) - _MOST_IN_A_CELL} more")
        lines.append(
            f"**{plan_effect.WORDS[effect]}** {', '.join(names) or ('it' if len(effects) == 1 else 'the resource')}"
        )
    lines.extend(
        f"sets {gfm.code(change.attribute, 200)} to {gfm.code(text.value(change.planned))}"
        for change in finding.drift.changes[:_MOST_IN_A_CELL]
        if change.planned_known and change.planned != change.before
    )
    return gfm.LINE_BREAK.join(lines)


def _by_whom(groups: Sequence[tuple[Event | None, Sequence[AttributeChange]]]) -> str:
    """Who made each call, how, from where and when; where there are several calls, with the settings of each."""
    lines = []
    for event, changes in groups[:_MOST_IN_A_CELL]:
        if len(groups) > 1:
            lines.append(f"{', '.join(gfm.code(change.attribute, 200) for change in changes[:_MOST_IN_A_CELL])}:")
        if event is None:
            lines.append("nobody seen")
            continue
        lines.append(gfm.narrow(event.actor.name or "unknown", 200))
        lines.extend([gfm.prose(text.from_where(event)), _when(event)])
    if len(groups) > _MOST_IN_A_CELL:
        lines.append(f"and {text.counted(len(groups) - _MOST_IN_A_CELL, 'more call')}")
    return gfm.LINE_BREAK.join(lines)


def _who(event: Event | None) -> str:
    if event is None:
        return "nobody seen"
    return f"{gfm.code(text.who(event))} ({gfm.prose(text.from_where(event))})"


def _when(event: Event | None) -> str:
    return gfm.code(text.when(event)) if event else "unknown"


def details_of(finding: Finding) -> str:
    """Write, folded: why it is that bad, what the plan does in sentences, its calls, and the ids to name it by."""
    drift = finding.drift
    lines = [f"- why {finding.severity.name}: {gfm.prose(reason)}" for reason in finding.reasons]
    if finding.rule:
        lines.append(f"- rule {gfm.code(finding.rule)}")
    if drift.note:
        lines.append(f"- {gfm.prose(drift.note)}")
    settings = text.shown_all(drift.changes, drift.kind)
    if len(settings) > _MOST_IN_A_CELL:
        lines.extend(f"- {_setting(each)}" for each in settings[:_MOST_IN_DETAILS])
        if len(settings) > _MOST_IN_DETAILS:
            lines.append(f"- and {text.counted(len(settings) - _MOST_IN_DETAILS, 'more setting')}")
    lines.extend(f"- {gfm.prose(sentence)}" for sentence in plan_effect.sentences(finding))
    lines.extend(_event(event) for event in drift.events[-_MOST_IN_DETAILS:])
    lines.append(f"- account {gfm.code(drift.key.account)}, region {gfm.code(drift.key.region)}")
    lines.append(f"- import id {gfm.code(drift.resource_id)}, finding {gfm.code(finding.id)}")
    about = f"<b>{finding.severity.name}</b> {gfm.html(text.subject(finding))}: why, by which calls, ids"
    return gfm.folded(about, "\n".join(lines))


def _event(event: Event) -> str:
    agent = f", {gfm.code(event.actor.user_agent, 200)}" if event.actor.user_agent else ""
    event_id = f", event {gfm.code(event.event_id, 100)}" if event.event_id else ""
    return f"- {_when(event)} {gfm.code(event.event_name, 200)} by {_who(event)}{agent}{event_id}"

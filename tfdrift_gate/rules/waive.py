"""A waiver added to a rules file's text, of which everything else stays as it is, to the byte.

The new lines go where YAML's own marks say that the list of waivers ends; what comes of it is read back by the loader
before anybody gets it. A layout that leaves no such place is refused, with the lines to add by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.rules.load import builtin_rules
from tfdrift_gate.rules.read import read_rules
from tfdrift_gate.rules.ruleset import RuleSet, Waiver, glob_matches

_LINE = re.compile(r"[^\r\n]*(\r\n|\n|\r|\Z)")
_BREAK = re.compile(r"\r\n|\n|\r")
_DASH = re.compile(r"(?:^|(?<=[\r\n]))( *)-\Z")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_KEY = "waivers"


def add_waiver(text: str, waiver: Waiver, about: str, where: str, catalog: Catalog, today: date) -> tuple[str, int]:
    """Add a waiver by ``id`` to the text of the rules file ``where``; give the new text, and the waiver's line.

    ``about`` says in a comment what it waives. Raises :class:`RulesError` where the file is invalid, where the id is
    waived already, and where there is no place for it.
    """
    before = read_rules(text, where, catalog, builtin_rules())
    _refuse_unknown(waiver, catalog)
    _refuse_twice(before, waiver, today)
    try:
        changed = _added(text, waiver, about)
        after = read_rules(changed, where, catalog, builtin_rules())
    except (yaml.YAMLError, RulesError, LookupError):
        raise _no_place(waiver, about, where) from None
    new = [entry for entry in after.waivers if _same(entry, waiver)]
    kept = [entry for entry in after.waivers if entry not in new[-1:]]
    if not new or not _alike(before, replace(after, waivers=tuple(kept))):
        raise _no_place(waiver, about, where)
    return changed, int(new[-1].where.rpartition(":")[2])


def entry_lines(waiver: Waiver, about: str = "") -> list[str]:
    """Write a waiver as the lines of a list's item, the comment ``about`` behind its id."""
    lines = [f"- id: {_quoted(waiver.match['id'])}{f' # {about}' if about else ''}"]
    if waiver.attributes:
        lines.append(f"  attributes: [{', '.join(map(_quoted, waiver.attributes))}]")
    lines.append(f"  reason: {_quoted(waiver.reason)}")
    lines.append(f"  owner: {_quoted(waiver.owner)}")
    lines.append(f"  expires: {waiver.expires.isoformat()}")
    return lines


def _refuse_unknown(waiver: Waiver, catalog: Catalog) -> None:
    try:
        alone = read_rules(_with_key("", 0, 0, waiver, ""), "", catalog, builtin_rules()).waivers
    except RulesError as error:
        said = error.message.partition(": ")[2]
        raise RulesError(f"waiving {waiver.match['id']}: {said}", error.hint) from None
    if not alone or not _same(alone[0], waiver):
        raise RulesError(f"waiving {waiver.match['id']}: it cannot be written as YAML", "use plain letters")


def _refuse_twice(rules: RuleSet, waiver: Waiver, today: date) -> None:
    wanted = waiver.match["id"]
    for known in rules.waivers:
        if set(known.match) != {"id"} or not glob_matches(known.match["id"], wanted):
            continue
        if known.attributes and not (waiver.attributes and set(waiver.attributes) <= set(known.attributes)):
            continue
        if known.expired(today):
            said = f"it was waived until {known.expires.isoformat()}"
            raise RulesError(f"waiving {wanted}: {said} ({known.where})", "change that waiver, or take it out")
        said = f"it is waived already, until {known.expires.isoformat()}"
        raise RulesError(f"waiving {wanted}: {said} ({known.where})", "change that waiver instead")


def _no_place(waiver: Waiver, about: str, where: str) -> RulesError:
    lines = "".join(f"\n      {line}" for line in entry_lines(waiver, about))
    return RulesError(
        f"writing the rules file {where}: it is laid out in a way that leaves no certain place for a waiver",
        f"add this to its {_KEY} by hand:{lines}",
    )


def _same(known: Waiver, wanted: Waiver) -> bool:
    return replace(known, where="") == replace(wanted, where="")


def _alike(one: RuleSet, other: RuleSet) -> bool:
    """Tell whether two rules files say the same, wherever it stands in them."""

    def said(rules: RuleSet) -> list[Any]:
        entries: list[Any] = [*rules.rules, *rules.trusted, *rules.waivers]
        return [[replace(entry, where="") for entry in entries], bool(rules.replaced_at), len(rules.waivers)]

    return said(one) == said(other)


def _added(text: str, waiver: Waiver, about: str) -> str:
    events: list[Any] = list(yaml.parse(text, Loader=yaml.SafeLoader))
    if len(events) < 3:
        return _with_key(text, len(text), 0, waiver, about)
    top: Any = events[2]
    if isinstance(top, yaml.ScalarEvent):
        # Nothing in the document, or a null that is spelt out.
        at = events[3].start_mark.index if events[3].explicit else len(text)
        return _with_key(text, at, 0, waiver, about) if not top.value else _refused()
    key, value, end = 3, 3, 3
    while not isinstance(events[key], yaml.MappingEndEvent):
        value = _after(events, key)
        end = _after(events, value)
        if isinstance(events[key], yaml.ScalarEvent) and events[key].value == _KEY:
            return _into(text, events[value:end], events[key], bool(top.flow_style), waiver, about)
        key = end
    if top.flow_style:
        last = _content_end(events[value:end]) if end > value else top.end_mark.index
        comma = ", " if end > value else ""
        return f'{text[:last]}{comma}"{_KEY}": [{_flow(waiver)}]{text[last:]}'
    return _with_key(text, events[key].start_mark.index, events[3].start_mark.column, waiver, about)


def _into(text: str, value: Sequence[Any], key: Any, in_flow: bool, waiver: Waiver, about: str) -> str:
    """Add to the value that stands under the key, given as its events."""
    first, last = value[0], value[-1]
    start, opened, end = first.start_mark.index, first.end_mark.index, last.end_mark.index
    if isinstance(first, yaml.ScalarEvent) or (len(value) == 2 and not re.search(r"[#\n\r]", text[start:end])):
        if in_flow:
            return f"{text[:start]}[{_flow(waiver)}]{text[end:]}" if start < end else _refused()
        rest = text[end:]
        text = (text[:start].rstrip(" ") if rest[:1] in ("", "\r", "\n") else text[:start]) + rest
        start = min(start, len(text) - len(rest))
        return _with_lines(text, _line_end(text, start), key.start_mark.column + 2, entry_lines(waiver, about))
    if not isinstance(first, yaml.SequenceStartEvent):
        return _refused()
    if first.flow_style:
        at = _content_end(value[1:-1]) if len(value) > 2 else opened
        return f"{text[:at]}{', ' if len(value) > 2 else ''}{_flow(waiver)}{text[at:]}"
    before = text[: value[1].start_mark.index].rstrip()
    dash = _DASH.search(before)
    if not dash:
        return _refused()
    indent = len(dash.group(1))
    at = _line_end(text, _content_end(value))
    # A comment that is set under an item belongs to it.
    while re.compile(rf" {{{indent + 1},}}#").match(text, at):
        at = _line_end(text, at + 1)
    return _with_lines(text, at, indent, entry_lines(waiver, about))


def _refused() -> str:
    raise LookupError("no place for it")


def _after(events: Sequence[Any], at: int) -> int:
    """Give the place after the node that begins at ``at``."""
    depth = 0
    while True:
        depth += isinstance(events[at], yaml.CollectionStartEvent) - isinstance(events[at], yaml.CollectionEndEvent)
        at += 1
        if depth == 0:
            return at


def _content_end(events: Sequence[Any]) -> int:
    """Where the last thing of some nodes ends, comments behind it left out: a block's own end comes after those."""
    ends, flows = [], []
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            flows.append(bool(event.flow_style))
        elif not isinstance(event, yaml.CollectionEndEvent) or flows.pop():
            ends.append(event.end_mark.index)
    return int(max(ends))


def _line_end(text: str, at: int) -> int:
    """Where the line of a place ends, its break included; the place itself where a line begins."""
    if at == 0 or text[at - 1] in "\r\n":
        return at
    found = _LINE.match(text, at)
    return found.end() if found else at


def _with_key(text: str, at: int, indent: int, waiver: Waiver, about: str) -> str:
    lines = [f"{_KEY}:", *(f"  {line}" for line in entry_lines(waiver, about))]
    head = text[:at].rstrip(" \t")
    if head.strip("\ufeff") and not re.search(r"(\n|\r)[ \t]*(\r\n|\n|\r)\Z", head):
        lines.insert(0, "")
    return _with_lines(text, at, indent, lines)


def _with_lines(text: str, at: int, indent: int, lines: Sequence[str]) -> str:
    found = _BREAK.search(text)
    newline = found.group() if found else "\n"
    head, tail = text[:at], text[at:]
    if head.strip("\ufeff") and head[-1] not in "\r\n":
        head += newline
    body = newline.join(" " * indent + line if line else "" for line in lines)
    ends_open = not tail and bool(text.strip("\ufeff")) and text[-1] not in "\r\n"
    return head + body + ("" if ends_open else newline) + tail


def _flow(waiver: Waiver) -> str:
    members = {"id": waiver.match["id"], "reason": waiver.reason, "owner": waiver.owner}
    texts = [f"{_quoted(name)}: {_quoted(value)}" for name, value in members.items()]
    texts.append(f'"expires": {_quoted(waiver.expires.isoformat())}')
    if waiver.attributes:
        texts.insert(1, f'"attributes": [{", ".join(map(_quoted, waiver.attributes))}]')
    return f"{{{', '.join(texts)}}}"


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(letter) or _shown(letter) for letter in text) + '"'


def _shown(letter: str) -> str:
    if yaml.reader.Reader.NON_PRINTABLE.search(letter) or letter in "\x85\xa0\u2028\u2029\ufeff":
        return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
    return letter

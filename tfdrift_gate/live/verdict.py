"""What a live answer says about a drift: what of it still stands, what is refuted, what stays untold.

A drift is refuted only by an answer that is understood whole; everything else leaves it standing, and says why. The
measure is the same as for records: :func:`tfdrift_gate.drift.difference.differences`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tfdrift_gate.catalog import LiveRead, Resource
from tfdrift_gate.changes.values import NotTold
from tfdrift_gate.drift.difference import differences
from tfdrift_gate.drift.equality import at_path, is_unset
from tfdrift_gate.drift.fold import fold
from tfdrift_gate.live.answer import Answer, Thing, Variables, thing_of, value_of
from tfdrift_gate.live.choose import Ask
from tfdrift_gate.live.environment import names_are_hidden, variables_difference
from tfdrift_gate.model import (
    SENSITIVE,
    UNKNOWN_ACTOR,
    AttributeChange,
    Change,
    Drift,
    Effect,
    Event,
    Kind,
    LiveCheck,
    ResourceInstance,
)

_ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Verified:
    """A drift after the live read: what stands and what is refuted of it, each with what the read said."""

    stands: tuple[Drift, LiveCheck] | None
    refuted: tuple[Drift, LiveCheck] | None = None
    """As CloudTrail told it."""
    ignored: tuple[Drift, LiveCheck] | None = None
    """What differs only in environment variables that ``ignore_changes`` names one by one."""


def unasked(drift: Drift) -> Verified:
    """Say of a drift about which no read tells more that it stands as it is."""
    names = ", ".join(change.attribute for change in drift.changes) or "the replacement"
    return Verified((drift, LiveCheck(None, "unread", (f"not verified: no live read tells of {names}",))))


def verified(
    drift: Drift,
    ask: Ask,
    answer: Answer,
    resource: Resource,
    at: datetime,
    ignores: Callable[[str], bool] = lambda _: False,
) -> Verified:
    """Hold a drift against the answer to ``ask``, which came at ``at``.

    ``ignores`` tells whether the resource's ``ignore_changes`` covers an attribute path.
    """
    check = _Check(drift, ask.read, resource, thing_of(answer, ask.read, resource, drift.key), at, ignores)
    return check.made()


class _Check:
    def __init__(
        self,
        drift: Drift,
        read: LiveRead,
        resource: Resource,
        thing: Thing,
        at: datetime,
        ignores: Callable[[str], bool],
    ) -> None:
        self._drift = drift
        self._read = read
        self._resource = resource
        self._thing = thing
        self._at = at
        self._ignores = ignores

    def made(self) -> Verified:
        thing, drift = self._thing, self._drift
        if thing.there is None:
            return self._stands(drift, "unread", f"not verified ({self._read.call}): {thing.problem}")
        if not thing.there:
            if drift.kind is Kind.UNMANAGED:
                return self._refuted(drift, self._said("it is gone again"))
            return self._stands(drift, "stands", self._said("it is not there"))
        if thing.leaving:
            return self._stands(drift, "stands", self._said("it is just being deleted"))
        if drift.kind is Kind.DELETED:
            return self._deleted()
        if drift.kind is Kind.UNMANAGED:
            return self._unmanaged()
        return self._changed()

    def _deleted(self) -> Verified:
        """There is one again; what it now has decides whether it is what state believes."""
        drift, instance = self._drift, self._drift.instance
        if instance is None:
            return self._stands(drift, "unread", self._said("it is there"))
        values = self._values(self._read.attributes)
        changes = [
            change._replace(event=None, revealed_by=None) for change in self._differing(values, instance, frozenset())
        ]
        words = [self._said("it is there again")]
        untold = self._believed_but_untold(values, instance)
        if _ENVIRONMENT in self._read.attributes:
            difference = variables_difference(instance, self._variables())
            if difference is None and instance.attributes.get(_ENVIRONMENT):
                untold.append(_ENVIRONMENT)
            if difference:
                changes.append(AttributeChange(_ENVIRONMENT, SENSITIVE, SENSITIVE, known=True, event=None))
                words.append(self._said(f"environment variables: {difference.words(names_are_hidden(instance))}"))
        words += [f"not verified: {name}: {self._untold(name)}" for name in untold]
        if not changes and untold:
            return self._stands(drift, "unread", *words)
        if not changes:
            return self._refuted(drift, self._said("it is there again, as state has it"))
        note = "deleted and created again"
        again = replace(drift, kind=Kind.REPLACED, changes=tuple(changes), cascade=False, note=note)
        return self._stands(again, "stands", *words)

    def _unmanaged(self) -> Verified:
        drift, resource = self._drift, self._resource
        values = self._values(name for change in drift.changes if (name := resource.attribute_behind(change.attribute)))
        now = tuple(
            change._replace(after=values[change.attribute], known=True) if change.attribute in values else change
            for change in drift.changes
        )
        standing = tuple(
            change
            for change in now
            if change.attribute not in values
            or not (
                change.after in (None, "", [], {})
                or (resource.inherent and is_unset(change.after, resource.attributes[change.attribute], drift.key))
            )
        )
        if resource.inherent and not standing:
            return self._refuted(drift, self._said("it is at its default again"))
        return self._stands(replace(drift, changes=standing), "stands", self._said("it is still there"))

    def _changed(self) -> Verified:
        """Check every attribute of a modification or replacement."""
        drift, instance = self._drift, self._drift.instance
        if instance is None:
            return self._stands(drift, "unread", self._said("it is there"))
        named = [(change, self._resource.attribute_behind(change.attribute)) for change in drift.changes]
        values = self._values(name for _, name in named if name)
        differing = self._differing(values, instance, frozenset(values))
        now = {self._resource.attribute_behind(change.attribute): change for change in differing}
        sorted_out = _SortedOut()
        for change, name in named:
            if name == _ENVIRONMENT and name in self._read.attributes:
                self._environment(change, instance, sorted_out)
            elif name is None or name not in values:
                sorted_out.stands(change, f"not verified: {change.attribute}: {self._untold(name)}")
            elif name not in now:
                sorted_out.refuted(change, self._said(f"{change.attribute} is as state has it"))
            elif not now[name].known:
                sorted_out.stands(change, f"not verified: {change.attribute}: state holds nothing to compare it with")
            else:
                sorted_out.stands(*self._still(change, now[name]), verified=True)
        return sorted_out.made(drift, self._read.call)

    def _still(self, change: AttributeChange, now: AttributeChange) -> tuple[AttributeChange, str]:
        """Put the live value in the place of the one that the last call seen wrote."""
        # Of a map the configuration may ignore some keys, which then differ without anybody having come since.
        again = change.known and not isinstance(now.after, Mapping) and change.after != now.after
        word = self._said(f"{now.attribute} {'was changed again since' if again else 'still differs'}")
        told = now._replace(event=change.event, others=change.others, revealed_by=change.revealed_by, note=change.note)
        return told, word

    def _environment(self, change: AttributeChange, instance: ResourceInstance, sorted_out: _SortedOut) -> None:
        difference = variables_difference(instance, self._variables())
        known = change._replace(before=SENSITIVE, after=SENSITIVE, known=True)
        if difference is None:
            why = f"the answer of {self._read.call} or state does not show it"
            sorted_out.stands(change, f"not verified: {change.attribute}: {why}")
        elif not difference:
            sorted_out.refuted(change, self._said(f"{change.attribute} is as state has it"))
        elif left := difference.without(self._ignores):
            said = self._said(f"environment variables: {left.words(names_are_hidden(instance))}")
            sorted_out.stands(known, said, verified=True)
        else:
            said = self._said(f"environment variables: {difference.words(names_are_hidden(instance))}")
            sorted_out.ignored(known, said)

    def _variables(self) -> object:
        under = self._read.under
        members = self._thing.members.below(under.lower()) if under else self._thing.members
        # A whole answer leaves them out where there are none.
        return members.get(_ENVIRONMENT) if _ENVIRONMENT in members else Variables({})

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        """Read attributes; what the answer does not tell is left out."""
        values: dict[str, Any] = {}
        for name in names:
            if name == _ENVIRONMENT or name not in self._read.attributes:
                continue
            try:
                value = value_of(self._thing, name, self._read, self._resource)
            except NotTold:
                continue
            if self._resource.attributes[name].as_ == "tags" and isinstance(value, Mapping):
                # AWS's own keys are not Terraform's concern.
                value = {key: text for key, text in value.items() if not key.startswith("aws:")}
            values[name] = value
        return values

    def _believed_but_untold(self, values: Mapping[str, Any], instance: ResourceInstance) -> list[str]:
        """Name the attributes that state has set and that an answer which should tell them does not."""

        def believed(name: str) -> bool:
            attribute = self._resource.attributes[name]
            paths = attribute.state or (name,)
            return any(not is_unset(at_path(instance.attributes, path), attribute, self._drift.key) for path in paths)

        return [
            name for name in self._read.attributes if name not in values and name != _ENVIRONMENT and believed(name)
        ]

    def _differing(
        self, values: Mapping[str, Any], instance: ResourceInstance, asked: frozenset[str]
    ) -> tuple[AttributeChange, ...]:
        """Judge live values as the answer of a call would be; for those ``asked`` about, state need not know them."""
        event = Event(None, self._read.call, self._at, self._drift.key.region, UNKNOWN_ACTOR, "unknown")
        seen = Change(
            event,
            self._drift.key,
            Effect.UPDATE,
            asked={name: value for name, value in values.items() if name in asked},
            revealed={name: value for name, value in values.items() if name not in asked},
        )
        net = fold([seen], self._resource.attributes)
        # Nothing that state was told before is newer than what AWS says now.
        return differences(net, replace(instance, modified_at=None), self._resource).standing

    def _untold(self, name: str | None) -> str:
        shown = name in self._read.attributes
        return f"the answer of {self._read.call} does not tell it" if shown else f"{self._read.call} does not show it"

    def _said(self, what: str) -> str:
        return f"asked live ({self._read.call}): {what}"

    def _stands(self, drift: Drift, outcome: str, *words: str) -> Verified:
        return Verified((drift, LiveCheck(self._read.call, outcome, words)))

    def _refuted(self, drift: Drift, word: str) -> Verified:
        return Verified(None, (drift, LiveCheck(self._read.call, "reverted", (word,))))


@dataclass
class _SortedOut:
    """The changes of one drift by what became of them, each with its word."""

    _standing: list[AttributeChange] = field(default_factory=list)
    _refuted: list[AttributeChange] = field(default_factory=list)
    _ignored: list[AttributeChange] = field(default_factory=list)
    _standing_words: list[str] = field(default_factory=list)
    _refuted_words: list[str] = field(default_factory=list)
    _ignored_words: list[str] = field(default_factory=list)
    _verified: bool = False

    def stands(self, change: AttributeChange, word: str, verified: bool = False) -> None:
        self._standing.append(change)
        self._standing_words.append(word)
        self._verified = self._verified or verified

    def refuted(self, change: AttributeChange, word: str) -> None:
        self._refuted.append(change)
        self._refuted_words.append(word)

    def ignored(self, change: AttributeChange, word: str) -> None:
        self._ignored.append(change)
        self._ignored_words.append(word)

    def made(self, drift: Drift, call: str) -> Verified:
        outcome = "stands" if self._verified else "unread"
        if drift.kind is Kind.REPLACED:  # the replacement itself stands, whatever its attributes
            words = (*self._standing_words, *self._refuted_words, *self._ignored_words)
            left = replace(drift, changes=tuple(self._standing))
            settled = self._verified or self._refuted or self._ignored
            return Verified((left, LiveCheck(call, "stands" if settled else "unread", words)))
        return Verified(
            _checked(drift, self._standing, LiveCheck(call, outcome, tuple(self._standing_words))),
            _checked(drift, self._refuted, LiveCheck(call, "reverted", tuple(self._refuted_words))),
            _checked(drift, self._ignored, LiveCheck(call, "stands", tuple(self._ignored_words))),
        )


def _checked(drift: Drift, changes: list[AttributeChange], check: LiveCheck) -> tuple[Drift, LiveCheck] | None:
    """The part of a modification that has only ``changes``, with the events that explain those."""
    if not changes:
        return None
    own = {id(event) for change in changes for event in (change.event, *change.others)}
    events = tuple(event for event in drift.events if id(event) in own)
    return replace(drift, changes=tuple(changes), events=events or drift.events), check

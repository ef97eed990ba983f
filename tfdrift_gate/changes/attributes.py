"""The attributes of one record: those that the call asked for, and those that its answer merely shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tfdrift_gate.catalog import Attribute, EventEntry, Shown, key_path
from tfdrift_gate.changes.members import Members, is_object, items, lowered
from tfdrift_gate.changes.values import NotTold, boolean, read_value, string
from tfdrift_gate.model import WITHHELD, Effect


class Told:
    """What the record of an event tells of the attributes of its resource."""

    __slots__ = ("_answer", "_answered", "_complete", "_entry", "_request", "asked", "revealed", "unreadable")

    def __init__(self, entry: EventEntry, request: Members, answer: Members, is_answered: bool) -> None:
        self._entry = entry
        self._request = request
        self._answer = answer.below(under.lower()) if (under := entry.resource.answer_under) else answer
        self._answered = entry.values == "response" and is_answered
        completes = entry.resource.completes
        self._complete = bool(completes) and None not in map(answer.get, completes)
        self.asked: dict[str, Any] = {}
        self.revealed: dict[str, Any] = {}
        self.unreadable: list[str] = []
        """What could not be read, and why: ``memory_size: not a number``."""

    def read(self) -> None:
        """Read every attribute that the entry tells of."""
        entry, looks = self._entry, self._entry.looks
        asked = self._asked_for()
        for name, attribute in looks.attributes.items() if asked else ():
            if name in asked:
                self._ask(name, attribute)
        if self._answered:
            self._look(looks.beside(asked))
        if entry.may_set and entry.unspoken.issuperset(self._request):
            self.asked.update(dict.fromkeys(entry.may_set, WITHHELD))

    def _look(self, shown: Iterable[Shown]) -> None:
        """Take what the answer shows beside what was asked for: here a run spends most of its time."""
        answer, revealed, complete = self._answer, self.revealed, self._complete
        get = answer.get
        for head, is_an_object, looks, silent in shown:
            value = get(head)
            if value is None:
                if complete and silent:
                    revealed.update(silent)
                continue
            inside = lowered(value) if is_an_object else None
            for name, attribute, inner, verbatim in looks:
                if inner and inside is not None:
                    found = inside.get(inner)
                elif inner is None and attribute.answered_at:
                    found = answer.at(attribute.answered_at)
                else:
                    found = value
                if found.__class__ is verbatim:
                    revealed[name] = found
                else:
                    self._reveal(name, attribute, found)

    def _asked_for(self) -> frozenset[str]:
        """Name the attributes that the call sets."""
        looks = self._entry.looks
        asked = looks.always_asked
        for member in self._request if looks.asked_by else ():
            if member in looks.asked_by:
                asked = asked.union(looks.asked_by[member])
        for name, member in looks.asked_where:
            if is_true(self._request, member):
                asked = asked.union((name,))
        return asked

    def _reveal(self, name: str, attribute: Attribute, value: Any) -> None:
        """Take what the answer shows of an attribute that the call did not set."""
        if value is None:
            if self._says_unset(attribute):
                self.revealed[name] = None
            return
        try:
            self.revealed[name] = read_value(value, attribute)
        except NotTold:
            return
        except ValueError as error:
            self.unreadable.append(f"{name}: {error}")

    def _ask(self, name: str, attribute: Attribute) -> None:
        """Take what the call set an attribute to."""
        entry = self._entry
        if name in entry.sets:
            self.asked[name] = entry.sets[name]
            return
        try:
            if attribute.as_ == "tags" and entry.effect is Effect.UPDATE:
                self._tag(name)
                return
            told, value = self._asked_value(attribute)
        except ValueError as error:
            self.unreadable.append(f"{name}: {error}")
            return
        if told:
            self.asked[name] = value
        elif entry.effect is Effect.UPDATE:
            self.asked[name] = WITHHELD

    def _asked_value(self, attribute: Attribute) -> tuple[bool, Any]:
        """Give (told, value): the answer's where it is the state after the call, else the request's."""
        if self._answered and attribute.answered_at:
            try:
                value = read_value(self._answer.at(attribute.answered_at), attribute)
                if value is not None or self._says_unset(attribute):
                    return True, value
            except NotTold:
                pass
        for path in attribute.asked_at:
            try:
                value = read_value(self._request.at(path), attribute)
            except NotTold:
                continue
            if value is not None:
                return True, value
        # What the answer would tell, and what further calls may set, a creation's silence does not.
        made = self._entry.effect is Effect.CREATE and self._entry.values == "request"
        return made or any(map(self._request.__contains__, attribute.heads)), None

    def _says_unset(self, attribute: Attribute) -> bool:
        if not attribute.optional or not self._complete or attribute.answered_at is None:
            return False
        held = self._answer.get(attribute.answered_at.head)
        if held is not None and not attribute.answered_at.is_plain and not is_object(held) and items(held) is None:
            return False
        return attribute.optional != "inside" or attribute.answered_at.head in self._answer

    def _tag(self, name: str) -> None:
        """A tag call merges: it tells of single keys only. AWS's own keys are not Terraform's concern."""
        if "tags" not in self._request and "tagkeys" not in self._request:
            raise ValueError("the record does not tell which")
        added = {str(key): string(value) for key, value in _mapping(self._request.get("tags")).items()}
        removed = [string(key) for key in _listed(self._request.get("tagkeys"))]
        for key, value in (*added.items(), *((key, None) for key in removed)):
            if not key.startswith("aws:"):
                self.asked[key_path(name, key)] = value


def is_true(request: Members, name: str) -> bool:
    """Tell whether a member of a request, its name in lower case, is true."""
    try:
        return boolean(request.get(name))
    except ValueError:
        return False


def _mapping(value: Any) -> Mapping[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError("not a map")
    return value


def _listed(value: Any) -> Iterable[Any]:
    found = [] if value in (None, {}) else items(value)
    if found is None:
        raise ValueError("not a list")
    return found

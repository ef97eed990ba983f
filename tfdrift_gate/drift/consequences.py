"""What a call does besides what it is about: AWS writes no records of its own for these.

Deleting a function takes along what hangs on it, deleting an alias or a version what is attached to that one,
deleting a layer version its permissions. A policy and its single statements are two views of one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tfdrift_gate.catalog import Catalog, key_path
from tfdrift_gate.model import WITHHELD, Change, Effect, ResourceInstance, ResourceKey
from tfdrift_gate.policy import permission_values, statements_of

_FUNCTION = "aws_lambda_function"
_ALIAS = "aws_lambda_alias"
_PERMISSION = "aws_lambda_permission"
_POLICY = "aws_lambda_resource_policy"


def with_consequences(
    changes: Iterable[Change], instances: Iterable[ResourceInstance], catalog: Catalog
) -> list[Change]:
    """Add to the changes of all resources what follows from them.

    What hangs on what is known from state (``instances``) and from the changes themselves.
    """
    given = list(changes)
    known = _Known([*instances], given, catalog)
    return [follows for change in given for follows in (*known.views(change), *known.gone_with(change))]


class _Known:
    """What there is and what it hangs on, as far as state and the records tell."""

    def __init__(self, instances: list[ResourceInstance], changes: list[Change], catalog: Catalog) -> None:
        self._catalog = catalog
        self._managed = {instance.key for instance in instances}
        self._made = {_moment(change) for change in changes if change.effect is Effect.CREATE}
        self._hangs_on: dict[ResourceKey, dict[ResourceKey, None]] = {}
        things: list[ResourceInstance | Change] = [*instances, *changes]
        for thing in things:
            if thing.parent is not None and not catalog.resources[thing.key.resource_type].survives:
                self._hangs_on.setdefault(thing.parent, {})[thing.key] = None

    def gone_with(self, change: Change) -> Iterator[Change]:
        """Give the deletions (and, of a new function, the default settings) that come with a change."""
        kind = change.key.resource_type
        if change.effect is Effect.DELETE:
            yield from self._deleted(change, change.key, None, kind.removeprefix("aws_lambda_").replace("_", " "))
            if kind == _ALIAS and change.parent:
                yield from self._deleted(change, change.parent, change.key.parts[-1], "alias")
        elif change.version_deleted:
            yield from self._deleted(change, change.key, change.version_deleted, "version")
        elif change.effect is Effect.CREATE and kind == _FUNCTION:
            for child in self._hangs_on.get(change.key, ()):
                if self._catalog.resources[child.resource_type].inherent:
                    yield Change(change.event, child, Effect.CREATE, parent=change.key, cascade="function")

    def _deleted(self, change: Change, parent: ResourceKey, qualifier: str | None, what: str) -> Iterator[Change]:
        final = _moment(change) not in self._made
        for child in self._hangs_on.get(parent, ()):
            resource = self._catalog.resources[child.resource_type]
            if qualifier is None or resource.part(child, "qualifier") == qualifier:
                yield Change(change.event, child, Effect.DELETE, parent=parent, cascade=what, final=final)

    def views(self, change: Change) -> Iterator[Change]:
        """Give a change as it concerns a policy as a whole and the statements in it."""
        kind = change.key.resource_type
        if kind == _PERMISSION:
            function, qualifier, statement_id = change.key.parts
            policy = ResourceKey(_POLICY, change.key.account, change.key.region, (function, qualifier))
            if policy in self._managed:
                yield _statement_changed(change, policy, statement_id)
                if change.key not in self._managed:
                    return
        yield change
        if kind == _POLICY:
            text = change.asked.get("policy")
            statements = statements_of(text) if isinstance(text, str) else None
            for child in self._hangs_on.get(change.parent, ()) if change.parent else ():
                if child.resource_type != _PERMISSION or child.parts[:2] != change.key.parts:
                    continue
                view = self._under_new_policy(change, child, statements)
                # What nobody manages is not in the new policy, or is a part of that finding.
                if child in self._managed or view.effect is Effect.DELETE:
                    yield view

    def _under_new_policy(
        self, change: Change, permission: ResourceKey, statements: Mapping[str, Mapping[str, Any]] | None
    ) -> Change:
        view = Change(change.event, permission, Effect.DELETE, parent=change.parent)
        if change.effect is Effect.DELETE:
            return view._replace(note="the whole policy was deleted")
        note = "the whole policy was replaced"
        if statements is None:
            attributes = self._catalog.resources[_PERMISSION].attributes
            return view._replace(effect=Effect.UPDATE, asked=dict.fromkeys(attributes, WITHHELD), note=note)
        statement = statements.get(permission.parts[2])
        if statement is None:
            return view._replace(note=note)
        if statement.get("Effect") == "Deny":
            # NOTE: a refresh does not look at Effect; but whoever needs the permission has lost it.
            return view._replace(note=f"{note}; the statement of that id now denies")
        asked = permission_values(statement, permission.parts[2])
        return view._replace(effect=Effect.CREATE, asked=asked, note=note)


def _statement_changed(change: Change, policy: ResourceKey, statement_id: str) -> Change:
    name = key_path("policy", statement_id)
    value = None if change.effect is Effect.DELETE else change.statement or WITHHELD
    return Change(change.event, policy, Effect.UPDATE, parent=change.parent, asked={name: value})


def _moment(change: Change) -> tuple[ResourceKey, datetime]:
    return change.key, change.event.event_time.replace(microsecond=0)

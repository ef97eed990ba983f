"""Where in AWS an instance of state has its place: account, region and name parts, which make its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tfdrift_gate.arn import parse_function_name, parse_lambda_arn
from tfdrift_gate.catalog import Catalog, IdentityPart, Resource
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import ResourceInstance, ResourceKey, Skipped
from tfdrift_gate.terraform.state import Belief, StateInstance, without_keys

Places = Mapping[str, frozenset[tuple[str, str]]]
"""The accounts and regions in which there is a function of a name."""


def place(
    found: Iterable[StateInstance],
    catalog: Catalog,
    account_read: str | None = None,
    region_read: str | None = None,
    elsewhere: Places | None = None,
) -> Belief:
    """Give every instance its key: account, region and name parts.

    An ARN tells account and region, and so does ``region`` in state of provider 6; a satellite without either
    takes them from its function, else from all the others if those agree, else from its function where that is
    ``elsewhere``, in one place alone; else it is taken to be where event history is read (``account_read``,
    ``region_read``). An instance whose place cannot be told is skipped, and said so.
    """
    states = list(found)
    places = [_own_place(state, catalog.resources[state.resource_type]) for state in states]
    functions: dict[str, list[tuple[StateInstance, str, str]]] = {}
    if not all(account and region for account, region in places):
        for state, (account, region) in zip(states, places, strict=True):
            if state.resource_type == "aws_lambda_function" and account and region:
                functions.setdefault(str(state.attributes.get("function_name")), []).append((state, account, region))
    # Each name once: there are as many places as instances, and they say the same few things.
    accounts = {account: account for account, _ in places if account}
    regions = {region: region for _, region in places if region}
    instances: list[ResourceInstance] = []
    skipped: list[Skipped] = []
    for state, (account, region) in zip(states, places, strict=True):
        resource = catalog.resources[state.resource_type]
        if not (account and region):
            near_account, near_region = _function_place(state, resource, functions, account, region)
            account, region = account or near_account, region or near_region
        account = account or (next(iter(accounts)) if len(accounts) == 1 else None)
        region = region or (next(iter(regions)) if len(regions) == 1 else None)
        if elsewhere and not (account and region):
            account, region = _place_elsewhere(state, resource, elsewhere, account, region)
        account = account or (None if accounts else account_read)
        region = region or (None if regions else region_read)
        parts = _parts(state, resource)
        if account and region and parts is not None:
            key = ResourceKey(resource.type, accounts.get(account, account), regions.get(region, region), parts)
            instances.append(_instance(state, resource, key))
        else:
            lacking = "name" if parts is None else "account or region"
            detail = f"{state.address}: state does not tell its {lacking}, so its events cannot be told apart"
            told_id = state.attributes.get("id")
            known = isinstance(told_id, str) and not {"", "id"} & set(state.sensitive)
            skipped.append(Skipped("unplaced-instance", detail, resource_id=told_id if known else None))
    return Belief(tuple(instances), tuple(skipped))


def _instance(state: StateInstance, resource: Resource, key: ResourceKey) -> ResourceInstance:
    names = resource.parent.state if resource.parent else ()
    return ResourceInstance(
        address=state.address,
        resource_type=state.resource_type,
        key=key,
        attributes=state.attributes,
        sensitive=state.sensitive,
        parent=resource.parent_key(key, (_text(state.attributes.get(name)) for name in names)),
        modified_at=modified_at(state, resource),
    )


def _own_place(state: StateInstance, resource: Resource) -> tuple[str | None, str | None]:
    account = None
    for name in resource.arn.state:
        text = _text(state.attributes.get(name))
        if found := parse_lambda_arn(text):
            return found.account, found.region
        account = account or parse_function_name(text).account
    return account, _text(state.attributes.get("region")) or None


def _function_place(
    state: StateInstance,
    resource: Resource,
    functions: Mapping[str, list[tuple[StateInstance, str, str]]],
    account: str | None,
    region: str | None,
) -> tuple[str | None, str | None]:
    """The place of the function it names; of several, the one of the same provider or the one it depends on."""
    near = [
        entry
        for entry in functions.get(_function_named(state, resource), [])
        if account in (None, entry[1]) and region in (None, entry[2])
    ]
    choices = (
        lambda entry: True,
        lambda entry: entry[0].provider == state.provider,
        lambda entry: without_keys(entry[0].address) in state.dependencies,
    )
    for chosen in choices:
        near = [entry for entry in near if chosen(entry)] or near
        if len({entry[1:] for entry in near}) == 1:
            return near[0][1], near[0][2]
    return None, None


def _place_elsewhere(
    state: StateInstance, resource: Resource, elsewhere: Places, account: str | None, region: str | None
) -> tuple[str | None, str | None]:
    """The place of the function it names in another root module's state, where there is one such place."""
    there = elsewhere.get(_function_named(state, resource), frozenset())
    near = [entry for entry in there if account in (None, entry[0]) and region in (None, entry[1])]
    return near[0] if len(near) == 1 else (account, region)


def _function_named(state: StateInstance, resource: Resource) -> str:
    """The name of the function that a satellite names; empty where it names none."""
    function = resource.identity.get("function")
    names = function.state if function else resource.parent.state if resource.parent else ()
    value = next((text for name in names if (text := _text(state.attributes.get(name)))), None)
    return parse_function_name(value).name if value else ""


def functions_in(instances: Iterable[ResourceInstance]) -> Places:
    """Tell where there are functions of each name."""
    found: dict[str, set[tuple[str, str]]] = {}
    for instance in instances:
        if instance.resource_type == "aws_lambda_function":
            found.setdefault(instance.key.parts[0], set()).add((instance.key.account, instance.key.region))
    return {name: frozenset(places) for name, places in found.items()}


def _parts(state: StateInstance, resource: Resource) -> tuple[str, ...] | None:
    parts = [_part(state, part) for part in resource.identity.values()]
    return None if None in parts else tuple(str(part) for part in parts)


def _part(state: StateInstance, part: IdentityPart) -> str | None:
    for name in part.state:
        if read := part.read(name, _text(state.attributes.get(name))):
            return read
    return "" if part.as_ == "qualifier" else None


def _text(value: Any) -> str:
    """Give an attribute's text (a number's too); empty where it has none."""
    if isinstance(value, str):
        return value
    return str(int(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def modified_at(state: StateInstance, resource: Resource) -> datetime | None:
    """Give the resource's own modification time as state holds it; None where it holds none that can be read."""
    value = state.attributes.get(resource.modified_at.state) if resource.modified_at else None
    try:
        return parse_instant(value) if isinstance(value, str) and value else None
    except ValueError:
        return None

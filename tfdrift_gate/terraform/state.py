"""State JSON, in both of Terraform's forms, read into resource instances with their place in AWS.

The forms: the state file itself (version 4) and ``terraform show -json``,
https://developer.hashicorp.com/terraform/internals/json-format. Data sources, deposed objects and types
outside the catalogue own no settings and are left out.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tfdrift_gate.arn import parse_function_name, parse_lambda_arn
from tfdrift_gate.catalog import Catalog, IdentityPart, Resource
from tfdrift_gate.errors import StateError
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import ResourceInstance, ResourceKey, Skipped

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_PULL = "pull it with terraform state pull, and name the file with --state"


@dataclass(frozen=True)
class StateInstance:
    """A managed instance as state's JSON has it, before its place in AWS is known."""

    address: str
    resource_type: str
    provider: str
    attributes: Mapping[str, Any]
    sensitive: tuple[str, ...]
    dependencies: tuple[str, ...]


@dataclass(frozen=True)
class Belief:
    """What Terraform believes to be there: the instances of the catalogue's types, and those without a place."""

    instances: tuple[ResourceInstance, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the managed resources, sorted."""
        return tuple(sorted({instance.key.region for instance in self.instances}))

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts of the managed resources."""
        return frozenset(instance.key.account for instance in self.instances)


def read_state(text: bytes, where: str, catalog: Catalog) -> list[StateInstance]:
    """Read a state of either form; raises :class:`StateError` saying what is wrong with it."""
    return instances_of(parse_json(text, f"the state {where}"), f"the state {where}", catalog)


def parse_json(text: bytes, what: str, kind: str = "state", hint: str = _PULL) -> Mapping[str, Any]:
    """Parse a JSON object; raises :class:`StateError` naming ``what``, never quoting the content."""
    try:
        data = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        cut = isinstance(error, json.JSONDecodeError) and (
            error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        )
        said = "it ends too early, as if truncated" if cut else "it is not JSON"
        raise StateError(f"reading {what}: {said}{place}", hint) from None
    if not isinstance(data, Mapping):
        raise StateError(f"reading {what}: it is JSON, but not a {kind}", hint)
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("a number beyond any range")
    return value


def instances_of(data: Mapping[str, Any], what: str, catalog: Catalog) -> list[StateInstance]:
    """Take the catalogue's managed instances out of a parsed state of either form."""
    try:
        if "encrypted_data" in data or ("encryption" in data and "version" not in data):
            raise StateError(
                f"reading {what}: it is encrypted by OpenTofu",
                "pull it with tofu state pull, which decrypts it, and name the file with --state",
            )
        if "planned_values" in data or "resource_changes" in data:
            raise StateError(f"reading {what}: it is a plan's JSON, not a state", "name it with --plan")
        if "format_version" in data:
            check_format(data, what)
            return list(_from_show(data, catalog))
        if data.get("version") == 4:
            return list(_from_file(data, catalog))
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
        raise StateError(f"reading {what}: not formed as a state ({type(error).__name__})", _PULL) from None
    version = data.get("version")
    told = isinstance(version, int) and not isinstance(version, bool)
    said = f"it is of version {version}, and only 4 is understood" if told else "it is JSON, but not a state"
    raise StateError(f"reading {what}: {said}", "refresh it with a current Terraform, or " + _PULL)


def check_format(data: Mapping[str, Any], what: str) -> None:
    """Refuse what ``terraform show -json`` writes in a major version to come; raises :class:`StateError`.

    Its own page asks for that: a new major version may say the same in other places.
    """
    if not re.match(r"[01]\.", str(data["format_version"])):
        raise StateError(
            f"reading {what}: its format_version is none that this version understands (0.x, 1.x)",
            "pip install --upgrade tfdrift-gate",
        )


def place(
    found: Iterable[StateInstance], catalog: Catalog, account_read: str | None = None, region_read: str | None = None
) -> Belief:
    """Give every instance its key: account, region and name parts.

    An ARN tells account and region, and so does ``region`` in state of provider 6; a satellite without either
    takes them from its function, else from all the others if those agree, else it is taken to be where event
    history is read (``account_read``, ``region_read``). An instance whose place cannot be told is skipped, and said so.
    """
    states = list(found)
    told = {id(state): _own_place(state, catalog.resources[state.resource_type]) for state in states}
    functions: dict[str, list[tuple[StateInstance, str, str]]] = {}
    for state in states:
        account, region = told[id(state)]
        if state.resource_type == "aws_lambda_function" and account and region:
            functions.setdefault(str(state.attributes.get("function_name")), []).append((state, account, region))
    accounts = {account for account, _ in told.values() if account}
    regions = {region for _, region in told.values() if region}
    instances: list[ResourceInstance] = []
    skipped: list[Skipped] = []
    for state in states:
        resource = catalog.resources[state.resource_type]
        account, region = told[id(state)]
        if not (account and region):
            near_account, near_region = _function_place(state, resource, functions, account, region)
            account, region = account or near_account, region or near_region
        account = account or (next(iter(accounts)) if len(accounts) == 1 else None if accounts else account_read)
        region = region or (next(iter(regions)) if len(regions) == 1 else None if regions else region_read)
        parts = _parts(state, resource)
        if account and region and parts is not None:
            key = ResourceKey(resource.type, account, region, parts)
            instances.append(_instance(state, resource, key))
        else:
            lacking = "name" if parts is None else "account or region"
            detail = f"{state.address}: state does not tell its {lacking}, so its events cannot be told apart"
            told_id = state.attributes.get("id")
            known = isinstance(told_id, str) and not {"", "id"} & set(state.sensitive)
            skipped.append(Skipped("unplaced-instance", detail, resource_id=told_id if known else None))
    return Belief(tuple(instances), tuple(skipped))


def _instance(state: StateInstance, resource: Resource, key: ResourceKey) -> ResourceInstance:
    return ResourceInstance(
        address=state.address,
        resource_type=state.resource_type,
        key=key,
        attributes=state.attributes,
        sensitive=state.sensitive,
        parent=_parent(state, resource, key),
        modified_at=modified_at(state, resource),
    )


def _parent(state: StateInstance, resource: Resource, key: ResourceKey) -> ResourceKey | None:
    parent = resource.parent
    if parent is None:
        return None
    if parent.parts:
        return ResourceKey(
            parent.type, key.account, key.region, tuple(resource.part(key, name) for name in parent.parts)
        )
    for name in parent.state:
        if text := _text(state.attributes.get(name)):
            named = parse_function_name(text)
            return ResourceKey(parent.type, named.account or key.account, named.region or key.region, (named.name,))
    return None


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
    function = resource.identity.get("function")
    names = function.state if function else resource.parent.state if resource.parent else ()
    value = next((text for name in names if (text := _text(state.attributes.get(name)))), None)
    if value is None:
        return None, None
    near = [
        entry
        for entry in functions.get(parse_function_name(value).name, [])
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


def _from_file(data: Mapping[str, Any], catalog: Catalog) -> Iterator[StateInstance]:
    for resource in _list(data.get("resources")):
        if resource.get("type") not in catalog.resources or not _is_managed(resource):
            continue
        base = f"{resource['type']}.{resource['name']}"
        if resource.get("module"):
            base = f"{resource['module']}.{base}"
        for instance in _list(resource.get("instances")):
            if instance.get("deposed"):
                continue
            yield StateInstance(
                address=base + _index(instance.get("index_key")),
                resource_type=resource["type"],
                provider=str(resource.get("provider", "")),
                attributes=object_of(instance.get("attributes")) or object_of(instance.get("attributes_flat")),
                sensitive=tuple(_sensitive_path(path) for path in _list(instance.get("sensitive_attributes"))),
                dependencies=tuple(_list(instance.get("dependencies"))),
            )


def _from_show(data: Mapping[str, Any], catalog: Catalog) -> Iterator[StateInstance]:
    def walk(module: Mapping[str, Any]) -> Iterator[StateInstance]:
        for resource in _list(module.get("resources")):
            if resource.get("type") in catalog.resources and _is_managed(resource) and not resource.get("deposed_key"):
                yield StateInstance(
                    address=str(resource["address"]),
                    resource_type=resource["type"],
                    provider=str(resource.get("provider_name", "")),
                    attributes=object_of(resource.get("values")),
                    sensitive=marked_paths(resource.get("sensitive_values")),
                    dependencies=tuple(_list(resource.get("depends_on"))),
                )
        for child in _list(module.get("child_modules")):
            yield from walk(child)

    yield from walk(object_of(object_of(data.get("values")).get("root_module")))


def _is_managed(resource: Mapping[str, Any]) -> bool:
    if not isinstance(resource.get("mode"), str):
        raise TypeError("mode is no text")
    return bool(resource["mode"] == "managed")


def _list(value: Any) -> list[Any]:
    """Give a list, empty for null alone: an empty one of another type would hide what it stands for."""
    if value is not None and not isinstance(value, list):
        raise TypeError("not a list")
    return value or []


def object_of(value: Any) -> Mapping[str, Any]:
    """Give a JSON object, empty for null; raises :class:`TypeError` for anything else."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError("not an object")
    return value or {}


def _index(key: Any) -> str:
    if key is None:
        return ""
    return f"[{json.dumps(key, ensure_ascii=False)}]"


def _sensitive_path(path: Iterable[Mapping[str, Any]]) -> str:
    """Write a path of ``sensitive_attributes`` ([{type: get_attr, value: …}, …]) as an attribute path."""
    text = ""
    for step in path:
        value = step.get("value")
        if step.get("type") == "index":
            value = value.get("value") if isinstance(value, Mapping) else value
            text += f"[{value}]"
        else:
            text += f".{value}" if text else str(value)
    return text


def name_of(instance: StateInstance | ResourceInstance) -> tuple[str, str]:
    """Give an instance's address and state's ``id`` of it, which tells two of one address in two states apart."""
    return instance.address, str(instance.attributes.get("id"))


def without_keys(address: str) -> str:
    """Give an address without its instance keys: the one that the configuration's block has."""
    return _INDEX.sub("", address)


def marked_paths(marks: Any) -> tuple[str, ...]:
    """Give the attribute paths at which ``sensitive_values``, or a change's ``before_sensitive``, has true."""
    return tuple(_marked(marks))


def _marked(value: Any, path: str = "") -> Iterator[str]:
    if value is True:
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _marked(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _marked(inner, f"{path}[{position}]")

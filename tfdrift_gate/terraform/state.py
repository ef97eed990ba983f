"""State JSON, in both of Terraform's forms, read into resource instances.

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
from typing import Any

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.model import ResourceInstance, Skipped

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
LARGE = 1 << 20
"""Bytes from which on a state is read by its types: below, importing what does so takes longer than it saves."""
_PULL = "pull it with terraform state pull, and name the file with --state"


@dataclass(frozen=True, slots=True)
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
    what = f"the state {where}"
    if len(text) >= LARGE:
        from tfdrift_gate.terraform.large_state import read_large

        if (found := read_large(text, what, catalog)) is not None:
            return found
    return instances_of(parse_json(text, what), what, catalog)


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


def _from_file(data: Mapping[str, Any], catalog: Catalog) -> Iterator[StateInstance]:
    for resource in list_of(data.get("resources")):
        if resource.get("type") not in catalog.resources or not _is_managed(resource):
            continue
        base = f"{resource['type']}.{resource['name']}"
        if resource.get("module"):
            base = f"{resource['module']}.{base}"
        for instance in list_of(resource.get("instances")):
            if instance.get("deposed"):
                continue
            yield StateInstance(
                address=base + index_text(instance.get("index_key")),
                resource_type=resource["type"],
                provider=str(resource.get("provider", "")),
                attributes=object_of(instance.get("attributes")) or object_of(instance.get("attributes_flat")),
                sensitive=sensitive_paths(instance.get("sensitive_attributes")),
                dependencies=tuple(list_of(instance.get("dependencies"))),
            )


def _from_show(data: Mapping[str, Any], catalog: Catalog) -> Iterator[StateInstance]:
    def walk(module: Mapping[str, Any]) -> Iterator[StateInstance]:
        for resource in list_of(module.get("resources")):
            if resource.get("type") in catalog.resources and _is_managed(resource) and not resource.get("deposed_key"):
                yield StateInstance(
                    address=str(resource["address"]),
                    resource_type=resource["type"],
                    provider=str(resource.get("provider_name", "")),
                    attributes=object_of(resource.get("values")),
                    sensitive=marked_paths(resource.get("sensitive_values")),
                    dependencies=tuple(list_of(resource.get("depends_on"))),
                )
        for child in list_of(module.get("child_modules")):
            yield from walk(child)

    yield from walk(object_of(object_of(data.get("values")).get("root_module")))


def _is_managed(resource: Mapping[str, Any]) -> bool:
    if not isinstance(resource.get("mode"), str):
        raise TypeError("mode is no text")
    return bool(resource["mode"] == "managed")


def list_of(value: Any) -> list[Any]:
    """Give a list, empty for null alone: an empty one of another type would hide what it stands for.

    Raises :class:`TypeError` for anything else.
    """
    if value is not None and not isinstance(value, list):
        raise TypeError("not a list")
    return value or []


def object_of(value: Any) -> Mapping[str, Any]:
    """Give a JSON object, empty for null; raises :class:`TypeError` for anything else."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError("not an object")
    return value or {}


def index_text(key: Any) -> str:
    """Write an instance's key as its address ends: ``[0]``, ``["a"]``, nothing for none."""
    if key is None:
        return ""
    return f"[{json.dumps(key, ensure_ascii=False)}]"


def sensitive_paths(paths: Any) -> tuple[str, ...]:
    """Give the attribute paths that ``sensitive_attributes`` of a state file lists."""
    return tuple(map(_sensitive_path, list_of(paths)))


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

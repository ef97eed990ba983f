"""A large state, read by its types: of each instance what its place needs, the rest of its attributes when asked for.

The same rules as :func:`~tfdrift_gate.terraform.state.instances_of`, which stays their one description: whatever is not
formed as expected here is given back to it, so that it says what is wrong (or that nothing is). What is stepped over is
held to JSON's grammar and to UTF-8; a number too large for any float is refused when somebody asks for it.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tfdrift_gate.catalog import Catalog, Resource
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.state import (
    StateInstance,
    check_format,
    index_text,
    list_of,
    marked_paths,
    parse_json,
    sensitive_paths,
)

_ABSENT = msgspec.Raw(b"null")
_CHUNK = 1 << 20


class _Instance(msgspec.Struct, gc=False):
    """One instance in a state file.

    https://github.com/hashicorp/terraform/blob/main/internal/states/statefile/version4.go (``instanceObjectStateV4``).
    """

    index_key: Any = None
    deposed: Any = None
    attributes: msgspec.Raw = _ABSENT
    attributes_flat: msgspec.Raw = _ABSENT
    sensitive_attributes: msgspec.Raw = _ABSENT
    dependencies: msgspec.Raw = _ABSENT


class _Resource(msgspec.Struct, gc=False):
    mode: Literal["managed", "data"]
    type: str
    name: str
    module: str = ""
    provider: str = ""
    instances: list[_Instance] | None = None


class _Shown(msgspec.Struct, gc=False):
    """One instance as ``terraform show -json`` prints it."""

    address: str
    mode: Literal["managed", "data"]
    type: str
    provider_name: str = ""
    deposed_key: Any = None
    values: msgspec.Raw = _ABSENT
    sensitive_values: msgspec.Raw = _ABSENT
    depends_on: msgspec.Raw = _ABSENT


class _Module(msgspec.Struct):
    resources: list[msgspec.Raw] | None = None
    child_modules: list[_Module] | None = None


class _Values(msgspec.Struct):
    root_module: _Module | None = None


class _State(msgspec.Struct):
    version: Literal[4] | None = None
    format_version: str | msgspec.UnsetType = msgspec.UNSET
    resources: list[msgspec.Raw] | None = None
    values: _Values | None = None
    encrypted_data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    encryption: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    planned_values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    resource_changes: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_none(self) -> bool:
        """Whether it is, or may be, another thing than a state that can be read."""
        others = (self.encrypted_data, self.encryption, self.planned_values, self.resource_changes)
        return any(found is not msgspec.UNSET for found in others)


class Attributes(Mapping[str, Any]):
    """One instance's attributes, decoded whole when one is asked for that was not needed before.

    Looking one up raises :class:`StateError` where they hold a number that no float can.
    """

    __slots__ = ("_address", "_all", "_named", "_raw", "_what")

    def __init__(self, raw: msgspec.Raw, named: msgspec.Struct, what: str, address: str) -> None:
        self._raw = raw
        self._named = named
        self._what = what
        self._address = address
        self._all: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        value = self.get(name, msgspec.UNSET)
        if value is msgspec.UNSET:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """Give one attribute; ``default`` where there is none of that name."""
        if self._all is None and name in self._named.__struct_fields__:
            value = getattr(self._named, name)
            return default if value is msgspec.UNSET else value
        return self._whole().get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def _whole(self) -> Mapping[str, Any]:
        if self._all is None:
            try:
                self._all = msgspec.json.decode(self._raw, type=dict[str, Any])
            except msgspec.MsgspecError:
                self._all = parse_json(bytes(self._raw), f"{self._what}, {self._address}")
        return self._all


def read_large(text: bytes, what: str, catalog: Catalog) -> list[StateInstance] | None:
    """Take the catalogue's managed instances out of a state of either form.

    None where it is not formed as a state of today's: then the plain reader is to tell. Raises :class:`StateError`
    for a ``format_version`` to come.
    """
    try:
        _check_utf8(text)
        state = _STATE.decode(text)
        if state.is_none:
            return None
        reader = _Reader(what, catalog)
        if state.format_version is not msgspec.UNSET:
            check_format({"format_version": state.format_version}, what)
            module = state.values.root_module if state.values else None
            return list(reader.shown(module)) if module else []
        return list(reader.filed(state.resources or [])) if state.version == 4 else None
    except StateError:
        raise
    except (msgspec.MsgspecError, AttributeError, TypeError, KeyError, ValueError, RecursionError):
        return None


_STATE = msgspec.json.Decoder(_State)
_RESOURCE = msgspec.json.Decoder(_Resource)
_SHOWN = msgspec.json.Decoder(_Shown)


class _Reader:
    """Reads resources one at a time; texts that many share are kept once."""

    def __init__(self, what: str, catalog: Catalog) -> None:
        self._what = what
        self._catalog = catalog
        self._names: dict[str, msgspec.json.Decoder[msgspec.Struct]] = {}
        self._shared: dict[str, str] = {}
        self._sensitive = lru_cache(maxsize=1024)(lambda raw: sensitive_paths(msgspec.json.decode(raw)))
        self._marked = lru_cache(maxsize=1024)(lambda raw: marked_paths(msgspec.json.decode(raw)))

    def filed(self, resources: list[msgspec.Raw]) -> Iterator[StateInstance]:
        """Read the resources of a state file, version 4."""
        for raw in resources:
            entry = _RESOURCE.decode(raw)
            if entry.type not in self._catalog.resources or entry.mode != "managed":
                continue
            base = f"{entry.module}.{entry.type}.{entry.name}" if entry.module else f"{entry.type}.{entry.name}"
            for each in entry.instances or ():
                if each.deposed:
                    continue
                yield self._instance(
                    base + index_text(each.index_key),
                    entry.type,
                    entry.provider,
                    (each.attributes, each.attributes_flat),
                    self._sensitive(bytes(each.sensitive_attributes)),
                    each.dependencies,
                )

    def shown(self, module: _Module) -> Iterator[StateInstance]:
        """Read the resources of a module as ``terraform show -json`` prints it, and of the modules in it."""
        for raw in module.resources or ():
            entry = _SHOWN.decode(raw)
            if entry.type not in self._catalog.resources or entry.mode != "managed" or entry.deposed_key:
                continue
            marks = self._marked(bytes(entry.sensitive_values))
            yield self._instance(
                entry.address, entry.type, entry.provider_name, (entry.values,), marks, entry.depends_on
            )
        for child in module.child_modules or ():
            yield from self.shown(child)

    def _instance(
        self,
        address: str,
        resource_type: str,
        provider: str,
        raws: tuple[msgspec.Raw, ...],
        sensitive: tuple[str, ...],
        dependencies: msgspec.Raw,
    ) -> StateInstance:
        """Make an instance; its attributes are the first of ``raws`` that has any."""
        resource = self._catalog.resources[resource_type]
        decoder = self._names.get(resource_type)
        if decoder is None:
            decoder = self._names[resource_type] = msgspec.json.Decoder(_names_of(resource))
        # Only what stands on a function is ever placed by what it depends on.
        follows = bool(resource.parent or "function" in resource.identity)
        if dependencies is not _ABSENT and memoryview(dependencies)[0] not in b"[n":
            raise TypeError("not a list")
        return StateInstance(
            address=address,
            resource_type=resource.type,
            provider=self._shared.setdefault(provider, provider),
            attributes=self._attributes(raws, decoder, address),
            sensitive=sensitive,
            dependencies=tuple(list_of(msgspec.json.decode(dependencies))) if follows else (),
        )

    def _attributes(
        self, raws: tuple[msgspec.Raw, ...], decoder: msgspec.json.Decoder[msgspec.Struct], address: str
    ) -> Mapping[str, Any]:
        for raw in raws:
            if raw is not _ABSENT and bytes(raw) != b"null":
                named = decoder.decode(raw)
                found = Attributes(raw, named, self._what, address)
                # One is enough to tell that there are some; every provider's instances have an id.
                if "id" in found or len(found):
                    return found
        return {}


def _names_of(resource: Resource) -> type[msgspec.Struct]:
    """Make the type that holds what an instance's place needs."""
    names = {"id", "region", *resource.arn.state}
    names.update(name for part in resource.identity.values() for name in part.state)
    names.update(resource.parent.state if resource.parent else ())
    names.update([resource.modified_at.state] if resource.modified_at else ())
    fields = [(name, Any, msgspec.UNSET) for name in sorted(names)]
    return msgspec.defstruct(resource.type, fields, gc=False)


def _check_utf8(text: bytes) -> None:
    """Raise UnicodeDecodeError for what is not UTF-8: a decoder does not look into what it steps over."""
    if text.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    with memoryview(text) as view:
        for start in range(0, len(view), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
    decoder.decode(b"", final=True)

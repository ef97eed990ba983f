"""What Lambda holds in one account and region, and how a caller names it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.local_aws.function_name import account_and_region, split_function_name
from tests.local_aws.lambda_service.errors import Refused, invalid, not_found

LATEST = "$LATEST"


@dataclass
class Policy:
    """A resource-based policy."""

    statements: list[dict[str, Any]] = field(default_factory=list)
    revision: str = ""

    def renew(self) -> None:
        """Give it a new revision id, as every change does."""
        self.revision = str(uuid.uuid4())


@dataclass
class Attached:
    """What hangs on one qualifier of a function and goes with it; None where nothing does."""

    policy: Policy = field(default_factory=Policy)
    url: dict[str, Any] | None = None
    invoke_config: dict[str, Any] | None = None
    provisioned: dict[str, Any] | None = None
    runtime_management: dict[str, Any] | None = None
    scaling: dict[str, Any] | None = None


@dataclass
class Version:
    """``$LATEST`` or a published version."""

    configuration: dict[str, Any]
    """A FunctionConfiguration without its ARN."""
    code: dict[str, Any]
    """Where the code came from, as GetFunction's ``Code`` has it."""


@dataclass
class Function:
    """A function with all that goes when it is deleted."""

    name: str
    arn: str
    """Without a qualifier."""
    versions: dict[str, Version]
    """By number, in the order they were published; ``$LATEST`` first."""
    tags: dict[str, str]
    code_signing_config: str | None = None
    """An ARN."""
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    attached: dict[str, Attached] = field(default_factory=dict)
    """By qualifier, :data:`LATEST` for what hangs on the function itself."""
    reserved_concurrency: int | None = None
    recursive_loop: str = "Terminate"
    published: int = 0
    """The highest version number ever given out."""
    unpublished_change: bool = True
    """Whether code or configuration changed since the last version was published."""

    @property
    def latest(self) -> Version:
        """``$LATEST``."""
        return self.versions[LATEST]


@dataclass(frozen=True)
class Target:
    """A function and one of its qualifiers, as a call named them."""

    function: Function
    qualifier: str
    """A version number, an alias or :data:`LATEST`."""
    arn: str
    """Ends in the qualifier where the call said one."""

    @property
    def number(self) -> str:
        """The version it stands for."""
        alias = self.function.aliases.get(self.qualifier)
        return str(alias["FunctionVersion"]) if alias else self.qualifier

    @property
    def version(self) -> Version:
        """The version it stands for."""
        return self.function.versions[self.number]

    @property
    def attached(self) -> Attached:
        """What hangs on the qualifier."""
        return self.function.attached.setdefault(self.qualifier, Attached())


@dataclass
class Region:
    """One account's Lambda in one region."""

    account: str
    name: str
    functions: dict[str, Function] = field(default_factory=dict)
    mappings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By UUID: ``{"configuration": EventSourceMappingConfiguration, "enabled": bool, "tags": {}}``."""
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name: ``{"published": highest number, "versions": {number: {"answer", "policy"}}}``."""
    code_signing_configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By ARN: ``{"configuration": CodeSigningConfig, "tags": {}}``."""
    capacity_providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name: ``{"configuration": CapacityProvider, "tags": {}}``."""

    def arn(self, resource: str) -> str:
        """Give the ARN of a ``resource`` like ``function:NAME``."""
        return f"arn:aws:lambda:{self.name}:{self.account}:{resource}"

    def function(self, sent: dict[str, Any]) -> Function:
        """Find the function that a call names without a qualifier, or with ``$LATEST``."""
        name, qualifier = split_function_name(sent["FunctionName"])
        if qualifier not in (None, LATEST):
            raise invalid(
                "This operation is permitted on Lambda functions only. "
                "Aliases and versions do not support this operation."
            )
        return self._function(sent["FunctionName"], name)

    def target(self, sent: dict[str, Any], aliases_only: bool = False) -> Target:
        """Find the function, version or alias that a call names, its qualifier in the name or beside it."""
        name, in_name = split_function_name(sent["FunctionName"])
        qualifier = sent.get("Qualifier") or in_name
        if in_name and qualifier != in_name:
            raise invalid("The derived qualifier from the function name does not match the specified qualifier.")
        function = self._function(sent["FunctionName"], name)
        if qualifier is None:
            return Target(function, LATEST, function.arn)
        if aliases_only and qualifier in function.versions:
            raise invalid(f"The qualifier {qualifier} is not the name of an alias.")
        if qualifier not in function.versions and qualifier not in function.aliases:
            raise not_found(f"Function not found: {function.arn}:{qualifier}")
        return Target(function, qualifier, f"{function.arn}:{qualifier}")

    def _function(self, said: str, name: str) -> Function:
        account, region = account_and_region(said)
        if region not in (None, self.name):
            raise not_found(f"Functions from '{region}' are not reachable in this region ('{self.name}')")
        if account not in (None, self.account):
            raise Refused("AccessDeniedException", f"not authorized to reach {said} of account {account}", 403)
        if name not in self.functions:
            raise not_found(f"Function not found: {self.arn('function:' + name)}")
        return self.functions[name]


def stamp(now: datetime) -> str:
    """Write a time as Lambda writes ``LastModified``: ``2023-07-10T12:26:56.000+0000``."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def without_none(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out the members that have no value."""
    return {name: value for name, value in fields.items() if value is not None}

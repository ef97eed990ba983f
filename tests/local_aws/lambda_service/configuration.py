"""A function's configuration: what a request makes of it, and how it is answered.

Shapes: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime
from typing import Any

from moto.ec2.models import ec2_backends

from tests.local_aws.lambda_service.errors import Refused, invalid
from tests.local_aws.lambda_service.state import LATEST, Region, Target, Version, stamp, without_none

PENDING = {"State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}
"""What the answer to the call that made a function or version says; a moment later it is active."""

IN_PROGRESS = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}
"""What the answer to an update says."""

_AS_SENT = frozenset(
    {
        "AcceleratorConfig",
        "CapacityProviderConfig",
        "Description",
        "DurableConfig",
        "EphemeralStorage",
        "Handler",
        "MemorySize",
        "Role",
        "Runtime",
        "RuntimeConfig",
        "TenancyConfig",
        "Timeout",
        "TracingConfig",
    }
)
"""Members that are kept as they were sent."""

_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")


def new_configuration(name: str, package_type: str) -> dict[str, Any]:
    """Return what a function has of which CreateFunction says nothing."""
    return {
        "FunctionName": name,
        "Description": "",
        "MemorySize": 128,
        "Timeout": 3,
        "Version": LATEST,
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": package_type,
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }


def changed(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with the members that ``sent`` has set or, where it says so, removed."""
    if not _ROLE.fullmatch(sent.get("Role", before.get("Role", ""))):
        raise Refused("ValidationException", f"1 validation error detected: Value '{sent.get('Role')}' at 'role'")
    after = before | {member: value for member, value in sent.items() if member in _AS_SENT}
    after |= {member: read(region, before, sent) for member, read in _READ.items() if member in sent}
    if "ImageConfig" in sent:
        after["ImageConfigResponse"] = {"ImageConfig": sent["ImageConfig"]} if sent["ImageConfig"] else None
    if "Runtime" in after:
        digest = hashlib.sha256(after["Runtime"].encode()).hexdigest()
        arn = f"arn:aws:lambda:{region.name}::runtime:{digest}"
        if before.get("Runtime") != after["Runtime"]:
            after["RuntimeVersionConfig"] = {"RuntimeVersionArn": arn}
    return without_none(after)


def renewed(configuration: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a configuration with a new revision id and time of modification, as every change leaves it.

    Creation is stamped in milliseconds, every later change in whole seconds: records of the live service are.
    """
    moment = now.replace(microsecond=0) if "RevisionId" in configuration else now
    return configuration | {"RevisionId": str(uuid.uuid4()), "LastModified": stamp(moment)}


def shown(target: Target) -> dict[str, Any]:
    """Return the FunctionConfiguration of what a call named."""
    return target.version.configuration | {"FunctionArn": target.arn}


def shown_version(arn: str, version: Version) -> dict[str, Any]:
    """Return the FunctionConfiguration of a version with its own number in its ARN."""
    return version.configuration | {"FunctionArn": f"{arn}:{version.configuration['Version']}"}


def _logging(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    after: dict[str, Any] = before["LoggingConfig"] | sent["LoggingConfig"]
    levels = {"ApplicationLogLevel", "SystemLogLevel"}
    if after["LogFormat"] == "JSON":
        return dict.fromkeys(sorted(levels), "INFO") | after
    if levels & set(sent["LoggingConfig"]):
        raise invalid("Log levels are not supported when the log format is set to Text.")
    return {member: value for member, value in after.items() if member not in levels}


def _snap_start(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    return {"ApplyOn": sent["SnapStart"].get("ApplyOn", "None"), "OptimizationStatus": "Off"}


def _key(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> str | None:
    return sent["KMSKeyArn"] or None


def _dead_letter(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any] | None:
    target = sent["DeadLetterConfig"].get("TargetArn")
    return {"TargetArn": target} if target else None


def _environment(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any] | None:
    variables = sent["Environment"].get("Variables")
    return {"Variables": variables} if variables else None


def _file_systems(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> list[Any] | None:
    return sent["FileSystemConfigs"] or None


def _layers(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> list[Any] | None:
    return [_layer(region, arn) for arn in sent["Layers"]] or None


def _layer(region: Region, arn: str) -> dict[str, Any]:
    matched = re.fullmatch(r"arn:[^:]+:lambda:[^:]*:([^:]*):(?:layer|awslayer):([^:]+)(?::(\d+))?", arn)
    if matched is None:
        raise invalid(f"Invalid layer arn: {arn}")
    account, name, number = matched.groups()
    if account != region.account:
        return {"Arn": arn, "CodeSize": 0}  # somebody else's layer, whose size is not known here
    version = region.layers.get(name, {"versions": {}})["versions"].get(int(number or 0))
    if version is None:
        raise invalid(f"Layer version {arn} does not exist.")
    return {"Arn": arn, "CodeSize": version["answer"]["Content"]["CodeSize"]}


def _network(region: Region, before: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any] | None:
    asked: dict[str, Any] = {"SubnetIds": [], "SecurityGroupIds": []} | sent["VpcConfig"]
    if bool(asked["SubnetIds"]) != bool(asked["SecurityGroupIds"]):
        raise invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
    if not asked["SubnetIds"]:
        # A function that has left its network says so for ever after; one that never was in one says nothing.
        return {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""} if "VpcConfig" in before else None
    return {"Ipv6AllowedForDualStack": False} | asked | {"VpcId": _vpc(region, asked["SubnetIds"][0])}


def _vpc(region: Region, subnet: str) -> str:
    # Asking moto's EC2 for the first time would take long; subnets it was never asked for are all of one network.
    known: dict[str, Any] = dict.get(ec2_backends, region.account, {})
    backend = dict.get(known, region.name)
    found = backend and next((zone[subnet] for zone in backend.subnets.values() if subnet in zone), None)
    return found.vpc_id if found else "vpc-" + hashlib.sha256(region.arn("").encode()).hexdigest()[:17]


_READ = {
    "DeadLetterConfig": _dead_letter,
    "Environment": _environment,
    "FileSystemConfigs": _file_systems,
    "KMSKeyArn": _key,
    "Layers": _layers,
    "LoggingConfig": _logging,
    "SnapStart": _snap_start,
    "VpcConfig": _network,
}
"""Members that are stored in another form than they are sent in; None removes one."""

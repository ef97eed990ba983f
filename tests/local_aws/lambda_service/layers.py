"""Layers: numbered versions that never change, each with a policy of its own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.code import take_code
from tests.local_aws.lambda_service.errors import check_revision, conflict, not_found
from tests.local_aws.lambda_service.policies import principal
from tests.local_aws.lambda_service.state import Policy, Region, stamp

_DETAILS = ("Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")


def publish_layer_version(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Publish a layer's next version; numbers are never given out again."""
    code = take_code(region, sent["Content"])
    name = _name(sent["LayerName"])
    layer = region.layers.setdefault(name, {"published": 0, "versions": {}})
    layer["published"] += 1
    arn = region.arn(f"layer:{name}")
    answer = {
        "Content": {
            "Location": code.location.get("Location", ""),
            "CodeSha256": code.sha256,
            "CodeSize": code.size,
        },
        "LayerArn": arn,
        "LayerVersionArn": f"{arn}:{layer['published']}",
        "Description": "",
        "CreatedDate": stamp(now),
        "Version": layer["published"],
    } | {member: sent[member] for member in _DETAILS if member in sent}
    layer["versions"][layer["published"]] = {"answer": answer, "policy": Policy()}
    return answer


def get_layer_version(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a version."""
    answer: dict[str, Any] = _version(region, sent)["answer"]
    return answer


def get_layer_version_by_arn(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a version by its ARN."""
    name, _, number = sent["Arn"].rpartition(":")
    return get_layer_version(region, {"LayerName": name, "VersionNumber": int(number)}, now)


def list_layers(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List the layers that have a version, each with its latest."""
    listed = []
    for name, layer in sorted(region.layers.items()):
        if layer["versions"]:
            latest = _item(layer["versions"][max(layer["versions"])])
            arn = region.arn(f"layer:{name}")
            listed.append({"LayerName": name, "LayerArn": arn, "LatestMatchingVersion": latest})
    return {"Layers": listed}


def list_layer_versions(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List a layer's versions, the latest first."""
    versions = region.layers.get(_name(sent["LayerName"]), {"versions": {}})["versions"]
    return {"LayerVersions": [_item(versions[number]) for number in sorted(versions, reverse=True)]}


def delete_layer_version(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove a version; one that is not there is no error, and functions keep what they have of it."""
    versions = region.layers.get(_name(sent["LayerName"]), {"versions": {}})["versions"]
    versions.pop(sent["VersionNumber"], None)
    return {}


def add_layer_version_permission(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Let another account, an organisation or everybody use a version."""
    version = _version(region, sent)
    policy: Policy = version["policy"]
    check_revision(sent.get("RevisionId"), policy.revision)
    if any(each["Sid"] == sent["StatementId"] for each in policy.statements):
        raise conflict(f"The statement id ({sent['StatementId']}) provided already exists.")
    statement: dict[str, Any] = {
        "Sid": sent["StatementId"],
        "Effect": "Allow",
        "Principal": principal(sent["Principal"]),
        "Action": sent["Action"],
        "Resource": version["answer"]["LayerVersionArn"],
    }
    if "OrganizationId" in sent:
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": sent["OrganizationId"]}}
    policy.statements.append(statement)
    policy.renew()
    return {"Statement": json.dumps(statement), "RevisionId": policy.revision}


def remove_layer_version_permission(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove a statement."""
    policy: Policy = _version(region, sent)["policy"]
    check_revision(sent.get("RevisionId"), policy.revision)
    left = [each for each in policy.statements if each["Sid"] != sent["StatementId"]]
    if len(left) == len(policy.statements):
        raise not_found(f"Statement {sent['StatementId']} is not found in resource policy.")
    policy.statements = left
    policy.renew()
    return {}


def get_layer_version_policy(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a version's policy; one without statements is none."""
    policy: Policy = _version(region, sent)["policy"]
    if not policy.statements:
        raise not_found("No policy is associated with the given resource.")
    document = {"Version": "2012-10-17", "Id": "default", "Statement": policy.statements}
    return {"Policy": json.dumps(document), "RevisionId": policy.revision}


def _version(region: Region, sent: dict[str, Any]) -> dict[str, Any]:
    name = _name(sent["LayerName"])
    versions = region.layers.get(name, {"versions": {}})["versions"]
    if sent["VersionNumber"] not in versions:
        raise not_found()
    version: dict[str, Any] = versions[sent["VersionNumber"]]
    return version


def _item(version: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = version["answer"]
    return {member: value for member, value in answer.items() if member not in ("Content", "LayerArn")}


def _name(said: str) -> str:
    """Give a layer's name, said by name or by ARN."""
    return said.rpartition(":")[2]

"""Functions: create, read, update, publish, delete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.local_aws.function_name import split_function_name
from tests.local_aws.lambda_service.code import Code, take_code
from tests.local_aws.lambda_service.configuration import (
    IN_PROGRESS,
    PENDING,
    changed,
    new_configuration,
    renewed,
    shown,
    shown_version,
)
from tests.local_aws.lambda_service.errors import Refused, check_revision, conflict, invalid
from tests.local_aws.lambda_service.state import LATEST, Function, Region, Target, Version, without_none


def create_function(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a function, and its first version where ``Publish`` says so."""
    name = split_function_name(sent["FunctionName"])[0]
    if name in region.functions:
        raise conflict(f"Function already exist: {name}")
    package_type = sent.get("PackageType", "Image" if "ImageUri" in sent["Code"] else "Zip")
    if package_type == "Zip" and not {"Runtime", "Handler"} <= set(sent):
        raise invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    signing = sent.get("CodeSigningConfigArn")
    _check_signature(region, signing)
    code = take_code(region, sent["Code"])
    configuration = new_configuration(name, package_type) | without_none({"Architectures": sent.get("Architectures")})
    configuration = renewed(changed(region, configuration, sent) | _of_code(code), now)
    arn = region.arn(f"function:{name}")
    versions = {LATEST: Version(configuration, code.location)}
    function = Function(name, arn, versions, dict(sent.get("Tags", {})), signing)
    region.functions[name] = function
    if sent.get("Publish"):
        return _publish(function, now) | PENDING
    return _without_status(shown(Target(function, LATEST, arn))) | PENDING


def get_function(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a function, version or alias with its code's place, tags and reserved concurrency."""
    target = region.target(sent)
    answer: dict[str, Any] = {"Configuration": shown(target), "Code": target.version.code}
    if target.function.tags:
        answer["Tags"] = target.function.tags
    if target.function.reserved_concurrency is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": target.function.reserved_concurrency}
    return answer


def get_function_configuration(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show the configuration of a function, version or alias."""
    return shown(region.target(sent))


def list_functions(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List all functions, with ``FunctionVersion`` ``ALL`` all their versions."""
    functions = [region.functions[name] for name in sorted(region.functions)]
    if sent.get("FunctionVersion") == "ALL":
        return {"Functions": [shown_version(each.arn, v) for each in functions for v in each.versions.values()]}
    return {"Functions": [shown(Target(each, LATEST, each.arn)) for each in functions]}


def list_versions_by_function(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List a function's versions, ``$LATEST`` first."""
    function = region.target(sent).function
    return {"Versions": [shown_version(function.arn, version) for version in function.versions.values()]}


def update_function_configuration(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change the members that were sent."""
    function = region.function(sent)
    latest = function.latest
    check_revision(sent.get("RevisionId"), latest.configuration["RevisionId"])
    latest.configuration = renewed(changed(region, latest.configuration, sent), now)
    function.unpublished_change = True
    return latest.configuration | {"FunctionArn": function.arn} | IN_PROGRESS


def update_function_code(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Replace the code, unless it is a dry run, and publish it where ``Publish`` says so."""
    function = region.function(sent)
    latest = function.latest
    check_revision(sent.get("RevisionId"), latest.configuration["RevisionId"])
    if ("ImageUri" in sent) != (latest.configuration["PackageType"] == "Image"):
        raise invalid("Please do not provide ImageUri when updating a function with packageType Zip, or the reverse.")
    _check_signature(region, function.code_signing_config)
    code = take_code(region, sent)
    configuration = latest.configuration | _of_code(code)
    if "Architectures" in sent:
        configuration["Architectures"] = sent["Architectures"]
    if sent.get("DryRun"):
        return configuration | {"FunctionArn": function.arn}
    # New objects: published versions keep the old ones.
    function.versions[LATEST] = Version(renewed(configuration, now), code.location)
    function.unpublished_change = True
    if sent.get("Publish"):
        return _publish(function, now) | PENDING
    return function.latest.configuration | {"FunctionArn": function.arn} | IN_PROGRESS


def publish_version(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Publish ``$LATEST``; where nothing changed since the last version, that one is the answer."""
    function = region.function(sent)
    configuration = function.latest.configuration
    check_revision(sent.get("RevisionId"), configuration["RevisionId"])
    wanted = sent.get("CodeSha256")
    if wanted and wanted != configuration["CodeSha256"]:
        raise invalid(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({configuration['CodeSha256']}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    last = function.versions.get(str(function.published))
    if last and not function.unpublished_change:
        return shown_version(function.arn, last)
    return _publish(function, now, sent.get("Description")) | PENDING


def delete_function(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Delete a function with all that hangs on it, or, with a qualifier, one of its versions."""
    target = region.target(sent)
    function = target.function
    if target.arn == function.arn:
        del region.functions[function.name]
        return {}
    if target.qualifier == LATEST:
        raise invalid("$LATEST version cannot be deleted without deleting the function.")
    if target.qualifier in function.aliases:
        raise invalid("Deletion of aliases is not currently supported.")
    for alias in function.aliases.values():
        weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        if target.qualifier in {alias["FunctionVersion"], *weights}:
            raise conflict(
                f"Version {target.qualifier} is currently used by alias {alias['Name']}, and cannot be deleted."
            )
    del function.versions[target.qualifier]
    function.attached.pop(target.qualifier, None)
    return {}


def _publish(function: Function, now: datetime, description: str | None = None) -> dict[str, Any]:
    function.published += 1
    number = str(function.published)
    configuration = renewed(function.latest.configuration, now) | {"Version": number}
    if description is not None:
        configuration["Description"] = description
    if configuration["SnapStart"]["ApplyOn"] == "PublishedVersions":
        configuration["SnapStart"] = {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    function.versions[number] = Version(configuration, function.latest.code)
    function.unpublished_change = False
    return _without_status(shown_version(function.arn, function.versions[number]))


def _of_code(code: Code) -> dict[str, Any]:
    return {"CodeSha256": code.sha256, "CodeSize": code.size}


def _without_status(configuration: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in configuration.items() if member != "LastUpdateStatus"}


def _check_signature(region: Region, arn: str | None) -> None:
    """Refuse the code, which nobody signs here, where a code signing configuration enforces a signature."""
    if arn is None:
        return
    if arn not in region.code_signing_configs:
        raise Refused(
            "CodeSigningConfigNotFoundException",
            "The code signing configuration cannot be found. "
            f"Check that the provided configuration is not deleted: {arn}.",
            404,
        )
    policies = region.code_signing_configs[arn]["configuration"]["CodeSigningPolicies"]
    if policies["UntrustedArtifactOnDeployment"] == "Enforce":
        raise Refused(
            "CodeVerificationFailedException",
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the "
            "client is not configured to accept. Check the provided signature.",
        )

"""Functions: their configuration, code, versions and reserved concurrency; making one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.oracle.call import ELSEWHERE, Call
from tests.oracle.menu.policies import permit
from tests.oracle.menu.settings import tag
from tests.oracle.menu.taste import OTHER_KEY, OTHER_QUEUE, OTHER_ROLE, QUEUE, ROLE, Taste

FOREIGN_LAYER = "arn:aws:lambda:<region>:210987654321:layer:tools:3"

_FULL: Mapping[str, tuple[Any, ...]] = {
    "MemorySize": (256, 512, 128),
    "Timeout": (10, 30, 3),
    "Description": ("kept by Terraform", "changed by hand", ""),
    "Handler": ("app.handler", "other.handler"),
    "Runtime": ("python3.12", "python3.13"),
    "Role": (ROLE, OTHER_ROLE),
    "KMSKeyArn": ("<key>", OTHER_KEY, ""),
    "VpcConfig": (
        {"SubnetIds": ["subnet-0000000a", "subnet-0000000b"], "SecurityGroupIds": ["sg-0000000a"]},
        {"SubnetIds": ["subnet-0000000b", "subnet-0000000a"], "SecurityGroupIds": ["sg-0000000a"]},
        {"SubnetIds": ["subnet-0000000a"], "SecurityGroupIds": ["sg-0000000a", "sg-0000000b"]},
        {
            "SubnetIds": ["subnet-0000000a", "subnet-0000000b"],
            "SecurityGroupIds": ["sg-0000000a"],
            "Ipv6AllowedForDualStack": True,
        },
        {"SubnetIds": [], "SecurityGroupIds": []},
    ),
    "DeadLetterConfig": ({"TargetArn": QUEUE}, {"TargetArn": OTHER_QUEUE}, {"TargetArn": ""}),
    "TracingConfig": ({"Mode": "Active"}, {"Mode": "PassThrough"}),
    "EphemeralStorage": ({"Size": 1024}, {"Size": 512}, {"Size": 2048}),
    "LoggingConfig": (
        {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"},
        {"LogFormat": "Text"},
        {"ApplicationLogLevel": "DEBUG"},
        {"SystemLogLevel": "WARN"},
        {"LogGroup": "/other/group"},
    ),
    "SnapStart": ({"ApplyOn": "None"}, {"ApplyOn": "PublishedVersions"}),
    "Layers": (["<layer_version>"], ["<layer_version>", FOREIGN_LAYER], [FOREIGN_LAYER], []),
    "FileSystemConfigs": (
        [{"Arn": "<files>", "LocalMountPath": "/mnt/files"}],
        [{"Arn": "<files>", "LocalMountPath": "/mnt/other"}],
        [],
    ),
    "Environment": ({"Variables": {"STAGE": "test"}}, {"Variables": {"STAGE": "production"}}, {"Variables": {}}),
}

_BARE: Mapping[str, tuple[Any, ...]] = {
    "MemorySize": (128, 256),
    "Timeout": (3, 5),
    "Description": ("", "changed by hand"),
    "KMSKeyArn": ("", OTHER_KEY),
    "VpcConfig": (
        {"SubnetIds": [], "SecurityGroupIds": []},
        {"SubnetIds": ["subnet-0000000a"], "SecurityGroupIds": ["sg-0000000a"]},
    ),
    "DeadLetterConfig": ({"TargetArn": ""}, {"TargetArn": QUEUE}, {}),
    "TracingConfig": ({"Mode": "PassThrough"}, {"Mode": "Active"}),
    "EphemeralStorage": ({"Size": 512}, {"Size": 1024}),
    "LoggingConfig": ({"LogFormat": "Text", "LogGroup": "/aws/lambda/<cell>-bare"}, {"LogFormat": "JSON"}),
    "SnapStart": ({"ApplyOn": "None"}, {"ApplyOn": "PublishedVersions"}),
    "Layers": ([], ["<layer_version>"]),
    "Environment": ({"Variables": {}}, {"Variables": {"STAGE": "production"}}),
}

_IMAGE: Mapping[str, tuple[Any, ...]] = {
    "MemorySize": (128, 256),
    "ImageConfig": (
        {"Command": ["app.handler"], "WorkingDirectory": "/work"},
        {"Command": ["app.handler", "--verbose"], "WorkingDirectory": "/work"},
        {"Command": ["app.handler"], "EntryPoint": ["/entry"]},
        {},
    ),
    "SnapStart": ({"ApplyOn": "PublishedVersions"}, {"ApplyOn": "None"}),
}

CONFIGURATIONS = {"full": _FULL, "bare": _BARE, "image": _IMAGE}


def configure(taste: Taste) -> list[Call]:
    """Change a function's configuration, or send it as it is."""
    function = taste.random.choice(("full", "full", "bare", "image"))
    settings = {} if taste.often(0.05) else taste.some(CONFIGURATIONS[function])
    said = {"FunctionName": taste.name(function)} | settings | taste.stale()
    return [Call("UpdateFunctionConfiguration", said, function)]


def deploy(taste: Taste) -> list[Call]:
    """Change a function's code, perhaps only to try."""
    function = taste.random.choice(("full", "bare", "image"))
    said: dict[str, Any] = {"FunctionName": taste.name(function)} | taste.stale()
    if function == "image":
        said["ImageUri"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:" + taste.of("1", "2")
    else:
        said |= {"S3Bucket": "packages", "S3Key": taste.of("app.zip", "other.zip", "other.zip", "missing.zip")}
    if taste.often(0.2):
        said["DryRun"] = True
    if taste.often(0.2):
        said["Publish"] = True
    if taste.original or taste.often(0.3):
        said["Architectures"] = taste.of(["arm64" if function == "image" else "x86_64"], ["x86_64"], ["arm64"])
    return [Call("UpdateFunctionCode", said, function)]


def publish(taste: Taste) -> list[Call]:
    """Publish a version, or delete one."""
    function = taste.random.choice(("full", "bare"))
    if taste.often(0.6):
        return [Call("PublishVersion", {"FunctionName": taste.name(function)} | taste.stale(), function)]
    said = {"FunctionName": taste.name(function), "Qualifier": taste.random.choice(("1", "2", "9"))}
    return [Call("DeleteFunction", said, function)]


def reserve(taste: Taste) -> list[Call]:
    """Reserve concurrency, or reserve none."""
    function = taste.random.choice(("full", "bare"))
    said: dict[str, Any] = {"FunctionName": taste.name(function)}
    amount = taste.of(*((5, 0, 9, None) if function == "full" else (None, 0, 3)))
    if amount is None:
        return [Call("DeleteFunctionConcurrency", said, f"{function} concurrency")]
    said["ReservedConcurrentExecutions"] = amount
    return [Call("PutFunctionConcurrency", said, f"{function} concurrency")]


def remake(taste: Taste) -> list[Call]:
    """Delete a whole function; perhaps make it again, as it was or otherwise, with what hung on it or without."""
    function = taste.random.choice(("full", "full", "bare", "image"))
    delete = Call("DeleteFunction", {"FunctionName": taste.name(function)}, function)
    if taste.often(0.3):
        return [delete]
    create = _creation(taste, function)
    if function == "full" and create.arguments.get("Publish"):
        hung = [move(Taste(taste.random, original=True)) for move in (_alias_again, permit, reserve, tag)]
        return [delete, create, *(call for calls in hung if taste.often(0.6) for call in calls)]
    return [delete, create]


def elsewhere(taste: Taste) -> list[Call]:
    """Make, change and delete a function of the same name in another region."""
    function = taste.random.choice(("full", "bare"))
    named = {"FunctionName": f"<cell>-{function}"}
    create = _creation(taste, function)
    change = Call("UpdateFunctionConfiguration", named | {"MemorySize": 3008}, function)
    delete = Call("DeleteFunction", named, function)
    calls = taste.of([create], [create, change], [create, change, delete], [delete])
    return [replace(call, region=ELSEWHERE, subject=f"{call.subject} elsewhere") for call in calls]


def _creation(taste: Taste, function: str) -> Call:
    said: dict[str, Any] = {"FunctionName": f"<cell>-{function}", "Role": ROLE}
    if function == "image":
        said |= {"PackageType": "Image", "Architectures": ["arm64"]}
        said["Code"] = {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1"}
    else:
        said |= {"Runtime": "python3.12", "Handler": "app.handler"}
        said["Code"] = {"S3Bucket": "packages", "S3Key": taste.of("app.zip", "app.zip", "other.zip")}
    if taste.often(0.5) and function != "bare":
        said |= {name: values[0] for name, values in CONFIGURATIONS[function].items() if values[0]}
    if taste.often(0.4):
        said["Tags"] = taste.of({"team": "orders"}, {"stage": "test"}, {"stage": "test", "team": "orders"})
    said |= taste.of({}, {"MemorySize": 512}, {"Publish": True}, {"Publish": True})
    return Call("CreateFunction", said, function)


def _alias_again(taste: Taste) -> list[Call]:
    said = {"FunctionName": taste.name("full"), "Name": "live", "FunctionVersion": "1"}
    return [Call("CreateAlias", said | {"Description": "what callers use"}, "alias live")]

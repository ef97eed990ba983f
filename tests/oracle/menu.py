"""What can be done to a cell by hand.

The first of several values is always Terraform's own, so that undoing is a matter of choosing it.

Each move is a function from a :class:`Taste` to calls; :data:`MOVES` weighs them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.oracle.call import Call

_ROLE, _OTHER_ROLE = "<role>", "arn:aws:iam::<account>:role/other"
_QUEUE, _OTHER_QUEUE = "<queue>", "arn:aws:sqs:<region>:<account>:other"
_OTHER_KEY = "arn:aws:kms:<region>:<account>:key/00000000-0000-0000-0000-00000000000b"
_OTHER_PROFILE = "arn:aws:signer:<region>:<account>:/signing-profiles/orders/klmnopqrst"
_FOREIGN_LAYER = "arn:aws:lambda:<region>:210987654321:layer:tools:3"
_STALE = "00000000-0000-0000-0000-000000000000"
_FILTER = '{"body":{"kind":["order"]}}'


@dataclass(frozen=True)
class Taste:
    """Chooses values: Terraform's own where everything is to be put back, else any."""

    random: Random
    original: bool = False

    def of(self, *values: Any) -> Any:
        """Choose one; the first is Terraform's."""
        return values[0] if self.original else self.random.choice(values)

    def often(self, chance: float) -> bool:
        """Tell whether to do something that ``chance`` of all calls do; never when putting back."""
        return not self.original and self.random.random() < chance

    def some(self, settings: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
        """Choose up to three of the settings, all of them when putting back, and a value for each."""
        names = list(settings)
        if not self.original:
            names = self.random.sample(names, self.random.choice((1, 1, 1, 2, 3)))
        return {name: self.of(*settings[name]) for name in names}

    def name(self, function: str, qualifier: str = "") -> str:
        """Name a function the way callers do: by name, partial ARN or ARN, each with its qualifier where it has one."""
        forms = (f"<cell>-{function}", f"<account>:function:<cell>-{function}", arn(function))
        said = self.random.choice((forms[0], *forms))
        return f"{said}:{qualifier}" if qualifier else str(said)

    def target(self, function: str, qualifier: str = "") -> dict[str, Any]:
        """Name a function and its qualifier in two members, or in one."""
        if qualifier and self.random.random() < 0.3:
            return {"FunctionName": self.name(function, qualifier)}
        return {"FunctionName": self.name(function)} | ({"Qualifier": qualifier} if qualifier else {})

    def stale(self) -> dict[str, str]:
        """Sometimes name a revision that is long gone, which makes the call fail."""
        return {"RevisionId": _STALE} if self.often(0.08) else {}


Move = Callable[[Taste], list[Call]]


def arn(function: str) -> str:
    """Give the ARN of a function of the cell."""
    return f"arn:aws:lambda:<region>:<account>:function:<cell>-{function}"


_FULL: Mapping[str, tuple[Any, ...]] = {
    "MemorySize": (256, 512, 128),
    "Timeout": (10, 30, 3),
    "Description": ("kept by Terraform", "changed by hand", ""),
    "Handler": ("app.handler", "other.handler"),
    "Runtime": ("python3.12", "python3.13"),
    "Role": (_ROLE, _OTHER_ROLE),
    "KMSKeyArn": ("<key>", _OTHER_KEY, ""),
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
    "DeadLetterConfig": ({"TargetArn": _QUEUE}, {"TargetArn": _OTHER_QUEUE}, {"TargetArn": ""}),
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
    "Layers": (["<layer_version>"], ["<layer_version>", _FOREIGN_LAYER], [_FOREIGN_LAYER], []),
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
    "KMSKeyArn": ("", _OTHER_KEY),
    "VpcConfig": (
        {"SubnetIds": [], "SecurityGroupIds": []},
        {"SubnetIds": ["subnet-0000000a"], "SecurityGroupIds": ["sg-0000000a"]},
    ),
    "DeadLetterConfig": ({"TargetArn": ""}, {"TargetArn": _QUEUE}, {}),
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

_CONFIGURATIONS = {"full": _FULL, "bare": _BARE, "image": _IMAGE}


def configure(taste: Taste) -> list[Call]:
    """Change a function's configuration, or send it as it is."""
    function = taste.random.choice(("full", "full", "bare", "image"))
    settings = {} if taste.often(0.05) else taste.some(_CONFIGURATIONS[function])
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


def tag(taste: Taste) -> list[Call]:
    """Tag what can be tagged, or take tags away."""
    mapping = "arn:aws:lambda:<region>:<account>:event-source-mapping:<queue_mapping>"
    resource = taste.random.choice((arn("full"), arn("full"), arn("bare"), mapping, "<signing>"))
    owned = resource != arn("bare")
    if taste.original:
        wanted = {"team": "orders"} if owned else None
        put = [Call("TagResource", {"Resource": resource, "Tags": wanted}, f"{resource} tags")] if wanted else []
        spare = ["extra"] if owned else ["extra", "team"]
        return [*put, Call("UntagResource", {"Resource": resource, "TagKeys": spare}, f"{resource} tags")]
    if taste.often(0.6):
        tags = taste.of({"team": "orders"}, {"team": "payments"}, {"extra": "yes"}, {"extra": "yes", "team": "orders"})
        return [Call("TagResource", {"Resource": resource, "Tags": tags}, f"{resource} tags")]
    keys = taste.of(["team"], ["extra"], ["team", "extra"], ["absent"])
    return [Call("UntagResource", {"Resource": resource, "TagKeys": keys}, f"{resource} tags")]


_STATEMENTS: Mapping[str, tuple[str, str, Mapping[str, tuple[Any, ...]]]] = {
    "AllowTopic": (
        "full",
        "",
        {
            "Principal": ("sns.amazonaws.com", "s3.amazonaws.com", "*"),
            "SourceArn": ("arn:aws:sns:us-east-1:123456789012:orders", "arn:aws:sns:us-east-1:123456789012:other"),
        },
    ),
    "AllowBucket": (
        "full",
        "live",
        {
            "Principal": ("s3.amazonaws.com", "sns.amazonaws.com"),
            "SourceArn": ("arn:aws:s3:::orders", "arn:aws:s3:::other"),
            "SourceAccount": ("123456789012", "210987654321"),
        },
    ),
    "AllowAccount": (
        "bare",
        "",
        {"Principal": ("210987654321", "arn:aws:iam::210987654321:root", "345678901234", "*")},
    ),
    # Nobody manages this one; what it does must not be taken for the others'.
    "AllowStranger": ("full", "", {"Principal": ("*", "events.amazonaws.com")}),
}


def permit(taste: Taste) -> list[Call]:
    """Add or remove a statement of a policy, or edit one, which takes both calls."""
    sid = taste.random.choice(tuple(_STATEMENTS))
    function, qualifier, settings = _STATEMENTS[sid]
    named = {"StatementId": sid} | taste.target(function, qualifier)
    values = {name: taste.of(values[0], *values) for name, values in settings.items()}
    if len(values) > 1 and taste.often(0.15):
        values.pop(taste.random.choice([name for name in values if name != "Principal"]))
    action = taste.of("lambda:InvokeFunction", "lambda:InvokeFunction", "lambda:GetFunction")
    add = Call("AddPermission", {"Action": action} | named | values, f"permission {sid}", hurried=taste.often(0.5))
    remove = Call("RemovePermission", named | taste.stale(), f"permission {sid}")
    return taste.of([remove, add], [remove, add], [remove], [add])


def replace_policy(taste: Taste) -> list[Call]:
    """Replace a function's whole policy, or delete it."""
    target = taste.random.choice((arn("full"), arn("bare"), arn("full") + ":live"))
    if taste.often(0.3):
        return [Call("DeleteResourcePolicy", {"ResourceArn": target}, f"{target} policy")]
    statement: dict[str, Any] = {
        "Sid": taste.of("AllowTopic", "AllowTopic", "AllowBucket", "AllowAccount", "AllowStranger"),
        "Effect": "Allow",
        "Principal": taste.of({"Service": "sns.amazonaws.com"}, {"AWS": "arn:aws:iam::210987654321:root"}, "*"),
        "Action": "lambda:InvokeFunction",
        "Resource": target,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:orders"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return [Call("PutResourcePolicy", {"ResourceArn": target, "Policy": policy}, f"{target} policy")]


_QUEUE_MAPPING: Mapping[str, tuple[Any, ...]] = {
    "BatchSize": (10, 5),
    "Enabled": (True, False),
    "MaximumBatchingWindowInSeconds": (5, 0, 20),
    "FunctionResponseTypes": (["ReportBatchItemFailures"], []),
    "FilterCriteria": (
        {"Filters": [{"Pattern": _FILTER}]},
        {"Filters": [{"Pattern": '{"body":{"kind":["refund"]}}'}]},
        {"Filters": []},
    ),
    "ScalingConfig": ({"MaximumConcurrency": 4}, {"MaximumConcurrency": 9}, {}),
    "FunctionName": (arn("full"), "<cell>-full", "<cell>-full:live", "<cell>-bare"),
    "KMSKeyArn": ("", _OTHER_KEY),
}

_STREAM_MAPPING: Mapping[str, tuple[Any, ...]] = {
    "BatchSize": (100, 500),
    "Enabled": (True, False),
    "BisectBatchOnFunctionError": (True, False),
    "MaximumRetryAttempts": (-1, 3),
    "MaximumRecordAgeInSeconds": (-1, 60),
    "ParallelizationFactor": (1, 2),
    "TumblingWindowInSeconds": (0, 30),
    "DestinationConfig": (
        {"OnFailure": {"Destination": _QUEUE}},
        {"OnFailure": {"Destination": _OTHER_QUEUE}},
        {"OnFailure": {}},
    ),
    "FunctionName": (arn("bare"), "<cell>-bare", "<account>:function:<cell>-bare", "<cell>-full"),
    "FilterCriteria": ({}, {"Filters": [{"Pattern": _FILTER}]}),
}


def remap(taste: Taste) -> list[Call]:
    """Change an event source mapping, delete it, or make another."""
    name, settings = taste.random.choice((("queue", _QUEUE_MAPPING), ("stream", _STREAM_MAPPING)))
    subject = f"{name} mapping"
    if taste.often(0.1):
        return [Call("DeleteEventSourceMapping", {"UUID": f"<{name}_mapping>"}, subject)]
    if taste.often(0.1):
        source = {"queue": {"EventSourceArn": _QUEUE}, "stream": {"EventSourceArn": "<stream>"}}[name]
        said = {"FunctionName": taste.name("full" if name == "queue" else "bare")} | source
        if name == "stream":
            said["StartingPosition"] = "LATEST"
        return [Call("CreateEventSourceMapping", said, f"another {subject}")]
    return [Call("UpdateEventSourceMapping", {"UUID": f"<{name}_mapping>"} | taste.some(settings), subject)]


def alias(taste: Taste) -> list[Call]:
    """Point an alias elsewhere, delete it, or make it again."""
    named = {"FunctionName": taste.name("full"), "Name": taste.of("live", "live", "live", "other")}
    subject = f"alias {named['Name']}"
    settings = {
        "FunctionVersion": ("1", "2", "$LATEST"),
        "Description": ("what callers use", "changed by hand", ""),
        "RoutingConfig": ({}, {"AdditionalVersionWeights": {"2": 0.1}}, {"AdditionalVersionWeights": {"1": 0.25}}),
    }
    if taste.often(0.15):
        return [Call("DeleteAlias", named, subject)]
    chosen = taste.some(settings)
    if taste.often(0.2):
        create = named | {"FunctionVersion": "1", "Description": "what callers use"} | chosen
        return taste.of(
            [Call("DeleteAlias", named, subject), Call("CreateAlias", create, subject)],
            [Call("CreateAlias", create, subject)],
        )
    return [Call("UpdateAlias", named | chosen | taste.stale(), subject)]


def reach(taste: Taste) -> list[Call]:
    """Change a function's URL, delete it, or make it again."""
    qualifier = taste.of("", "live", "live")
    named = taste.target("full", qualifier)
    subject = f"url {qualifier}"
    if qualifier:
        settings = {"AuthType": ("NONE", "AWS_IAM"), "InvokeMode": ("RESPONSE_STREAM", "BUFFERED"), "Cors": _CORS[::-1]}
    else:
        settings = {"AuthType": ("AWS_IAM", "NONE"), "InvokeMode": ("BUFFERED", "RESPONSE_STREAM"), "Cors": _CORS}
    delete = Call("DeleteFunctionUrlConfig", named, subject)
    create = {"AuthType": "NONE" if qualifier else "AWS_IAM"} | taste.some(settings)
    return taste.of(
        [Call("UpdateFunctionUrlConfig", named | taste.some(settings), subject)],
        [Call("UpdateFunctionUrlConfig", named | taste.some(settings), subject)],
        [delete],
        [delete, Call("CreateFunctionUrlConfig", named | create, subject)],
        [Call("CreateFunctionUrlConfig", named | create, subject)],
    )


_CORS: tuple[Any, ...] = (
    {"AllowOrigins": ["https://example.com"], "MaxAge": 60},
    {"AllowOrigins": ["*"], "MaxAge": 60, "AllowCredentials": True},
    {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET", "POST"], "ExposeHeaders": ["x-trace"]},
    {},
)


def retry(taste: Taste) -> list[Call]:
    """Change what becomes of failed events, whole or in part, or delete it."""
    qualifier = taste.of("", "", "live")
    named = taste.target("full", qualifier)
    subject = f"retries {qualifier}"
    settings: dict[str, tuple[Any, ...]] = {
        "MaximumRetryAttempts": (2, 0) if qualifier else (1, 0, 2),
        "MaximumEventAgeInSeconds": (21600, 60) if qualifier else (120, 60, 21600),
        "DestinationConfig": (
            {"OnFailure": {} if qualifier else {"Destination": _QUEUE}},
            {"OnFailure": {"Destination": _OTHER_QUEUE}},
            {"OnSuccess": {"Destination": _QUEUE}, "OnFailure": {"Destination": _QUEUE}},
            {"OnSuccess": {}, "OnFailure": {}},
        ),
    }
    api = taste.of("PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
    if api == "DeleteFunctionEventInvokeConfig":
        return [Call(api, named, subject)]
    said = taste.some(settings)
    if api == "PutFunctionEventInvokeConfig":
        # Left out by name: a Put without it, see left_out.CALLS.
        said.setdefault("MaximumRetryAttempts", taste.of(*settings["MaximumRetryAttempts"]))
    return [Call(api, named | said, subject)]


def provision(taste: Taste) -> list[Call]:
    """Keep more or fewer environments ready, or none."""
    named = taste.target("full", "live")
    if taste.often(0.3):
        return [Call("DeleteProvisionedConcurrencyConfig", named, "provisioned")]
    said = named | {"ProvisionedConcurrentExecutions": taste.of(2, 1, 3, 50)}
    return [Call("PutProvisionedConcurrencyConfig", said, "provisioned")]


def sign(taste: Taste) -> list[Call]:
    """Change whose code is trusted, or which function cares."""
    if taste.random.random() < 0.5:
        named = {"FunctionName": taste.name(taste.random.choice(("full", "bare")))}
        if (taste.original and named["FunctionName"].endswith("full")) or taste.often(0.5):
            said = named | {"CodeSigningConfigArn": taste.of("<signing>", "<signing>", "<signing>0")}
            return [Call("PutFunctionCodeSigningConfig", said, "signing of a function")]
        return [Call("DeleteFunctionCodeSigningConfig", named, "signing of a function")]
    named = {"CodeSigningConfigArn": "<signing>"}
    if taste.often(0.15):
        return [Call("DeleteCodeSigningConfig", named, "signing")]
    if taste.often(0.1):
        publishers = {"SigningProfileVersionArns": ["<profile>"]}
        return [Call("CreateCodeSigningConfig", {"AllowedPublishers": publishers}, "another signing")]
    settings: dict[str, tuple[Any, ...]] = {
        "Description": ("whom we trust", "changed by hand", ""),
        "AllowedPublishers": (
            {"SigningProfileVersionArns": ["<profile>"]},
            {"SigningProfileVersionArns": [_OTHER_PROFILE]},
            {"SigningProfileVersionArns": [_OTHER_PROFILE, "<profile>"]},
        ),
        "CodeSigningPolicies": (
            {"UntrustedArtifactOnDeployment": "Warn"},
            {"UntrustedArtifactOnDeployment": "Enforce"},
        ),
    }
    return [Call("UpdateCodeSigningConfig", named | taste.some(settings), "signing")]


def layer(taste: Taste) -> list[Call]:
    """Publish a layer's next version, delete one, or change who may use it."""
    named = {"LayerName": taste.of("<cell>-shared", "arn:aws:lambda:<region>:<account>:layer:<cell>-shared")}
    version = named | {"VersionNumber": taste.of(1, 1, 2)}
    sid = taste.of("AllowPartner", "AllowPartner", "AllowOther")
    subject = f"layer permission {sid}"
    settings = {"Principal": taste.of("210987654321", "345678901234", "*"), "Action": "lambda:GetLayerVersion"}
    remove = Call("RemoveLayerVersionPermission", version | {"StatementId": sid}, subject)
    add = Call("AddLayerVersionPermission", version | {"StatementId": sid} | settings, subject)
    content = {"S3Bucket": "packages", "S3Key": "other.zip"}
    return taste.of(
        [remove, add],
        [remove],
        [add],
        [remove, add],
        [Call("DeleteLayerVersion", version, "layer")],
        [Call("PublishLayerVersion", named | {"Content": content}, "layer")],
    )


def manage_runtime(taste: Taste) -> list[Call]:
    """Say when a function gets a new runtime."""
    said: dict[str, Any] = {"UpdateRuntimeOn": taste.of("FunctionUpdate", "Auto", "Manual")}
    if said["UpdateRuntimeOn"] == "Manual" and not taste.often(0.2):
        said["RuntimeVersionArn"] = "arn:aws:lambda:<region>::runtime:" + 64 * "0"
    named = taste.target("bare", taste.of("", "", "$LATEST"))
    return [Call("PutRuntimeManagementConfig", named | said, "runtime")]


def recurse(taste: Taste) -> list[Call]:
    """Say whether a function may call itself in a loop."""
    said = {"FunctionName": taste.name("bare"), "RecursiveLoop": taste.of("Allow", "Terminate")}
    return [Call("PutFunctionRecursionConfig", said, "recursion")]


def remake(taste: Taste) -> list[Call]:
    """Delete a whole function; perhaps make it again, as it was or otherwise."""
    function = taste.random.choice(("full", "bare", "image"))
    delete = Call("DeleteFunction", {"FunctionName": taste.name(function)}, function)
    said: dict[str, Any] = {"FunctionName": f"<cell>-{function}", "Role": _ROLE}
    if function == "image":
        said |= {"PackageType": "Image", "Architectures": ["arm64"]}
        said["Code"] = {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:1"}
    else:
        said |= {"Runtime": "python3.12", "Handler": "app.handler"}
        said["Code"] = {"S3Bucket": "packages", "S3Key": taste.of("app.zip", "app.zip", "other.zip")}
    if taste.often(0.5) and function != "bare":
        said |= {name: values[0] for name, values in _CONFIGURATIONS[function].items() if values[0]}
    said |= taste.of({}, {}, {"MemorySize": 512}, {"Publish": True}, {"Tags": {"team": "orders"}})
    return taste.of([delete, Call("CreateFunction", said, function)], [delete])


MOVES: tuple[tuple[Move, int], ...] = (
    (configure, 8),
    (deploy, 4),
    (publish, 2),
    (reserve, 3),
    (tag, 3),
    (permit, 5),
    (replace_policy, 1),
    (remap, 6),
    (alias, 4),
    (reach, 3),
    (retry, 4),
    (provision, 2),
    (sign, 3),
    (layer, 3),
    (manage_runtime, 2),
    (recurse, 1),
    (remake, 2),
)
"""Each move and how often it is made, beside the others."""

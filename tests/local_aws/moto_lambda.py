"""Where moto's Lambda strays from Lambda, and what is put there instead while a local AWS runs.

Only what Terraform's refresh or a CloudTrail record would show is mended; moto/awslambda is the code meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from moto.awslambda.models import (
    EventSourceMapping,
    FunctionUrlConfig,
    LambdaAlias,
    LambdaBackend,
    LambdaFunction,
    LambdaStorage,
)
from moto.awslambda.responses import LambdaResponse
from moto.iam.models import IAMBackend

from tests.local_aws import moto_attached, moto_function, moto_iam, moto_mapping, moto_policy

_MENDS = (
    # Dead letter, logging, file system and SnapStart settings of CreateFunction are dropped.
    (LambdaFunction, "__init__", moto_function.init),
    # There is no revision id, no runtime version, no "Pending" right after creation.
    (LambdaFunction, "get_configuration", moto_function.get_configuration),
    # A version is published with the revision id of $LATEST.
    (LambdaFunction, "set_version", moto_function.set_version),
    # A reserved concurrency of 0 is not shown.
    (LambdaFunction, "get_code", moto_function.get_code),
    # `publish` changes the version in the answer, but not the ARN; a function may be created by ARN.
    (LambdaBackend, "create_function", moto_function.create_function),
    # Tracing, KMS key, dead letter, storage, logging … are not kept; no revision id is compared or renewed.
    (LambdaBackend, "update_function_configuration", moto_function.update_function_configuration),
    # Architectures are not kept, `dryRun` publishes, and published versions change with $LATEST.
    (LambdaBackend, "update_function_code", moto_function.update_function_code),
    # Tagging renews neither revision id nor last modification.
    (LambdaBackend, "tag_resource", moto_function.tag_resource),
    (LambdaBackend, "untag_resource", moto_function.untag_resource),
    # A statement id is taken twice, conditions overwrite one another, qualifiers share one policy.
    (LambdaBackend, "add_permission", moto_policy.add_permission),
    (LambdaBackend, "get_policy", moto_policy.get_policy),
    (LambdaResponse, "remove_permission", moto_policy.remove_permission),
    # Through an alias it names the alias's version; its time of modification shifts with this machine's zone.
    (EventSourceMapping, "__init__", moto_mapping.init_mapping),
    # A mapping is found only by the function name as it was once sent.
    (LambdaBackend, "list_event_source_mappings", moto_mapping.list_mappings),
    # Filters are not removed by sending none; a mapping that is not there is HTTP 404 without an error code.
    (LambdaBackend, "update_event_source_mapping", moto_mapping.update_mapping),
    (LambdaBackend, "delete_event_source_mapping", moto_mapping.delete_mapping),
    # The answer to a change tells the state after it, not the one on the way there.
    (LambdaResponse, "create_event_source_mapping", moto_mapping.answer_create_mapping),
    (LambdaResponse, "update_event_source_mapping", moto_mapping.answer_update_mapping),
    # The second of two configurations is never seen, an update replaces, qualifiers share one configuration.
    (LambdaResponse, "put_function_event_invoke_config", moto_attached.put_invoke_config),
    (LambdaResponse, "update_function_event_invoke_config", moto_attached.update_invoke_config),
    (LambdaResponse, "get_function_event_invoke_config", moto_attached.get_invoke_config),
    (LambdaResponse, "delete_function_event_invoke_config", moto_attached.delete_invoke_config),
    # An alias keeps its revision id for ever, a second one of its name is an error by another name.
    (LambdaAlias, "update", moto_attached.update_alias),
    (LambdaStorage, "put_alias", moto_attached.put_alias),
    # A second URL replaces the first, one that is not there is deleted without an error and updated with a crash.
    (LambdaFunction, "create_url_config", moto_attached.create_url),
    (LambdaFunction, "delete_url_config", moto_attached.delete_url),
    (LambdaFunction, "update_url_config", moto_attached.update_url),
    # The invoke mode is not kept, its default is misspelled, CORS settings can't be removed.
    (FunctionUrlConfig, "to_dict", moto_attached.url_config),
    (FunctionUrlConfig, "update", moto_attached.update_url_config),
    # A function's role can't have AWSLambdaBasicExecutionRole unless every policy of AWS's is loaded.
    (IAMBackend, "attach_role_policy", moto_iam.attach_role_policy),
)


@contextmanager
def mended() -> Iterator[None]:
    """Mend moto's Lambda for as long as the context lasts."""
    with ExitStack() as stack:
        for owner, name, replacement in _MENDS:
            stack.enter_context(patch.object(owner, name, replacement))
        yield

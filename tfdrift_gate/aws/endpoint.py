"""Where a request goes in the common case, and when that is botocore's to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SETTLED = frozenset(
    [
        "profile",
        "region",
        "config_file",
        "credentials_file",
        "ca_bundle",
        "metadata_service_timeout",
        "metadata_service_num_attempts",
        "ec2_metadata_service_endpoint",
        "ec2_metadata_service_endpoint_mode",
        "ec2_metadata_v1_disabled",
        "imds_use_ipv6",
        "parameter_validation",
        "endpoint_discovery_enabled",
        "retry_mode",
        "max_attempts",
        "request_min_compression_size_bytes",
        "disable_request_compression",
        "request_checksum_calculation",
        "response_checksum_validation",
        "account_id_endpoint_mode",
        "disable_host_prefix_injection",
        "s3_disable_express_session_auth",
    ]
)
"""botocore's settings that say nothing about these services' requests, or are read where they do (``ca_bundle``)."""

_PROFILE = frozenset(
    [
        "region",
        "output",
        "ca_bundle",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "aws_account_id",
        "role_arn",
        "role_session_name",
        "source_profile",
        "credential_source",
        "external_id",
        "mfa_serial",
        "duration_seconds",
        "credential_process",
        "web_identity_token_file",
        "sso_session",
        "sso_start_url",
        "sso_region",
        "sso_account_id",
        "sso_role_name",
        "sso_registration_scopes",
        "login_session",
        "s3",
        "retry_mode",
        "max_attempts",
        "metadata_service_timeout",
        "metadata_service_num_attempts",
        "parameter_validation",
        "cli_pager",
        "cli_auto_prompt",
        "cli_history",
        "cli_timestamp_format",
        "cli_follow_urlparam",
        "cli_binary_format",
    ]
)
"""What a profile may say without touching these requests: credentials, and the AWS CLI's own settings."""

# The regions of the partition aws, as botocore's partitions.json has them; others have other suffixes.
_REGION = re.compile(r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+")
_ANY_REGION = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PLAIN_URL = re.compile(r"(https?://(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*(?::\d{1,5})?)/?")

Variables = Mapping[str, tuple[Any, ...]]
"""botocore's table of settings: by name the key of the profile, the variable or variables, and more."""


def plain_endpoint(
    service: str, region: str, environment: Mapping[str, str], profile: Mapping[str, Any], variables: Variables
) -> str | None:
    """Give the URL that ``service`` has in ``region``, without a path; None where botocore must say.

    Plain is what most have: a region of the partition aws, or an endpoint named by ``AWS_ENDPOINT_URL_<SERVICE>`` or
    ``AWS_ENDPOINT_URL``. Every other setting that botocore knows and that is not known here to be of no account
    (FIPS, dual stack, a profile's own endpoints, …) gives None, those of a later botocore too.
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if set(profile) - _PROFILE or environment.get("BOTOCORE_EXPERIMENTAL__PLUGINS"):
        return None
    settled = _SETTLED if service == "sts" else _SETTLED | {"sts_regional_endpoints"}
    for name, (key, names, *_) in variables.items():
        spelt = [names] if isinstance(names, str) else names or ()
        if name not in settled and (any(each in environment for each in spelt) or key in profile):
            return None
    named = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL")
    if named:
        plain = _PLAIN_URL.fullmatch(named)
        return plain[1] if plain and _ANY_REGION.fullmatch(region) else None
    return f"https://{service}.{region}.amazonaws.com" if _REGION.fullmatch(region) else None


def trusted_certificates(environment: Mapping[str, str], profile: Mapping[str, Any]) -> str | bool:
    """Give the bundle of certificates that botocore would trust; True for its own, and "" for one it refuses."""
    bundle = environment.get("AWS_CA_BUNDLE", profile.get("ca_bundle", environment.get("REQUESTS_CA_BUNDLE")))
    return True if bundle is None else bundle if bundle.strip() else ""

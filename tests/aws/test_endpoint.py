"""A plain endpoint is the one that botocore's client has; where anything else may matter, botocore is asked."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as VARIABLES

from tfdrift_gate.aws import Credentials, client
from tfdrift_gate.aws.endpoint import _SETTLED, plain_endpoint, trusted_certificates

SERVICES = ("cloudtrail", "athena", "sts")
REGION = "eu-west-1"
URL = "https://cloudtrail.eu-west-1.amazonaws.com"


def endpoint(
    service: str = "cloudtrail", region: str = REGION, *, profile: Any = None, **environment: str
) -> str | None:
    return plain_endpoint(service, region, environment, profile or {}, VARIABLES)


def of_botocore(service: str, region: str = REGION) -> str:
    return str(client(service, region, Credentials()).meta.endpoint_url)


@pytest.mark.parametrize("service", SERVICES)
def test_in_every_region_of_the_usual_partition_it_is_botocores(service: str) -> None:
    session = botocore.session.Session()
    regions = session.get_available_regions(service)
    assert len(regions) > 25
    creator = {region: session.create_client(service, region).meta.endpoint_url for region in regions}
    assert {region: endpoint(service, region) for region in regions} == creator


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"])
def test_of_other_partitions_botocore_is_asked(partition: str) -> None:
    regions = botocore.session.Session().get_available_regions("cloudtrail", partition)
    assert regions
    assert {endpoint(region=region) for region in regions} == {None}


@pytest.mark.parametrize("region", ["", "US-EAST-1", "us-east-1.evil.example/", "us-east-1\n", "aws-global", "local"])
def test_of_a_region_by_another_kind_of_name_botocore_is_asked(region: str) -> None:
    assert endpoint(region=region) is None


def test_the_service_variable_comes_before_the_one_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "https://sts.example/",
    }.items():
        monkeypatch.setenv(name, value)
    given = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS": "https://sts.example/"}
    assert endpoint(**given) == of_botocore("cloudtrail") == "http://127.0.0.1:1"
    assert f"{endpoint('sts', **given)}/" == of_botocore("sts") == "https://sts.example/"
    assert endpoint(AWS_ENDPOINT_URL="", AWS_ENDPOINT_URL_CLOUDTRAIL="") == URL


@pytest.mark.parametrize(
    "url",
    [
        "http://host:1/path",
        "http://user:secret@host",
        "http://host:1?x=1",
        "http://[::1]:1",
        "http://host_name",
        "//host",
        "host:1",
        "http://host\n",
        "http://-host",
        " http://host",
    ],
)
def test_of_any_other_url_botocore_is_asked(url: str) -> None:
    assert endpoint(AWS_ENDPOINT_URL=url) is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_USE_FIPS_ENDPOINT", "false"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "true"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ("AWS_DATA_PATH", "/models"),
        ("AWS_DEFAULTS_MODE", "standard"),
        ("AWS_AUTH_SCHEME_PREFERENCE", "sigv4a"),
        ("AWS_SIGV4A_SIGNING_REGION_SET", "*"),
        ("AWS_SDK_UA_APP_ID", "app"),
        ("BOTOCORE_TCP_KEEPALIVE", "true"),
        ("BOTOCORE_EXPERIMENTAL__PLUGINS", "name=module"),
    ],
)
def test_where_the_environment_says_more_botocore_is_asked(variable: str, value: str) -> None:
    assert endpoint(**{variable: value}) is None
    assert endpoint(**{variable: value}, AWS_ENDPOINT_URL="http://127.0.0.1:1") is None


@pytest.mark.parametrize(
    "key", ["endpoint_url", "services", "use_fips_endpoint", "tcp_keepalive", "api_versions", "new"]
)
def test_where_the_profile_says_more_botocore_is_asked(key: str) -> None:
    assert endpoint(profile={key: "x"}) is None


def test_a_profile_of_credentials_alone_is_plain() -> None:
    profile = {"region": "us-east-1", "sso_session": "s", "sso_account_id": "1", "sso_role_name": "r", "output": "json"}
    assert endpoint(profile=profile) == URL


def test_which_global_endpoint_sts_has_is_botocores_to_say() -> None:
    assert endpoint("sts", AWS_STS_REGIONAL_ENDPOINTS="legacy") is None
    assert endpoint(AWS_STS_REGIONAL_ENDPOINTS="legacy") == URL


def test_a_setting_of_a_later_botocore_is_botocores_to_read() -> None:
    later = {**VARIABLES, "new_setting": ("new_setting", "AWS_NEW_SETTING", None, None)}
    assert plain_endpoint("cloudtrail", REGION, {}, {}, later) == URL
    assert plain_endpoint("cloudtrail", REGION, {"AWS_NEW_SETTING": "1"}, {}, later) is None


NUMBERS = ("metadata_service_timeout", "metadata_service_num_attempts", "max_attempts")
WORDS = {
    "endpoint_discovery_enabled": "false",
    "retry_mode": "standard",
    "ec2_metadata_service_endpoint": "http://127.0.0.1:9",
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "account_id_endpoint_mode": "preferred",
    "request_min_compression_size_bytes": "1",
    "ec2_metadata_service_endpoint_mode": "IPv6",
}


OF_NO_ACCOUNT = _SETTLED - {"profile", "region", "config_file", "credentials_file", "ca_bundle"}


@pytest.mark.parametrize("name", sorted(name for name in OF_NO_ACCOUNT if name in VARIABLES and VARIABLES[name][1]))
def test_what_is_said_to_be_of_no_account_is_of_none_to_botocores_endpoint(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = VARIABLES[name][1]
    value = "1" if name in NUMBERS else WORDS.get(name, "true")
    monkeypatch.setenv(variable, value)
    assert endpoint(**{variable: value}) == of_botocore("cloudtrail") == URL


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"AWS_CA_BUNDLE": "/a.pem"},
        {"REQUESTS_CA_BUNDLE": "/r.pem"},
        {"AWS_CA_BUNDLE": "/a.pem", "REQUESTS_CA_BUNDLE": "/r.pem"},
    ],
    ids=["none", "AWS's", "requests'", "both"],
)
def test_the_certificates_are_those_that_botocores_client_trusts(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert trusted_certificates(given, {}) == client("sts", REGION, Credentials())._endpoint.http_session._verify
    assert trusted_certificates(given, {"ca_bundle": "/p.pem"}) == given.get("AWS_CA_BUNDLE", "/p.pem")


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_an_empty_bundle_never_means_that_nothing_is_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfdrift_gate.aws.signed_post import plain_post

    monkeypatch.setenv(name, " ")
    assert plain_post("cloudtrail", REGION, None) is None

"""boto3's own clients, for what is asked rarely or in other protocols: S3, Lambda."""

from __future__ import annotations

from typing import Any

from tfdrift_gate.aws.boto import boto3_client
from tfdrift_gate.aws.credentials import Credentials, region_from_environment
from tfdrift_gate.aws.sts import assume


def client(
    service: str, region: str | None, credentials: Credentials, endpoint_url: str | None = None, **config: Any
) -> Any:
    """Make a client that does one attempt per call (its user paces and repeats them itself).

    ``config`` goes to :class:`botocore.config.Config`. Without ``endpoint_url`` the endpoint variables
    (``AWS_ENDPOINT_URL``, ``AWS_ENDPOINT_URL_<SERVICE>``) are boto3's to honour. Raises botocore's errors
    (wrap in :func:`reading`), and :class:`UsageError` for an endpoint that is no URL.
    """
    region = region or region_from_environment() or "us-east-1"
    return boto3_client(service, region, credentials.profile, assume(credentials, region).keys, endpoint_url, **config)

"""boto3's own clients, made by profile or with given keys."""

from __future__ import annotations

from typing import Any

from tfdrift_gate.aws.credentials import Keys, region_from_environment
from tfdrift_gate.errors import UsageError


def boto3_client(
    service: str,
    region: str | None,
    profile: str | None,
    keys: Keys | None = None,
    endpoint_url: str | None = None,
    **config: Any,
) -> Any:
    """Make a client that does one attempt per call; ``config`` goes to :class:`botocore.config.Config`.

    Raises botocore's errors, and :class:`UsageError` for an endpoint that is no URL.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    settings: dict[str, Any] = {
        "connect_timeout": 5,
        "read_timeout": 20,
        "retries": {"total_max_attempts": 1},
        "user_agent_extra": "tfdrift-gate",
    }
    settings.update(config)
    region = region or region_from_environment() or "us-east-1"
    try:
        session = boto3.Session(*keys, region) if keys else boto3.Session(profile_name=profile, region_name=region)
        return session.client(service, endpoint_url=endpoint_url, config=Config(**settings))
    except BotoCoreError:
        raise
    except ValueError:
        # What botocore says of an endpoint that is no URL; the text may hold a password.
        raise UsageError(
            f"reaching AWS ({service}): the endpoint is no URL",
            "check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_… and endpoint_url of the profile",
        ) from None

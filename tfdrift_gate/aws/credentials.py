"""Whose name AWS is asked in: what the options say, and the keys that botocore's own chain finds for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple


class Keys(NamedTuple):
    """Keys that do not renew themselves, as botocore signs with them; they never reach an output."""

    access_key: str
    secret_key: str
    token: str | None


@dataclass(frozen=True)
class Credentials:
    """Which AWS credentials to use: a profile, a role to assume, or boto3's own chain."""

    profile: str | None = None
    assume_role: str | None = None
    keys: Keys | None = field(default=None, repr=False)
    """What the role was given, where :func:`~tfdrift_gate.aws.sts.assume` asked for it."""


class Found(NamedTuple):
    """What botocore's chain found."""

    credentials: Any
    """botocore's ``Credentials``, which may renew themselves; None where there are none."""
    profile: Mapping[str, Any]
    """The settings of the profile in force."""

    def keys(self) -> Any:
        """Give the keys as they are now; raises botocore's NoCredentialsError where there are none."""
        if self.credentials is None:
            from botocore.exceptions import NoCredentialsError

            raise NoCredentialsError
        return self.credentials.get_frozen_credentials()


def region_from_environment() -> str | None:
    """Give the region that the environment names, as the AWS CLI and the provider read it."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def find(profile: str | None) -> Found:
    """Ask botocore's credentials chain, once for each profile and environment; raises botocore's errors.

    Where the environment holds keys and there is no file of profiles, as in a pipeline, the environment is the first
    and only link of that chain, and botocore's session, which would come to the same, is not loaded.
    https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
    """
    if profile is None and only_keys_in(os.environ, os.path.exists):
        from botocore.credentials import EnvProvider

        return Found(EnvProvider().load(), {})
    # Its keys renew themselves, so what was found for one region serves the others.
    return _found(profile, aws_variables())


def access_key_of(profile: str | None) -> str | None:
    """Give the id of the access key that botocore's chain finds, which is no secret; None where there is none."""
    from botocore.exceptions import BotoCoreError

    try:
        return str(find(profile).keys().access_key)
    except BotoCoreError:
        return None


def aws_variables() -> tuple[tuple[str, str], ...]:
    """Give what of the environment decides which keys are found: what is kept for one is not another's."""
    return tuple(sorted(item for item in os.environ.items() if item[0].startswith(("AWS_", "HOME"))))


def only_keys_in(environment: Mapping[str, str], exists: Callable[[str], bool]) -> bool:
    """Tell whether the environment holds keys, names no profile, and there are no files that could hold profiles."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if not all(environment.get(name) for name in keys) or {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} & set(environment):
        return False
    files = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}
    named = [environment.get(name, usual) for name, usual in files.items()]
    return not any(exists(os.path.expandvars(os.path.expanduser(path))) for path in named)


@lru_cache(maxsize=64)
def _found(profile: str | None, _environment: tuple[tuple[str, str], ...]) -> Found:
    from botocore.session import Session

    class KeysOnly(Session):  # type: ignore[misc]
        """A session without what only its clients need; where a link of the chain needs one, a whole one makes it."""

        def create_client(self, *arguments: Any, **options: Any) -> Any:
            return Session(profile=profile).create_client(*arguments, **options)

    session = KeysOnly(profile=profile, include_builtin_handlers=False)
    return Found(session.get_credentials(), dict(session.get_scoped_config()))

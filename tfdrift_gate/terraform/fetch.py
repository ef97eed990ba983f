"""State's bytes from where they are kept: a file, an S3 object, standard input, or ``terraform state pull``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from tfdrift_gate.aws import Credentials, client, error_code, reading
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.root import LocalState, PulledState, RootModule, S3State, locate_state

PULL_TIMEOUT = 120.0
"""Seconds that ``terraform state pull`` may take."""

# What Terraform draws around an error: colours, which it has no option to leave out here, and a frame.
_FRAME = re.compile(r"\x1b\[[0-9;]*m|[│╷╵]")
_PERMISSION = "s3:GetObject on the object, s3:ListBucket on the bucket and kms:Decrypt where it is encrypted"


@dataclass(frozen=True)
class StateText:
    """State as it is kept: ``where`` it was looked for, its ``text`` (None: no state yet), when it was written."""

    where: str
    text: bytes | None
    written_at: datetime | None = None


def fetch_named(locator: str, credentials: Credentials, option: str = "state") -> StateText:
    """Fetch what ``--state`` (or ``--plan``) names: a path, ``-`` or ``s3://bucket/key``.

    Raises :class:`StateError` where it cannot be read or is empty: what is named must be there.
    """
    if locator == "-":
        found = StateText("standard input", sys.stdin.buffer.read())
    elif locator.startswith("s3://"):
        bucket, _, key = locator[5:].partition("/")
        if not bucket or not key:
            raise StateError(f"reading {locator}: not of the form s3://bucket/key", "name bucket and key")
        found = _object(S3State(bucket, key), credentials, option)
    elif "://" in locator:
        raise StateError(f"reading {locator}: no such kind of {option}", "name a path, - or s3://bucket/key")
    else:
        found = _file(Path(locator), option)
    if found.text is None:
        raise StateError(f"reading the {option} {found.where}: it is not there", f"check the name given to --{option}")
    if _is_blank(found.text):
        raise StateError(f"reading the {option} {found.where}: it is empty", f"check the name given to --{option}")
    return found


def fetch_discovered(root: RootModule, credentials: Credentials, environment: Mapping[str, str]) -> StateText:
    """Fetch the state of a root module from its own backend and workspace.

    ``text`` is None where the backend holds no state yet. Raises :class:`StateError` where it cannot be read.
    """
    location = locate_state(root)
    if isinstance(location, LocalState):
        found = _file(location.path)
    elif isinstance(location, S3State):
        found = _object(location, Credentials(location.profile or credentials.profile))
    else:
        return pull(root, location, environment)
    if found.text is not None and _is_blank(found.text):
        # NOTE: while the first plan holds a local backend's lock the file exists and is empty.
        return StateText(found.where, None)
    if found.text is not None and b'"encrypted_data"' in found.text[:4096] and _program(root):
        return pull(root, PulledState("encrypted by OpenTofu"), environment)
    return found


def pull(root: RootModule, location: PulledState, environment: Mapping[str, str]) -> StateText:
    """Fetch the state through ``terraform state pull``; works inside a running plan, which holds the lock."""
    program = _program(root)
    where = f"{root.folder} ({location.reason}, workspace {root.workspace})"
    if program is None:
        raise StateError(
            f"reading the state of {where}: this backend is read through Terraform, and neither terraform nor"
            " tofu is on PATH",
            "put terraform on PATH, or pull the state yourself and name it with --state",
        )
    command = [program, "state", "pull"]
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith("TF_CLI_ARGS") and name not in ("TF_LOG", "TF_LOG_CORE", "TF_REATTACH_PROVIDERS")
    }
    kept.update(TF_WORKSPACE=root.workspace, TF_IN_AUTOMATION="1", TF_INPUT="0")
    try:
        done = subprocess.run(  # noqa: S603 - terraform or tofu, without a shell
            command,
            cwd=root.folder,
            env=kept,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PULL_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StateError(
            f"reading the state of {where}: {' '.join(command)} did not answer within {PULL_TIMEOUT:.0f} s",
            "run it yourself to see what it waits for",
        ) from None
    except OSError as error:
        raise StateError(f"reading the state of {where}: {error}", "check that terraform can be run") from None
    if done.returncode != 0:
        said = " ".join(_FRAME.sub(" ", done.stderr.decode("utf-8", "replace")).split())
        raise StateError(
            f"reading the state of {where}: {' '.join(command)} failed: {said[-600:]}",
            "run terraform init there, or name the state with --state",
        )
    return StateText(where, None if _is_blank(done.stdout) else done.stdout)


def _is_blank(text: bytes) -> bool:
    # Without strip: that copies a state of any size.
    return not text or text.isspace()


def _program(root: RootModule) -> str | None:
    """OpenTofu where the lock file names its registry, else Terraform, else whatever is there."""
    names = ["terraform", "tofu"]
    try:
        if "registry.opentofu.org" in (root.folder / ".terraform.lock.hcl").read_text(encoding="utf-8"):
            names.reverse()
    except (OSError, UnicodeDecodeError):
        pass
    return next((found for name in names if (found := shutil.which(name))), None)


def _file(path: Path, what: str = "state") -> StateText:
    where = os.fspath(path)
    try:
        text = path.read_bytes()
        # Whole seconds, as CloudTrail's clock has them: a change in the same second comes after it.
        written = datetime.fromtimestamp(int(path.stat().st_mtime), timezone.utc)
    except FileNotFoundError:
        return StateText(where, None)
    except OSError as error:
        raise StateError(
            f"reading the {what} {where}: {error.strerror or error}", "check the path and its rights"
        ) from None
    return StateText(where, text, written)


def _object(location: S3State, credentials: Credentials, what: str = "state") -> StateText:
    where = f"s3://{location.bucket}/{location.key}"
    with reading(f"the {what} {where}", StateError, _PERMISSION):
        s3 = client(
            "s3",
            location.region,
            credentials,
            retries={"total_max_attempts": 4, "mode": "standard"},
            endpoint_url=location.endpoint,
            s3={"addressing_style": "path" if location.path_style else "auto"},
        )
        try:
            answer = s3.get_object(Bucket=location.bucket, Key=location.key)
        except s3.exceptions.ClientError as error:
            if error_code(error) in ("NoSuchKey", "404"):
                return StateText(where, None)
            raise
        return StateText(where, answer["Body"].read(), answer["LastModified"].astimezone(timezone.utc))

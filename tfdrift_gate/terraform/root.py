"""A root module's backend and workspace, as ``terraform init`` wrote them down.

``.terraform/terraform.tfstate`` holds the backend's settings and ``.terraform/environment`` the selected
workspace; ``TF_DATA_DIR`` names another folder than ``.terraform`` and ``TF_WORKSPACE`` another workspace:
https://developer.hashicorp.com/terraform/cli/config/environment-variables
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfdrift_gate.errors import StateError

DEFAULT_WORKSPACE = "default"
_CONFIGURATION = ("*.tf", "*.tf.json", "*.tofu", "*.tofu.json")
# A label needs no quotes, and a comment may stand before and between the words.
_GAP = r"(?:[ \t]|/\*(?:[^*]|\*(?!/))*\*/)*"
_BACKEND = re.compile(
    rf'^(?:.*\*/)?{_GAP}(?:backend{_GAP}(?:"([^"]+)"|([\w-]+))|(cloud)){_GAP}\{{\s*(\}})?', re.MULTILINE
)


@dataclass(frozen=True)
class LocalState:
    """A state file of the ``local`` backend."""

    path: Path


@dataclass(frozen=True)
class S3State:
    """A state object of the ``s3`` backend, with the settings that a direct read can honour."""

    bucket: str
    key: str
    region: str | None = None
    profile: str | None = None
    endpoint: str | None = None
    path_style: bool = False


@dataclass(frozen=True)
class PulledState:
    """A state that ``terraform state pull`` (or ``tofu``) fetches; ``reason`` says why that way."""

    reason: str


StateLocation = LocalState | S3State | PulledState

# Settings of the s3 backend that decide where and as whom the object is read; every other one that is set
# sends the read through `terraform state pull`.
# NOTE: https://developer.hashicorp.com/terraform/language/backend/s3
_S3_DIRECT = frozenset({"bucket", "key", "region", "profile", "endpoint", "endpoints", "workspace_key_prefix"})
_TEXTS = frozenset({"bucket", "endpoint", "key", "path", "profile", "region", "workspace_dir", "workspace_key_prefix"})
_S3_STYLE = ("use_path_style", "force_path_style")
_S3_IRRELEVANT = frozenset(
    {
        "acl",
        "dynamodb_endpoint",
        "dynamodb_table",
        "encrypt",
        "iam_endpoint",
        "kms_key_id",
        "max_retries",
        "retry_mode",
        "skip_credentials_validation",
        "skip_metadata_api_check",
        "skip_region_validation",
        "skip_requesting_account_id",
        "skip_s3_checksum",
        "sts_endpoint",
        "sts_region",
        "use_lockfile",
    }
)


@dataclass(frozen=True)
class RootModule:
    """A root module's folder with the data folder and workspace in force."""

    folder: Path
    data_folder: Path
    workspace: str


def open_root(folder: str, workspace: str | None, environment: Mapping[str, str]) -> RootModule:
    """Find out the data folder and the workspace of the root module in ``folder``.

    ``workspace`` wins over ``TF_WORKSPACE``, which wins over the one selected there. Raises
    :class:`StateError` where the folder is no root module.
    """
    root = Path(folder)
    if not root.is_dir():
        raise StateError(
            f"reading the root module {folder}: no such folder", "name the folder that holds the *.tf files"
        )
    data_folder = root / (environment.get("TF_DATA_DIR") or ".terraform")
    selected = workspace or environment.get("TF_WORKSPACE")
    if not selected:
        try:
            selected = (data_folder / "environment").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            selected = ""
        except (OSError, UnicodeDecodeError) as error:
            raise StateError(
                f"reading {data_folder / 'environment'}: {error}", "run terraform workspace select"
            ) from None
    return RootModule(root, data_folder, selected or DEFAULT_WORKSPACE)


def locate_state(root: RootModule) -> StateLocation:
    """Tell where the root module's state is kept; raises :class:`StateError` where that cannot be told."""
    settings = _initialised_backend(root)
    if settings is None:
        _no_backend_is_meant(root)
        return LocalState(_local_path(root, {}))
    kind, config = settings
    if kind == "local":
        return LocalState(_local_path(root, config))
    if kind == "s3":
        return _s3_location(root, config)
    return PulledState(f"backend {kind}")


def _initialised_backend(root: RootModule) -> tuple[str, Mapping[str, Any]] | None:
    file = root.data_folder / "terraform.tfstate"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        backend = content.get("backend")
        if backend is None:
            return None
        return _text(backend["type"]), _checked(backend.get("config"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(
            f"reading the backend's settings in {file}: {_short(error)}",
            "run terraform init, or name the state with --state",
        ) from None


def _checked(config: Any) -> Mapping[str, Any]:
    """Give a backend's settings; raises where one that is read here is neither a text nor null."""
    settings = {} if config is None else config
    if not isinstance(settings, dict):
        raise TypeError("config is no object")
    for name in _TEXTS & settings.keys():
        if settings[name] is not None:
            _text(settings[name])
    return settings


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("a setting is no text")
    return value


def _no_backend_is_meant(root: RootModule) -> None:
    """Without initialised settings the state is local only if the configuration says nothing else."""
    found = [file for pattern in _CONFIGURATION for file in sorted(root.folder.glob(pattern))]
    files = [file for file in found if not file.name.startswith(".")]  # as Terraform: hidden files are editors'
    if not files and not root.data_folder.is_dir() and not _local_path(root, {}).exists():
        raise StateError(
            f"reading the root module {root.folder}: no Terraform files in it",
            "run in the folder that holds the *.tf files, or name it: tfdrift-gate check DIR",
        )
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise StateError(f"reading {file}: {_short(error)}", "make the file readable as UTF-8") from None
        if _names_a_backend(text, is_json=file.suffix == ".json"):
            raise StateError(
                f"reading the state of {root.folder}: {file.name} names a backend that is not initialised",
                "run terraform init, or name the state with --state",
            )


def _names_a_backend(text: str, is_json: bool) -> bool:
    """Tell whether a file names a backend other than the local one as it is by default."""
    if not is_json:
        return any((found[1] or found[2]) != "local" or not found[4] for found in _BACKEND.finditer(text))
    try:
        settings = json.loads(text).get("terraform") or {}
        entries = settings if isinstance(settings, list) else [settings]
        return any("cloud" in entry or entry.get("backend") not in (None, {}, {"local": {}}) for entry in entries)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return '"backend"' in text or '"cloud"' in text


def _local_path(root: RootModule, config: Mapping[str, Any]) -> Path:
    # NOTE: https://developer.hashicorp.com/terraform/language/backend/local (path, workspace_dir)
    if root.workspace == DEFAULT_WORKSPACE:
        return root.folder / (config.get("path") or "terraform.tfstate")
    folder = config.get("workspace_dir") or "terraform.tfstate.d"
    return root.folder / folder / root.workspace / "terraform.tfstate"


def _s3_location(root: RootModule, config: Mapping[str, Any]) -> StateLocation:
    given = {name: value for name, value in config.items() if value not in (None, "", [], {}, False)}
    known = _S3_DIRECT | _S3_IRRELEVANT | set(_S3_STYLE)
    others = sorted(name for name in given if name not in known and not name.startswith("skip_"))
    endpoints = given.get("endpoints")
    endpoints = endpoints[0] if isinstance(endpoints, list) else endpoints
    if isinstance(endpoints, Mapping):
        others += sorted(name for name in ("sso",) if endpoints.get(name))
    if others or not given.get("bucket") or not given.get("key"):
        return PulledState(f"backend s3 with {', '.join(others) or 'no bucket or key written down'}")
    key = str(given["key"])
    if root.workspace != DEFAULT_WORKSPACE:
        prefix = config.get("workspace_key_prefix")
        if prefix == "":
            return PulledState("backend s3 with an empty workspace_key_prefix")
        # NOTE: Terraform cleans the path of such a key: doubled slashes and a trailing one of the prefix go.
        key = posixpath.normpath(f"{prefix or 'env:'}/{root.workspace}/{key}")
    endpoint = given.get("endpoint") or (endpoints.get("s3") if isinstance(endpoints, Mapping) else None)
    return S3State(
        bucket=str(given["bucket"]),
        key=key,
        region=given.get("region"),
        profile=given.get("profile"),
        endpoint=endpoint,
        path_style=any(given.get(name) is True for name in _S3_STYLE),
    )


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]

"""Where the root module lies in its repository, and where the repository's files have their pages."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from tfdrift_gate.model import Checkout

# NOTE: the variables of a GitHub runner,
# https://docs.github.com/en/actions/reference/workflows-and-actions/variables
_SERVER = re.compile(r"https://[A-Za-z0-9.:-]+")
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/(?!\.{1,2}$)[A-Za-z0-9._-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def find_checkout(folder: Path, environment: Mapping[str, str]) -> Checkout:
    """Find the repository that holds ``folder``: ``GITHUB_WORKSPACE``, else git's top level, else the folder itself."""
    here = Path(os.path.realpath(folder))
    top = _top(here, environment.get("GITHUB_WORKSPACE"))
    relative = here.relative_to(top).as_posix()
    # A repository inside the workspace (actions/checkout with a path) has other paths on the web, or another page.
    inside = any((path / ".git").exists() for path in (here, *here.parents) if top in path.parents)
    return Checkout("" if relative == "." else relative, None if inside else _pages(environment))


def _top(here: Path, workspace: str | None) -> Path:
    if workspace:
        root = Path(os.path.realpath(workspace))
        if root == here or root in here.parents:
            return root
    return next((path for path in (here, *here.parents) if (path / ".git").exists()), here)


def _pages(environment: Mapping[str, str]) -> str | None:
    server, repository, commit = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if _SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository) and _COMMIT.fullmatch(commit):
        return f"{server}/{repository}/blob/{commit}"
    return None

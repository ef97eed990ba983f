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
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/(?!\.{1,2}$)[A-Za-z0-9._-]+")
"""``GITHUB_REPOSITORY``: ``OWNER/NAME``, and no way out of it."""
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def find_checkout(folder: Path, environment: Mapping[str, str], workspace: str | None = None) -> Checkout:
    """Find the repository that holds ``folder``: ``GITHUB_WORKSPACE``, else git's top level, else the folder itself.

    ``workspace`` is Terraform's, where an option names one; else ``TF_WORKSPACE`` does.
    """
    here = Path(os.path.realpath(folder))
    whole = environment.get("GITHUB_WORKSPACE")
    root = Path(os.path.realpath(whole)) if whole else None
    top = root if root and (root == here or root in here.parents) else _gits_top(here)
    relative = here.relative_to(top).as_posix()
    # The pages are the workspace's. What lies outside has none there, and a repository inside of it (actions/checkout
    # with a path) has other paths on the web, or is another one.
    own = root in (None, top) and not any(
        (path / ".git").exists() for path in (here, *here.parents) if top in path.parents
    )
    named = workspace or environment.get("TF_WORKSPACE") or None
    return Checkout("" if relative == "." else relative, _pages(environment) if own else None, named)


def _gits_top(here: Path) -> Path:
    return next((path for path in (here, *here.parents) if (path / ".git").exists()), here)


def _pages(environment: Mapping[str, str]) -> str | None:
    server, repository, commit = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    if _SERVER.fullmatch(server) and REPOSITORY.fullmatch(repository) and _COMMIT.fullmatch(commit):
        return f"{server}/{repository}/blob/{commit}"
    return None

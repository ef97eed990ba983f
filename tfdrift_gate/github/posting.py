"""One comment on a pull request and one issue for each root module: found again, updated in place, resolved when clean.

What is posted begins with a hidden marker that names the root module. Anybody may quote the marker, so only what the
token's own user or an app wrote is taken for ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tfdrift_gate.github.api import GitHubError, Repository

MOST_CHARACTERS = 65_536
"""Characters of a comment's or an issue's body: https://github.com/orgs/community/discussions/27190"""
LABEL = "tfdrift-gate"
"""The label of the issue, by which it is found again."""
_LONGEST_NAME = 300
_RUNNER = "github-actions[bot]"
"""Whose comment it is that a runner's own token writes."""
_RESOLVED = (
    "**Resolved.** This run no longer finds what an earlier one found here: it was undone, is accounted for below, or"
    " lies before the window that was read.\n\n"
)


@dataclass(frozen=True)
class Said:
    """What is to be posted."""

    root: str
    """The root module's folder relative to the repository's root, and its workspace where one is named."""
    body: str
    """Markdown."""
    clean: bool
    """Whether the verdict was reached and nothing was found."""


def marker(root: str) -> str:
    """Write the hidden first line of what is posted about a root module; nothing in it can end an HTML comment.

    Of a name too long to leave the report its room, the end is told by a hash.
    """
    name = quote(root, safe="/._@", errors="surrogatepass").replace("-", "%2D")
    if len(name) > _LONGEST_NAME:
        name = f"{name[:_LONGEST_NAME]}…{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return f"<!-- tfdrift-gate {name} -->"


def text_of(said: Said, resolved: bool = False) -> str:
    """Write the body; raises :class:`GitHubError` where it would be too long for GitHub."""
    text = f"{marker(said.root)}\n{_RESOLVED if resolved else ''}{said.body}"
    if len(text) > MOST_CHARACTERS:
        raise GitHubError(f"the report has {len(text)} characters: a comment takes {MOST_CHARACTERS}")
    return text


def keep_comment(repository: Repository, number: int, said: Said) -> str:
    """Keep the one comment of a pull request up to date; says what was done. Raises :class:`GitHubError`."""
    ours = _ours(repository, repository.all(f"/issues/{number}/comments"), said.root)
    changed = {"body": text_of(said, resolved=said.clean)}
    if _changed(repository, [f"/issues/comments/{each}" for each in ours], changed):
        return "the comment is resolved" if said.clean else "the comment is updated"
    if said.clean:
        return "nothing to say"
    repository.post(f"/issues/{number}/comments", {"body": text_of(said)})
    return "a comment is posted"


def keep_issue(repository: Repository, title: str, said: Said) -> str:
    """Keep the one open issue about a root module up to date, and close it when clean; says what was done.

    Raises :class:`GitHubError`.
    """
    listed = (entry for entry in repository.all("/issues", state="open", labels=LABEL) if "pull_request" not in entry)
    ours = _ours(repository, listed, said.root, by="number")
    changed = {"body": text_of(said, resolved=said.clean)}
    if said.clean:
        changed |= {"state": "closed", "state_reason": "completed"}
    if _changed(repository, [f"/issues/{each}" for each in ours], changed):
        return "the issue is closed" if said.clean else "the issue is updated"
    if said.clean:
        return "nothing to say"
    repository.post("/issues", {"title": title, "body": text_of(said), "labels": [LABEL]})
    return "an issue is opened"


def _changed(repository: Repository, paths: Iterable[str], body: Mapping[str, Any]) -> bool:
    """Change something, more than one where two runs began at once; False where none is left of it."""
    found = False
    for path in paths:
        try:
            repository.patch(path, body)
            found = True
        except GitHubError as error:
            # Somebody deleted it meanwhile.
            if error.status not in (404, 410):
                raise
    return found


def _ours(repository: Repository, entries: Iterable[Mapping[str, Any]], root: str, by: str = "id") -> list[int]:
    """Give the ids of what an app wrote about a root module, the runner's before others, else of the token's user."""
    begins = marker(root)
    found = [entry for entry in entries if str(entry.get("body") or "").startswith(begins)]
    bots = [_user(entry).get("login") for entry in found if _user(entry).get("type") == "Bot"]
    author = _RUNNER if _RUNNER in bots else next(iter(bots), None)
    if found and author is None:
        author = repository.login()
    return [int(entry[by]) for entry in found if author and _user(entry).get("login") == author]


def _user(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    user = entry.get("user")
    return user if isinstance(user, Mapping) else {}

"""GitHub's REST API, as little of it as a comment and an issue need.

https://docs.github.com/en/rest. Only reads and idempotent writes are tried again; what GitHub may have done already (a
POST) is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tfdrift_gate import __version__
from tfdrift_gate.checkout import REPOSITORY
from tfdrift_gate.errors import GateError

VERSION = "2022-11-28"
"""The version of the API that is spoken: https://docs.github.com/en/rest/about-the-rest-api/api-versions"""
_TIMEOUT = 15.0
_MOST_PAGES = 50
_MOST_REDIRECTS = 3


class GitHubError(GateError):
    """GitHub did not do what it was asked for; never a reason to change a verdict.

    ``status`` is the answer's HTTP status, None where there was no answer.
    """

    def __init__(self, message: str, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub (or on a GitHub Enterprise Server), and the token to speak with it."""

    api: str
    """``GITHUB_API_URL``."""
    name: str
    """``OWNER/NAME``."""
    token: str = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Repository:
        """Read a runner's variables; raises :class:`GitHubError` naming what is missing."""
        api = environment.get("GITHUB_API_URL") or "https://api.github.com"
        name, token = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_TOKEN", "").strip()
        if urlsplit(api).scheme not in ("http", "https") or not urlsplit(api).hostname:
            raise GitHubError("reading GITHUB_API_URL: it is no address", "leave it to the runner")
        if not REPOSITORY.fullmatch(name):
            raise GitHubError("reading GITHUB_REPOSITORY: it is not OWNER/NAME", "leave it to the runner")
        if not token:
            raise GitHubError("there is no GITHUB_TOKEN", "pass one to the action: token")
        return cls(api.rstrip("/"), name, token)

    def all(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Give the objects of a list, page after page (100 each); raises :class:`GitHubError`."""
        for page in range(1, _MOST_PAGES + 1):
            found = self._call("GET", path, query={**query, "per_page": "100", "page": str(page)})
            if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
                raise GitHubError(f"reading {path} of GitHub: its answer is not understood")
            yield from found
            if len(found) < 100:
                return
        raise GitHubError(f"reading {path} of GitHub: more than {_MOST_PAGES} pages")

    def login(self) -> str | None:
        """Tell whose token it is; None for a token of an app, such as the runner's own, which has no user."""
        try:
            found = self._call("GET", "/user", whole=True)
        except GitHubError:
            return None
        return found.get("login") if isinstance(found, dict) else None

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Create something; raises :class:`GitHubError`."""
        return self._call("POST", path, body=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something; raises :class:`GitHubError`."""
        return self._call("PATCH", path, body=body)

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        whole: bool = False,
    ) -> Any:
        import urllib3

        address = f"{self.api}{path}" if whole else f"{self.api}/repos/{self.name}{path}"
        if query:
            address = f"{address}?{urlencode(query)}"
        what = f"{method} {path} of GitHub"
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": VERSION,
            "User-Agent": f"tfdrift-gate/{__version__}",
        }
        # NOTE: a rate limit (403 or 429) asks for a minute and more; a comment is not worth that of a runner's time.
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        tries = urllib3.Retry(
            total=2,
            backoff_factor=0.5,
            status_forcelist=(500, 502, 503, 504),
            allowed_methods=("GET", "PATCH"),
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        try:
            with _pool(address) as pool:
                for _ in range(_MOST_REDIRECTS + 1):
                    answer = pool.request(
                        method,
                        address,
                        headers={**headers, **({"Content-Type": "application/json"} if body is not None else {})},
                        **({"body": json.dumps(body).encode()} if body is not None else {}),
                        timeout=urllib3.Timeout(total=_TIMEOUT),
                        retries=tries,
                        redirect=False,
                    )
                    status, text = answer.status, answer.data
                    moved = _moved(address, answer.headers.get("Location")) if status in _MOVED else None
                    if moved is None:
                        break
                    address = moved
        except urllib3.exceptions.HTTPError as error:
            raise GitHubError(f"{what}: {type(error).__name__}", "check the network of the runner") from None
        if not 200 <= status < 300:
            raise GitHubError(f"{what}: HTTP {status}", _advice(status), status)
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError):
            raise GitHubError(f"{what}: its answer is not JSON", _advice(status)) from None


_MOVED = (301, 302, 307, 308)
"""The same request is to be made at another address: a repository that was renamed or transferred.
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects"""


def _moved(address: str, location: str | None) -> str | None:
    """Give the address that a redirect names, its query included; None on another host, which gets no token."""
    old, new = urlsplit(address), urlsplit(urljoin(address, location or ""))
    if not location or (old.scheme, old.netloc) != (new.scheme, new.netloc):
        return None
    return new._replace(query=new.query or old.query, fragment="").geturl()


def _pool(address: str) -> Any:
    from urllib.parse import unquote
    from urllib.request import getproxies, proxy_bypass

    import urllib3

    host, scheme = urlsplit(address).hostname or "", urlsplit(address).scheme
    proxy = getproxies().get(scheme)
    if not proxy or proxy_bypass(host):
        return urllib3.PoolManager()
    user = urlsplit(proxy).netloc.rpartition("@")[0]
    known = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
    return urllib3.ProxyManager(proxy, proxy_headers=known)


def _advice(status: int) -> str:
    if status in (401, 403, 404):
        return "the job needs permissions: pull-requests: write (issues: write for an issue), and its token"
    if status == 429:
        return "GitHub's rate limit: the next run tries again"
    return "the next run tries again"

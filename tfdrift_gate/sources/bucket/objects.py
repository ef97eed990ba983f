"""One bucket of S3: listed and fetched until a deadline, each error saying what was being read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from tfdrift_gate.aws import Credentials, client, error_code, explain, is_passing
from tfdrift_gate.errors import EventSourceError

SIDE_BY_SIDE = 16
"""How many objects are fetched at once: S3 answers each in some tens of milliseconds, whatever else is asked."""
ATTEMPTS = 4
LIST, GET = "s3:ListBucket on the bucket", "s3:GetObject on the objects, and kms:Decrypt where they are encrypted"


class Bucket:
    """The objects of one bucket; ``api_calls`` counts what was asked. Safe to share between threads."""

    def __init__(
        self,
        name: str,
        credentials: Credentials,
        region: str | None,
        deadline: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare to read for ``deadline`` seconds from now; raises :class:`EventSourceError`."""
        self.name = name
        self.api_calls = 0
        self._lock = threading.Lock()
        self._clock = clock
        self._deadline = deadline
        self._end = clock() + deadline
        self._s3 = self._asked(
            f"s3://{name}",
            "sts:AssumeRole",
            lambda: client("s3", region, credentials, max_pool_connections=SIDE_BY_SIDE),
        )

    def folders(self, prefix: str) -> list[str]:
        """List the names of the folders right below a prefix that ends in ``/`` (or is empty)."""
        return [
            found["Prefix"][len(prefix) :].rstrip("/")
            for page in self._pages(prefix, Delimiter="/")
            for found in page.get("CommonPrefixes") or ()
        ]

    def keys(self, prefix: str) -> list[str]:
        """List every key below a prefix, in S3's own order."""
        return [found["Key"] for page in self._pages(prefix) for found in page.get("Contents") or ()]

    def keys_exist(self, prefix: str) -> bool:
        """Tell whether there is any key below a prefix."""
        return bool(next(self._pages(prefix, MaxKeys=1)).get("Contents"))

    def fetch(self, key: str) -> bytes:
        """Give an object's bytes."""
        return self.fetch_with_metadata(key)[0]

    def fetch_with_metadata(self, key: str) -> tuple[bytes, dict[str, str]]:
        """Give an object's bytes and its own metadata."""

        def whole() -> tuple[bytes, dict[str, str]]:
            answer = self._s3.get_object(Bucket=self.name, Key=key)
            return answer["Body"].read(), dict(answer.get("Metadata") or {})

        found: tuple[bytes, dict[str, str]] = self._asked(f"s3://{self.name}/{key}", GET, whole)
        return found

    def _pages(self, prefix: str, **options: Any) -> Iterator[dict[str, Any]]:
        request = {"Bucket": self.name, "Prefix": prefix, **options}
        seen: set[str] = set()
        while True:
            what = f"s3://{self.name}/{prefix}"
            page = self._asked(what, LIST, lambda: self._s3.list_objects_v2(**request))
            yield page
            token = page.get("NextContinuationToken")
            if not page.get("IsTruncated"):
                return
            if not token or token in seen:
                raise EventSourceError(f"reading {what}: the same page of the listing was given twice", "run again")
            seen.add(token)
            request["ContinuationToken"] = token

    def _asked(self, what: str, permission: str, ask: Callable[[], Any]) -> Any:
        """Ask until there is an answer; raises :class:`EventSourceError` where there will be none."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
        from urllib3.exceptions import HTTPError

        failed = 0
        while True:
            if self._clock() > self._end:
                raise EventSourceError(
                    f"reading {what}: not read whole within {self._deadline:g} s",
                    "raise --deadline, shorten --since, or name fewer regions",
                )
            with self._lock:
                self.api_calls += 1
            try:
                return ask()
            except (BotoCoreError, ClientError, ResponseParserError, HTTPError) as met:
                failed += 1
                if failed < ATTEMPTS and (isinstance(met, HTTPError) or is_passing(met)):
                    time.sleep(min(0.1 * 2**failed, max(0.0, self._end - self._clock())))
                    continue
                raise _explained(what, met, permission, failed) from met


def _explained(what: str, met: Exception, permission: str, failed: int) -> EventSourceError:
    tries = f" (tried {failed} times)" if failed > 1 else ""
    if error_code(met) == "NoSuchBucket":
        return EventSourceError(f"reading {what}: there is no such bucket", "check the name given to --events")
    if error_code(met) in ("NoSuchKey", "404"):
        return EventSourceError(
            f"reading {what}: it was listed, and is gone",
            "run again; a lifecycle rule, or a person, deletes log files that the window still needs",
        )
    message, hint = explain(met, permission)
    return EventSourceError(f"reading {what}: {message}{tries}", hint)

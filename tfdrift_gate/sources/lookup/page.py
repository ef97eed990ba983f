"""One page of LookupEvents, asked for until it comes or will not come."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.aws import JsonService, error_code, explain, is_bad_credentials, is_passing, is_throttled
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources.lookup.caller import Caller
from tfdrift_gate.sources.lookup.pace import Pace, PastDeadline

ATTEMPTS = 5
"""How often one page is asked for when the connection or the service fails; throttling counts apart."""
PERMISSION = "cloudtrail:LookupEvents"
MORE_TIME = "raise --deadline, shorten --since, or read the trail's files instead (--events)"
_LONGEST_WAIT = 8.0


class TokenRefused(Exception):
    """The service no longer knows the token that it gave out: the look-up begins anew where it got to."""


@dataclass
class History:
    """Event history of one account and region, asked one page at a time."""

    caller: Caller
    region: str
    what: str
    """How messages name it."""
    pace: Pace
    deadline: float
    """The seconds allowed, for messages."""
    end: float
    """When they are over, on the pace's clock."""
    requests: int = 0
    """How many were sent."""
    pages: int = 0
    """How many came."""
    _service: JsonService | None = None
    _renewed: bool = False

    def page(self, request: Mapping[str, Any], number: int) -> dict[str, Any]:
        """Give one page; raises :class:`EventSourceError` where it does not come, and :class:`TokenRefused`."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        what = f"{self.what}, page {number}"
        failed = throttled = 0
        wait = 0.0
        cause, advice = "too many events for the time allowed", MORE_TIME
        while True:
            try:
                # First, as the role may be what has to be waited for.
                turn = self.pace.wait(self.end, wait)
                service = self._service = self._service or self.caller.service(self.region)
                self.requests += 1
                page = service.call("LookupEvents", request)
                self.pace.passed(turn)
                # NOTE: of an answer that was cut off botocore makes an empty one, which looks like a last page.
                if isinstance(page.get("Events"), list):
                    return page
                failed, wait, cause = failed + 1, 0.5, "the answer was cut off"
                if failed >= ATTEMPTS:
                    raise EventSourceError(
                        f"reading {what}: {cause} (tried {failed} times)", "check the network, and run again"
                    )
            except PastDeadline:
                raise EventSourceError(
                    f"reading {what}: not read whole within {self.deadline:g} s: {cause}", advice
                ) from None
            except (BotoCoreError, ClientError, ResponseParserError) as met:
                if error_code(met).startswith("InvalidNextToken") and "NextToken" in request:
                    raise TokenRefused from met
                if is_bad_credentials(met) and self._renew():
                    continue
                cause, advice = explain(met, PERMISSION if self._service else "sts:AssumeRole")
                if is_throttled(met):
                    self.pace.throttled()
                    throttled += 1
                else:
                    failed += 1
                if not is_passing(met) or failed >= ATTEMPTS:
                    tries = f" (tried {failed} times)" if failed > 1 else ""
                    raise EventSourceError(f"reading {what}: {cause}{tries}", advice) from met
                advice = MORE_TIME if is_throttled(met) else advice
                # Full jitter, so that gates started together do not come back together.
                longest = min(_LONGEST_WAIT, 0.5 * 2 ** min(failed + throttled, 16))
                wait = random.uniform(0.25, longest)  # noqa: S311 - no secret

    def _renew(self) -> bool:
        """Take new credentials once, where those in use have served before: a session that ended in mid-read."""
        if self._renewed or self.requests <= 1 or self._service is None:
            return False
        self._renewed, self._service = True, None
        self.caller.renew()
        return True

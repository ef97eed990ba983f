"""Asks Lambda: the only place that calls it. Reads only, one at a time, all within one deadline.

Lambda's own limits on such calls are 15 a second for each account and region, GetFunction 100:
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (API requests)
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tfdrift_gate.aws import Credentials, client, error_code, explain, is_bad_credentials, is_passing
from tfdrift_gate.errors import GateError
from tfdrift_gate.live.answer import Answer, received
from tfdrift_gate.live.choose import Ask
from tfdrift_gate.model import Coverage, ResourceKey

ATTEMPTS = 4
"""How often one thing is asked for while the service throttles or fails."""

_CODE = re.compile(r"[A-Za-z0-9.]{1,80}")
_Request = tuple[str, str, tuple[tuple[str, str | int], ...]]


@dataclass(frozen=True)
class Asked:
    """What came of all reads: an answer for each resource, and how many calls each region took."""

    answers: Mapping[ResourceKey, Answer]
    calls: Mapping[str, int]
    account: str | None
    """Whose credentials they were; None where that could not be asked."""

    def coverage(self, now: datetime) -> tuple[Coverage, ...]:
        """Say of each region what was asked and what could not be read."""
        return tuple(self._of_region(region, calls, now) for region, calls in sorted(self.calls.items()))

    def _of_region(self, region: str, calls: int, now: datetime) -> Coverage:
        answers = [answer for key, answer in self.answers.items() if key.region == region]
        problems = sorted({answer.problem for answer in answers if answer.problem})
        unread = sum(1 for answer in answers if answer.problem)
        note = f"asked whether findings still stand: {len(answers)} resource{'' if len(answers) == 1 else 's'}"
        if unread:
            note += f", {unread} of them could not be read: {'; '.join(problems)}"
        return Coverage("lambda:", self.account, region, now, now, not unread, 0, calls, note)


@dataclass
class Lambda:
    """Lambda in any region, asked with one set of credentials; no call begins after the deadline."""

    credentials: Credentials
    deadline: float
    """Seconds, for all reads together."""
    progress: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    end: float | None = None
    """When the deadline is over, on the clock, where others use it up too."""
    _end: float = 0.0
    _clients: dict[str, Any] = field(default_factory=dict)
    _broken: dict[str, str] = field(default_factory=dict)
    """By region: why nothing more is asked there."""
    _calls: dict[str, int] = field(default_factory=dict)

    def ask(self, asks: Iterable[Ask]) -> Asked:
        """Make every read, alike ones once. Never raises: what cannot be read has an answer that says why."""
        asks = list(asks)
        self._end = self.clock() + self.deadline if self.end is None else self.end
        account = self._account(asks[0].key.region) if asks else None
        seen: dict[_Request, Answer] = {}
        answers: dict[ResourceKey, Answer] = {}
        for number, one in enumerate(asks):
            self.progress(f"asking Lambda: {number} of {len(asks)} resources")
            self._calls.setdefault(one.key.region, 0)
            if account is not None and account != one.key.account:
                text = f"the credentials are of account {account}, and this is a resource of {one.key.account}"
                answers[one.key] = Answer(problem=text)
                continue
            request = (one.key.region, one.read.call, one.request)
            if request not in seen:
                seen[request] = self._read(one)
            answers[one.key] = self._trusted(seen[request], one, account)
        return Asked(answers, dict(self._calls), account)

    def _trusted(self, answer: Answer, one: Ask, account: str | None) -> Answer:
        """Not finding something says nothing while nobody knows in which account it was looked for."""
        if answer.absent and account is None and not one.read.names_an_arn:
            return Answer(problem="not found, but which account was asked is not known (sts:GetCallerIdentity)")
        return answer

    def _read(self, one: Ask) -> Answer:
        region = one.key.region
        wait = 0.0
        for attempt in range(1, ATTEMPTS + 1):
            if region in self._broken:
                return Answer(problem=self._broken[region])
            if self.clock() + wait >= self._end:
                return Answer(problem=f"not asked within {self.deadline:g} s (--deadline)")
            if wait:
                self.sleep(wait)
            answer, error = self._call(one)
            if error is not None and _concerns_all(error):
                self._broken[region] = answer.problem
            if attempt == ATTEMPTS or not (answer.problem and (error is None or is_passing(error))):
                return answer
            # Full jitter, so that gates started together do not come back together.
            wait = random.uniform(0.1, 0.25 * 2**attempt)  # noqa: S311 - no secret
        raise AssertionError("the last attempt returns")

    def _call(self, one: Ask) -> tuple[Answer, Exception | None]:
        """Ask once; gives the answer and the error it was made of."""
        region, call = one.key.region, one.read.call
        bodies: list[bytes] = []
        try:
            lambda_ = self._client(region)
        except Exception as error:
            self._broken[region] = _reason(error, "sts:AssumeRole")
            return Answer(problem=self._broken[region]), error
        try:
            operation = getattr(lambda_, _snake(call), None)
            if operation is None:
                return Answer(
                    problem=f"this boto3 does not know {call}: pip install --upgrade boto3"
                ), NotImplementedError()
            # NOTE: of an answer that was cut off botocore makes an empty one, and it drops members it does not know;
            # so the text itself is read.
            keep = _keeper(bodies)
            lambda_.meta.events.register("response-received.lambda", keep)
            try:
                self._calls[region] += 1
                operation(**dict(one.request))
            finally:
                lambda_.meta.events.unregister("response-received.lambda", keep)
        except Exception as error:  # whatever it is, the finding stays and says so
            absent = error_code(error) in one.read.absent
            return Answer(absent=absent, problem="" if absent else _reason(error, f"lambda:{call}")), error
        return received(bodies[-1]) if bodies else Answer(problem="the answer has no body"), None

    def _client(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = client(
                "lambda", region, self.credentials, connect_timeout=3, read_timeout=min(10.0, max(1.0, self.deadline))
            )
        return self._clients[region]

    def _account(self, region: str) -> str | None:
        try:
            sts = client("sts", region, self.credentials, connect_timeout=3, read_timeout=5)
            return str(sts.get_caller_identity()["Account"])
        except Exception:
            # Whoever may read Lambda need not reach STS: then the account is just not known.
            return None


def ask_accounts(
    asks: Iterable[Ask],
    credentials_for: Callable[[str], Credentials],
    deadline: float,
    progress: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Asked, ...]:
    """Ask about resources of several accounts, with the credentials for each, all within one deadline."""
    end = clock() + deadline
    by: dict[Credentials, list[Ask]] = {}
    for one in asks:
        by.setdefault(credentials_for(one.key.account), []).append(one)
    return tuple(Lambda(whose, deadline, progress, clock, end=end).ask(some) for whose, some in by.items())


def _keeper(bodies: list[bytes]) -> Callable[..., None]:
    def keep(response_dict: Any = None, **_: Any) -> None:
        if isinstance(response_dict, dict) and isinstance(response_dict.get("body"), bytes):
            bodies.append(response_dict["body"])

    return keep


def _concerns_all(error: Exception) -> bool:
    """Tell whether what was met would be met by every further read in the region."""
    from botocore import exceptions

    met = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.EndpointConnectionError)
    return isinstance(error, met) or is_bad_credentials(error)


def _reason(error: Exception, permission: str) -> str:
    """Say in few words why a read failed.

    Of an unknown error only the name: its text may quote what was being read.
    """
    if isinstance(error, GateError):
        return error.message
    from botocore import exceptions

    message, hint = explain(error, permission)
    if isinstance(error, exceptions.ClientError):
        if message.startswith("no permission"):
            return f"{message}; {hint}"
        code = error_code(error)
        known = message.startswith(("throttled", "the AWS credentials are not accepted"))
        return message if known else f"the answer was {code if _CODE.fullmatch(code) else 'an error'}"
    told = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.EndpointConnectionError,
    )
    return message if isinstance(error, told) else f"the call failed ({type(error).__name__})"


def _snake(call: str) -> str:
    """Write an API's name as boto3 calls it: ``get_function``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", call).lower()

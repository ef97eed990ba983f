"""With whose credentials event history is read, and whose account that is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from tfdrift_gate.arn import account_of
from tfdrift_gate.aws import Credentials, JsonService, assume, client


@dataclass
class Caller:
    """One set of credentials, shared by all regions: a role is assumed once, and whose they are is asked once."""

    credentials: Credentials
    _assumed: Credentials | None = None
    _account: str | None = None
    _asked: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def role_account(self) -> str | None:
        """The account of the role to assume, which its ARN tells; None without a role."""
        return account_of(self.credentials.assume_role or "")

    def service(self, region: str) -> JsonService:
        """Prepare CloudTrail in a region; raises botocore's errors."""
        return JsonService("cloudtrail", region, self._with_keys(region))

    def renew(self) -> None:
        """Assume the role anew at the next request."""
        with self._lock:
            self._assumed = None

    def account(self, region: str) -> str | None:
        """Tell whose account it is: an empty history of the wrong account looks exactly like a clean one.

        GetCallerIdentity needs no permission, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
        """
        if self.role_account:
            return self.role_account
        credentials = self.credentials
        with self._lock:
            if not self._asked:
                self._asked = True
                self._account = _identity(credentials, region)
            return self._account

    def _with_keys(self, region: str) -> Credentials:
        with self._lock:
            self._assumed = self._assumed or assume(self.credentials, region)
            return self._assumed


def _identity(credentials: Credentials, region: str) -> str | None:
    try:
        sts = client("sts", region, credentials, connect_timeout=3, read_timeout=5)
        return str(sts.get_caller_identity()["Account"])
    except Exception:
        # Whoever may read event history need not reach STS: then the account is just not known.
        return None

"""With whose credentials event history is read, and whose account that is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tfdrift_gate.arn import account_of
from tfdrift_gate.aws import Credentials, JsonService, access_key_of, assume, caller_account

if TYPE_CHECKING:
    from tfdrift_gate.sources.event_cache import EventCache


@dataclass
class Caller:
    """One set of credentials, shared by all regions: whose they are is asked once."""

    credentials: Credentials
    _assumed: Credentials | None = None
    _assuming: threading.Lock = field(default_factory=threading.Lock)
    _account: str | None = None
    _asked: bool = False
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def role_account(self) -> str | None:
        """The account of the role to assume, which its ARN tells; None without a role."""
        return account_of(self.credentials.assume_role or "")

    def service(self, region: str) -> JsonService:
        """Prepare CloudTrail in a region; the role is assumed once for all. Raises botocore's errors."""
        with self._assuming:
            self._assumed = self._assumed or assume(self.credentials, region)
            assumed = self._assumed
        return JsonService("cloudtrail", region, assumed)

    def renew(self) -> None:
        """Have the role assumed anew for the next service."""
        with self._assuming:
            self._assumed = None

    def account(self, region: str, cache: EventCache | None = None, endpoint: str = "") -> str | None:
        """Tell whose account it is: an empty history of the wrong account looks exactly like a clean one.

        STS is asked, unless the role or ``cache`` tells; None where it cannot be. It takes no permission,
        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        """
        if self.role_account:
            return self.role_account
        with self._asking:
            if not self._asked:
                self._asked = True
                self._account = self._find(region, cache, endpoint)
            return self._account

    def _find(self, region: str, cache: EventCache | None, endpoint: str) -> str | None:
        key = access_key_of(self.credentials.profile) if cache and not self.credentials.assume_role else None
        if cache and key and (known := cache.account_of(endpoint, key)):
            return known
        try:
            account = caller_account(self.credentials, region)
        except Exception:
            # Whoever may read event history need not reach STS: then the account is just not known.
            return None
        if cache and key:
            cache.keep_account(endpoint, key, account)
        return account

"""One signed request at a time, by the parts of botocore that sign and send; its clients are not loaded."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tfdrift_gate import __version__
from tfdrift_gate.aws.credentials import Keys, find
from tfdrift_gate.aws.endpoint import plain_endpoint, trusted_certificates

_ERROR = 301
"""botocore takes every status from here on for an error."""


class Answer(NamedTuple):
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Their names are looked up in any case."""
    body: bytes


class SignedPost:
    """Posts to one service in one region: botocore's signature, connection, proxies and trust."""

    def __init__(
        self,
        url: str,
        service: str,
        region: str,
        keys: Callable[[], Any],
        certificates: str | bool,
        timeouts: tuple[float, float],
    ) -> None:
        """Prepare requests to ``url``.

        ``keys`` gives those to sign with, now; ``timeouts`` are the seconds for connecting and for each read.
        """
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        self._url = f"{url}/"
        self._service = service
        self._region = region
        self._keys = keys
        self._http = URLLib3Session(
            verify=certificates,
            proxies=get_environ_proxies(self._url),
            timeout=timeouts,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    def send(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send ``body`` once; raises botocore's errors, for an answer that was cut off too (botocore would take it)."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import IncompleteReadError

        request = AWSRequest("POST", self._url, {**headers, "User-Agent": _user_agent()}, body)
        SigV4Auth(self._keys(), self._service, self._region).add_auth(request)
        answer = self._http.send(request.prepare())
        promised, read = answer.headers.get("Content-Length", ""), len(answer.content)
        # Cut off among its headers an answer has no body and promises none: whoever means nothing says 0.
        ends_early = promised.isdigit() and read != int(promised)
        if ends_early or (not read and promised != "0" and answer.status_code < _ERROR):
            raise IncompleteReadError(actual_bytes=read, expected_bytes=promised or "more")
        return Answer(answer.status_code, answer.headers, answer.content)


def plain_post(
    service: str, region: str, profile: str | None, keys: Keys | None = None, timeouts: tuple[float, float] = (5, 20)
) -> SignedPost | None:
    """Prepare requests where the endpoint is a plain one; None where only botocore's client knows what to do.

    ``keys`` are used instead of those that ``profile`` leads to. Raises botocore's errors.
    """
    try:
        from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as variables
    except ImportError:  # a later botocore may have its settings elsewhere
        return None
    found = find(profile)
    url = plain_endpoint(service, region, os.environ, found.profile, variables)
    certificates = trusted_certificates(os.environ, found.profile)
    if url is None or not certificates:
        return None
    return SignedPost(url, service, region, (lambda: keys) if keys else found.keys, certificates, timeouts)


def raise_error(answer: Answer, protocol: str, operation: str) -> None:
    """Raise botocore's ClientError, read out of an answer as its client reads it; nothing where there is none.

    ``protocol`` is botocore's name: ``json`` or ``query``.
    """
    if answer.status < _ERROR:
        return
    from botocore.exceptions import ClientError
    from botocore.parsers import create_parser

    response: dict[str, Any] = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    raise ClientError(create_parser(protocol).parse(response, None), operation)


def _user_agent() -> str:
    from botocore import __version__ as botocore_version

    return f"tfdrift-gate/{__version__} Botocore/{botocore_version}"

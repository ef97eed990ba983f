"""The local AWS as a server: moto, with a Lambda and a CloudTrail in front of it, on one port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any
from unittest.mock import patch

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.iam.models import IAMBackend
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from tests.local_aws.admin import Admin
from tests.local_aws.athena import AthenaStandIn
from tests.local_aws.front import CloudTrailFront
from tests.local_aws.lake import LakeStandIn
from tests.local_aws.moto_iam import attach_role_policy
from tests.local_aws.snapshot import Written, moto_services, moto_state, set_moto_state

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Snapshot:
    """All that a local AWS holds, at one moment: resources, people, records, time. Settings are not part of it."""

    services: list[Any]
    """moto's services that hold something."""
    written: Written


class LocalAws:
    """A local AWS for tests: a server in a thread of its own, empty at start.

    ``port`` 0 takes any free one. moto keeps its state in globals, so a process runs one local AWS at a time:
    :meth:`start` of a second one raises RuntimeError. Started again it listens where it did, and is empty again.
    """

    _running = threading.Lock()

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._front = CloudTrailFront(DomainDispatcherApplication(create_backend_app))
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._patches = ExitStack()

    @property
    def endpoint_url(self) -> str:
        """Where it listens: ``http://127.0.0.1:54321``. Raises RuntimeError while it is not running."""
        if self._server is None:
            raise RuntimeError("the local AWS is not running")
        return f"http://{_HOST}:{self._server.server_port}"

    def start(self) -> None:
        """Begin to listen. Raises OSError when the port is taken."""
        if not self._running.acquire(blocking=False):
            raise RuntimeError("another local AWS runs in this process")
        try:
            # A function's role can't have AWSLambdaBasicExecutionRole unless every policy of AWS's is loaded.
            self._patches.enter_context(patch.object(IAMBackend, "attach_role_policy", attach_role_policy))
            self._patches.enter_context(self._front.clock.moto_follows())
            self.reset()
            application = Admin(self, self._front)
            self._server = make_server(_HOST, self._port, application, threaded=True, request_handler=_QuietHandler)
        except BaseException:
            self._patches.close()
            self._running.release()
            raise
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and give moto back as it was; nothing to do when it is not running."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
        _forget_moto_state()
        self._patches.close()
        self._running.release()

    def __enter__(self) -> LocalAws:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def reset(self) -> None:
        """Start over: no resources, no people, no records, no settings, this machine's time."""
        _forget_moto_state()
        self._front.clear()

    def snapshot(self) -> Snapshot:
        """Write down all that is held, for :meth:`restore`."""
        with self._front.lambda_lock:
            services = moto_services()
            held = (
                moto_state(services),
                self._front.lambda_service.regions,
                self._front.trail.entries(),
                self._front.clock.position(),
            )
            return Snapshot(services, Written(held))

    def restore(self, snapshot: Snapshot) -> None:
        """Hold what a snapshot holds and nothing else, any number of times; its time too."""
        with self._front.lambda_lock:
            moto, self._front.lambda_service.regions, entries, position = snapshot.written.read()
            set_moto_state(snapshot.services, moto)
            self._front.trail.set_entries(entries)
            self._front.clock.set_position(position)
            self._front.forget_tokens()

    def now(self) -> datetime:
        """Tell the local AWS's time, UTC."""
        return self._front.clock.now()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; see :mod:`tests.local_aws.clock` for what follows.

        A gate that runs in a process of its own looks up to this machine's present: for it to see what is to
        come, go back first, by a negative number.
        """
        self._front.clock.advance(seconds)

    def hold_clock(self) -> None:
        """Stop the time at the start of the next second: calls fall into one second until :meth:`advance`."""
        self._front.clock.hold()

    def release_clock(self) -> None:
        """Let the time run on from where it was held."""
        self._front.clock.release()

    def set_delivery_delay(self, seconds: float) -> None:
        """Make LookupEvents show each record only ``seconds`` after its ``eventTime``."""
        self._front.delivery_delay = timedelta(seconds=seconds)

    def set_public_keys(self, keys: list[dict[str, str]]) -> None:
        """Let ListPublicKeys answer these: ``{"Fingerprint", "Value"}``, the value in base64."""
        self._front.public_keys = keys

    def set_faults(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Plan what goes wrong with the next requests, see :meth:`faults.Faults.plan`."""
        self._front.faults.plan(faults)

    def faults_met(self) -> dict[str, int]:
        """Count the requests that met a fault since :meth:`set_faults`, by kind."""
        return dict(self._front.faults.met)

    @property
    def athena(self) -> AthenaStandIn:
        """The stand-in for Athena, with what it is to do and what it was asked."""
        return self._front.athena

    @property
    def lake(self) -> LakeStandIn:
        """The stand-in for CloudTrail Lake, with what it is to do and what it was asked."""
        return self._front.lake

    def set_rate_limit(self, requests: int) -> None:
        """Let LookupEvents answer so many requests a second, per account and region, until :meth:`reset`."""
        self._front.set_rate_limit(requests)

    def set_denied(self, operations: Iterable[str]) -> None:
        """Let nobody call these Lambda operations (``TagResource``) and everybody all others."""
        self._front.denied = frozenset(operations)

    def records(self) -> list[Any]:
        """Return every record in the trail, delivered or not, oldest first."""
        return self._front.trail.records()

    def append_records(self, records: Iterable[Any]) -> None:
        """Plant records in the trail; a text is handed out as ``CloudTrailEvent`` as it stands."""
        self._front.trail.append(records)

    def requests(self) -> dict[str, int]:
        """Count the requests so far by service and operation: ``{"cloudtrail.LookupEvents": 7}``."""
        return dict(self._front.requests)


class _QuietHandler(MotoRequestHandler):
    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without ``Date``: an answer may have one of its own, and two say nothing."""
        self.send_response_only(code, message)

    def end_headers(self) -> None:
        """Say the date where the answer does not."""
        if not any(line.lower().startswith(b"date:") for line in self._headers_buffer):
            self.send_header("Date", self.date_time_string())
        super().end_headers()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing: a test's output is its own."""


def _forget_moto_state() -> None:
    BackendDict.reset()
    reset_model_data()

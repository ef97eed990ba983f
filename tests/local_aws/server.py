"""The local AWS as a server: moto, mended, with a CloudTrail in front of it, on one port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any
from unittest.mock import patch

from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.model_instances import reset_model_data
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from tests.local_aws.admin import Admin
from tests.local_aws.front import CloudTrailFront
from tests.local_aws.moto_lambda import mended

_HOST = "127.0.0.1"

# Without Docker an invocation succeeds and runs nothing.
_MOTO_SETTINGS = {"lambda": {"use_docker": False}}


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
            self._patches.enter_context(patch.dict(default_user_config, _MOTO_SETTINGS))
            self._patches.enter_context(mended())
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
        """Start over: no resources, no people, no records, no settings."""
        _forget_moto_state()
        self._front.clear()

    def set_delivery_delay(self, seconds: float) -> None:
        """Make LookupEvents show each record only ``seconds`` after its ``eventTime``."""
        self._front.delivery_delay = timedelta(seconds=seconds)

    def set_faults(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Plan what goes wrong with the next LookupEvents requests, see :meth:`faults.Faults.plan`."""
        self._front.faults.plan(faults)

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
    def log(self, type: str, message: str, *args: Any) -> None:
        """Print nothing: a test's output is its own."""


def _forget_moto_state() -> None:
    BackendDict.reset()
    reset_model_data()

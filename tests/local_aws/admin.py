"""The settings of the local AWS over HTTP, under ``/_local_aws/``, in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from tests.local_aws.server import LocalAws

PREFIX = "/_local_aws/"


class Admin:
    """A WSGI application that answers :data:`PREFIX` itself and hands everything else on.

    ================= =====================================================================================
    ``GET records``   every record, ``{"Records": […]}``, oldest first
    ``POST records``  appends ``{"Records": […]}``
    ``GET requests``  ``{"lambda.CreateFunction": 1, "cloudtrail.LookupEvents": 7, …}``
    ``POST settings`` ``{"delivery_delay": seconds, "faults": [{"kind", …}], "denied": [operation]}``, any; a fault's
                      settings: :meth:`faults.Faults.plan`
    ``POST reset``    as :meth:`LocalAws.reset`
    ``GET clock``     ``{"now": ISO 8601}``
    ``POST clock``    ``{"hold": true|false, "advance": seconds}``, either or both, in this order; answers as GET
    ``POST snapshot`` as :meth:`LocalAws.snapshot`; answers ``{"snapshot": id}``
    ``POST restore``  ``{"snapshot": id}``: as :meth:`LocalAws.restore`
    ================= =====================================================================================

    A body it can't read is answered with HTTP 400 and ``{"error": text}``.
    """

    def __init__(self, aws: LocalAws, application: Any) -> None:
        self._aws = aws
        self._application = application
        self._snapshots: list[Any] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self._application(environ, start_response)
        try:
            answer = _json(self._answer(Request(environ), path.removeprefix(PREFIX)))
        except HTTPException as error:
            answer = _json({"error": error.description}, error.code or 500)
        except (KeyError, TypeError, ValueError) as error:
            answer = _json({"error": str(error)}, 400)
        return answer(environ, start_response)

    def _answer(self, request: Request, name: str) -> Any:
        reads = {"records": self._records, "requests": self._aws.requests, "clock": self._clock}
        writes = {
            "records": self._append,
            "settings": self._configure,
            "reset": lambda body: self._aws.reset(),
            "clock": self._set_clock,
            "snapshot": self._snapshot,
            "restore": self._restore,
        }
        if name not in reads.keys() | writes.keys():
            raise NotFound
        if request.method == "GET" and name in reads:
            return reads[name]()
        if request.method != "POST" or name not in writes:
            raise MethodNotAllowed
        return writes[name](request.get_json(force=True) if request.get_data() else {}) or {}

    def _records(self) -> Any:
        return {"Records": self._aws.records()}

    def _append(self, body: dict[str, Any]) -> None:
        self._aws.append_records(body["Records"])

    def _clock(self) -> dict[str, str]:
        return {"now": self._aws.now().isoformat()}

    def _set_clock(self, body: dict[str, Any]) -> dict[str, str]:
        _refuse_unknown(body, {"hold", "advance"})
        if "hold" in body:
            (self._aws.hold_clock if body["hold"] else self._aws.release_clock)()
        self._aws.advance(body.get("advance", 0))
        return self._clock()

    def _snapshot(self, body: dict[str, Any]) -> dict[str, int]:
        self._snapshots.append(self._aws.snapshot())
        return {"snapshot": len(self._snapshots) - 1}

    def _restore(self, body: dict[str, Any]) -> None:
        number = body["snapshot"]
        if number not in range(len(self._snapshots)):
            raise ValueError(f"no such snapshot: {number!r}")
        self._aws.restore(self._snapshots[number])

    def _configure(self, settings: dict[str, Any]) -> None:
        _refuse_unknown(settings, {"delivery_delay", "faults", "denied"})
        if "faults" in settings:
            self._aws.set_faults(settings["faults"])
        if "denied" in settings:
            self._aws.set_denied(settings["denied"])
        if "delivery_delay" in settings:
            self._aws.set_delivery_delay(settings["delivery_delay"])


def _refuse_unknown(body: dict[str, Any], known: set[str]) -> None:
    if unknown := set(body) - known:
        raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")

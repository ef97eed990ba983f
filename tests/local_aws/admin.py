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
    ``POST settings`` ``{"delivery_delay": seconds, "faults": [{"kind", "times"}, …]}``, either or both
    ``POST reset``    as :meth:`LocalAws.reset`
    ================= =====================================================================================

    A body it can't read is answered with HTTP 400 and ``{"error": text}``.
    """

    def __init__(self, aws: LocalAws, application: Any) -> None:
        self._aws = aws
        self._application = application

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
        if request.method == "GET" and name == "records":
            return {"Records": self._aws.records()}
        if request.method == "GET" and name == "requests":
            return self._aws.requests()
        if name not in ("records", "requests", "settings", "reset"):
            raise NotFound
        if request.method != "POST" or name == "requests":
            raise MethodNotAllowed
        if name == "records":
            self._aws.append_records(request.get_json(force=True)["Records"])
        elif name == "settings":
            self._configure(request.get_json(force=True))
        else:
            self._aws.reset()
        return {}

    def _configure(self, settings: dict[str, Any]) -> None:
        unknown = set(settings) - {"delivery_delay", "faults"}
        if unknown:
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
        if "faults" in settings:
            self._aws.set_faults(settings["faults"])
        if "delivery_delay" in settings:
            self._aws.set_delivery_delay(settings["delivery_delay"])


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")

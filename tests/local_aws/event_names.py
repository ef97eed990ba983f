"""The names that CloudTrail records for Lambda's operations.

Operations first published under the API dates 2015-03-31 to 2018-10-31 are recorded with that date, some
with a revision; operations of 2019 and later are recorded under their public name. AWS: the name "might
include date and version information, but it is still referring to the same public API action",
https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
"""

from __future__ import annotations

_LAST_DATED = "2018-10-31"

_SECOND_REVISION = frozenset(
    {
        "AddPermission",
        "GetFunction",
        "GetFunctionConfiguration",
        "GetPolicy",
        "RemovePermission",
        "TagResource",
        "UntagResource",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    }
)

_DATA_EVENTS = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})


def is_management_event(api: str) -> bool:
    """Tell whether calls of the operation ``api`` are management events, the only ones LookupEvents returns.

    Invocations are data events: https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
    """
    return api not in _DATA_EVENTS


def is_read_only(api: str) -> bool:
    """Tell whether the operation ``api`` changes nothing, as ``readOnly`` in its records says."""
    return api.startswith(("Get", "List"))


def recorded_event_name(api: str, request_uri: str) -> str:
    """Name the operation ``api`` as CloudTrail does.

    ``request_uri`` is the operation's URI template in Lambda's service model; it starts with the API date.
    ``("AddPermission", "/2015-03-31/…")`` → ``AddPermission20150331v2``.
    """
    date = request_uri[1:11]
    if date > _LAST_DATED:
        return api
    return api + date.replace("-", "") + ("v2" if api in _SECOND_REVISION else "")

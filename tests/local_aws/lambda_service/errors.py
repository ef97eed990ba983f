"""What Lambda refuses, with the status code its service model gives each error."""

from __future__ import annotations


class Refused(Exception):
    """A call that Lambda refuses; no other exception may leave an operation."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        """As the API names it: ``ResourceNotFoundException``."""
        self.status = status


def not_found(message: str = "The resource you requested does not exist.") -> Refused:
    """Say that something is not there."""
    return Refused("ResourceNotFoundException", message, 404)


def conflict(message: str) -> Refused:
    """Say that something is there already, or in use."""
    return Refused("ResourceConflictException", message, 409)


def invalid(message: str) -> Refused:
    """Say that values do not fit together or with what is there."""
    return Refused("InvalidParameterValueException", message)


def check_revision(sent: str | None, current: str | None) -> None:
    """Refuse a revision id that is not the current one; nothing sent is always right."""
    if sent and sent != current:
        message = (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
        raise Refused("PreconditionFailedException", message, 412)

"""Why a verdict could not be reached: one class per seam, each with what was being read and what to do next.

.. code-block:: text

    GateError
    ├── UsageError         an option, a query key or a value that cannot be used
    ├── RulesError         the rules file
    ├── CatalogError       a catalogue file of this package
    ├── StateError         Terraform's state, backend or plan file
    ├── ConfigurationError Terraform's configuration files
    └── EventSourceError   CloudTrail, or records read from a file

The command line turns each of them into exit code 1 with a first line that says so; nothing else in the
package prints or exits.
"""

from __future__ import annotations


class GateError(Exception):
    """No verdict could be reached.

    ``message`` says in one sentence what was being read and what was met; ``hint`` says what to do next.
    Neither ever holds a value out of state.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GateError):
    """An option, a query key or a value that cannot be used."""


class RulesError(GateError):
    """The rules file cannot be read or says something it may not say (file, line and key are named)."""


class CatalogError(GateError):
    """A catalogue file of this package is not well formed: a fault of the package."""


class StateError(GateError):
    """Terraform's state, backend settings or plan file cannot be read."""


class ConfigurationError(GateError):
    """Terraform's configuration files cannot be read."""


class EventSourceError(GateError):
    """Event history could not be read whole."""

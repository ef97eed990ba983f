"""A stand-in for the provider ``hashicorp/external``, for machines that cannot reach Terraform's registry.

It keeps the protocol that the real provider documents
(https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external): one JSON object of texts
on the program's stdin, null query values left out; one flat JSON object of texts on its stdout; on a
non-zero exit an error that shows the program's stderr. Tests use the real provider wherever it can be had.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from tf import runner
from tf.iface import Config, DataSource, Provider, ReadDataContext, Resource, State
from tf.schema import Attribute, Schema
from tf.types import List, Map, String
from tf.utils import Diagnostics


class External(DataSource):
    """The data source ``external``."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @classmethod
    def get_name(cls) -> str:
        return "external"

    @classmethod
    def get_schema(cls) -> Schema:
        return Schema(
            attributes=[
                Attribute("program", List(String()), required=True),
                Attribute("working_dir", String(), optional=True),
                Attribute("query", Map(String()), optional=True),
                Attribute("result", Map(String()), computed=True),
                Attribute("id", String(), computed=True),
            ]
        )

    def read(self, ctx: ReadDataContext, config: Config) -> State | None:
        """Run the program; None with an error among the diagnostics where it gives no result."""
        program = config["program"]
        if not program or shutil.which(program[0]) is None:
            ctx.diagnostics.add_error(
                "External Program Lookup Failed",
                "The data source received an unexpected error while attempting to find the program.\n\n"
                f"Program: {program[0] if program else ''}",
                path=["program"],
            )
            return None
        query = {key: value for key, value in (config.get("query") or {}).items() if value is not None}
        done = subprocess.run(
            program, input=json.dumps(query).encode(), capture_output=True, cwd=config.get("working_dir"), check=False
        )
        if done.returncode != 0:
            ctx.diagnostics.add_error(
                "External Program Execution Failed",
                "The data source received an unexpected error while attempting to execute the program.\n\n"
                f"Program: {program[0]}\nError Message: {done.stderr.decode('utf-8', 'replace')}\n"
                f"State: exit status {done.returncode}",
                path=["program"],
            )
            return None
        result = _texts(done.stdout)
        if result is None:
            ctx.diagnostics.add_error(
                "Unexpected External Program Results",
                "The data source received unexpected results after executing the program.\n\n"
                "Program output must be a JSON encoded map of string keys and string values.\n\n"
                f"Program: {program[0]}",
                path=["program"],
            )
            return None
        return {**config, "result": result, "id": "-"}


class StandIn(Provider):
    """The provider around it; it has no settings."""

    def get_model_prefix(self) -> str:
        return ""

    def get_provider_schema(self, diags: Diagnostics) -> Schema:
        return Schema()

    def full_name(self) -> str:
        return "registry.terraform.io/hashicorp/external"

    def validate_config(self, diags: Diagnostics, config: Config) -> None:
        """Nothing to validate."""

    def configure_provider(self, diags: Diagnostics, config: Config) -> None:
        """Nothing to configure."""

    def get_data_sources(self) -> list[type[DataSource]]:
        return [External]

    def get_resources(self) -> list[type[Resource]]:
        return []


def _texts(output: bytes) -> dict[str, str] | None:
    try:
        result: Any = json.loads(output)
    except ValueError:
        return None
    if isinstance(result, dict) and all(isinstance(value, str) for value in result.values()):
        return result
    return None


if __name__ == "__main__":
    runner.run_provider(StandIn())

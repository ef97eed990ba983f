"""Outputs: pure functions from the one report to text. The same report gives the same bytes.

Adding one is a file here with ``render(report, color)`` and ``render_roots(roots, color)``, and a row in
:data:`FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from tfdrift_gate.model import Report, RootsReport

Render = Callable[[Report, bool], str]
"""Given the report and whether to colour; gives text that ends in a newline."""
RenderRoots = Callable[[RootsReport, bool], str]
"""The same of a run over several root modules."""


@dataclass(frozen=True)
class Format:
    """One output format: the module that renders it and what it is for."""

    module: str
    help: str

    def render(self, report: Report | RootsReport, color: bool = False) -> str:
        """Render the report of one root module, or of several."""
        module = import_module(self.module)
        if isinstance(report, RootsReport):
            several: RenderRoots = module.render_roots
            return several(report, color)
        one: Render = module.render
        return one(report, color)


FORMATS: Mapping[str, Format] = {
    "table": Format("tfdrift_gate.outputs.table", "for people: what changed, old → new, by whom"),
    "json": Format("tfdrift_gate.outputs.json", "the whole report; its JSON Schema ships in the package"),
    "markdown": Format("tfdrift_gate.outputs.markdown", "for the step summary and a comment on the pull request"),
    "github": Format("tfdrift_gate.outputs.github", "annotations of GitHub Actions at the blocks' lines"),
    "sarif": Format("tfdrift_gate.outputs.sarif", "SARIF 2.1.0, for code scanning"),
    "junit": Format("tfdrift_gate.outputs.junit", "JUnit XML, for the test reports of Jenkins, GitLab and others"),
    "gitlab": Format("tfdrift_gate.outputs.gitlab", "a Code Quality report, for GitLab's merge requests"),
}
"""By the name that ``--format`` and ``--output`` take."""

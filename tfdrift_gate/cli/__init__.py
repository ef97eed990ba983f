"""The command line: options, exit codes, and where text goes. Results to stdout, everything else to stderr."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import click

from tfdrift_gate import __version__
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.running import (
    ExitCode,
    ending,
    no_verdict,
    outputs_of,
    run_all,
    run_one,
    tell,
    without_verdict,
    write_files,
)
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, Settings, on_error_of, resolve
from tfdrift_gate.streams import has_colors, print_text

_SECTIONS = {
    "What Terraform believes": ("state", "workspace", "plan"),
    "Event history": ("events", "since", "until", "region", "deadline", "profile", "assume_role"),
    "Event history: cost and proof": ("no_cache", "athena_workgroup", "athena_output", "max_scan", "validate_digests"),
    "Judgement": ("rules", "no_waivers", "unmanaged", "verify", "fail_on", "on_error"),
    "Output": ("format", "output"),
}


class _SectionedCommand(click.Command):
    """A command whose help shows its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = {
            param.name: record for param in self.get_params(ctx) if (record := param.get_help_record(ctx)) is not None
        }
        for title, names in _SECTIONS.items():
            if rows := [records.pop(name) for name in names if name in records]:
                with formatter.section(title):
                    formatter.write_dl(rows)
        records.pop("directory", None)
        if records:
            with formatter.section("Other"):
                formatter.write_dl(list(records.values()))


_ELSEWHERE = {
    "athena": "tfdrift_gate.cli.athena",
    "github": "tfdrift_gate.cli.github",
    "rules": "tfdrift_gate.cli.rules_file",
    "waive": "tfdrift_gate.cli.rules_file",
}


class _Commands(click.Group):
    """The commands; those of other modules are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(_ELSEWHERE[cmd_name]), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tfdrift-gate")
def cli() -> None:
    """Tell who changed Terraform-managed AWS Lambda resources by hand, and stop the plan that would not know.

    Exit codes: 0 nothing at or above --fail-on · 1 no verdict was reached · 2 out-of-band changes.
    Every option also reads TFDRIFT_GATE_<OPTION> from the environment.
    """


@cli.command(cls=_SectionedCommand)
@click.argument("directory", metavar="[DIR]...", nargs=-1)
@click.option(
    "--state",
    multiple=True,
    metavar="LOCATOR",
    help="A state file (version 4 or `terraform show -json`), - or s3://bucket/key; repeatable."
    " Default: DIR's own backend and workspace.",
)
@click.option("--workspace", metavar="NAME", help="Whose state. Default: TF_WORKSPACE, else the one selected in DIR.")
@click.option("--plan", metavar="FILE", help="The output of `terraform show -json PLANFILE`.")
@click.option(
    "--events",
    multiple=True,
    metavar="LOCATOR",
    help="cloudtrail: (LookupEvents, the default), a file, a folder, a glob, -, s3://bucket/prefix,"
    " athena:DATABASE.TABLE or lake:ARN; repeatable.",
)
@click.option("--since", metavar="WHEN", help="90m, 24h, 7d, an ISO 8601 instant, or last-apply. Default: 24h.")
@click.option("--until", metavar="WHEN", help="Default: now.")
@click.option(
    "--region",
    multiple=True,
    metavar="NAME",
    help="Repeatable. Default: the regions of the managed resources.",
)
@click.option(
    "--deadline",
    metavar="SECONDS",
    help="How long reading event history, or all reads of --verify, may take. Default: 60.",
)
@click.option("--profile", metavar="NAME", help="An AWS profile. Default: boto3's own chain.")
@click.option(
    "--assume-role",
    multiple=True,
    metavar="ARN",
    help="A role to assume for reading event history and for --verify; repeatable, one for each account. {account} in"
    " it stands for every account that state names. A single role without it also reads named states and plans; of"
    " several none does, as nobody knows in which account these are kept.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    help="Neither use nor keep what an earlier run read of event history. It is kept in the user's cache folder;"
    " TFDRIFT_GATE_CACHE_DIR names another.",
)
@click.option("--athena-workgroup", metavar="NAME", help="Where athena: queries run. Default: primary.")
@click.option(
    "--athena-output", metavar="S3-URI", help="Where athena: puts results, unless the workgroup says so itself."
)
@click.option("--max-scan", metavar="SIZE", help="What one athena: query may scan, for example 10GB.")
@click.option(
    "--validate-digests",
    is_flag=True,
    help="Hold a trail's log files against its digest files, and name those that are missing or were altered.",
)
@click.option(
    "--rules",
    metavar="FILE",
    help="Default: .tfdrift-gate.yaml in DIR or a parent up to the repository root.",
)
@click.option("--no-waivers", is_flag=True, help="Ignore every waiver.")
@click.option(
    "--unmanaged",
    metavar="MODE",
    help="What nobody manages: attached (to a managed function; the default), all or none.",
)
@click.option(
    "--verify/--no-verify",
    default=None,
    help="Ask Lambda itself whether each finding still stands, one read a resource. Default: no.",
)
@click.option("--fail-on", metavar="SEVERITY", help="low (the default), medium, high, critical or never.")
@click.option("--on-error", metavar="fail|warn", help="What a verdict that could not be reached does. Default: fail.")
@click.option("--format", metavar="NAME", help=f"What stdout gets: {', '.join(FORMATS)}. Default: table.")
@click.option(
    "--output",
    multiple=True,
    metavar="NAME=PATH",
    help="Also write the report in this format to a file; repeatable.",
)
def check(directory: tuple[str, ...], **options: Any) -> None:
    """Judge Terraform root modules: report on stdout, verdict as exit code. Event history is read once for all.

    \b
    tfdrift-gate check
    tfdrift-gate check infra/prod --since 7d --format json
    tfdrift-gate check "infra/*" --since last-apply
    tfdrift-gate check --state terraform.tfstate --events trail/ --since 2026-01-01
    """
    for flag in ("no_waivers", "no_cache", "validate_digests"):
        options[flag] = "true" if options[flag] else None
    options["verify"] = None if options["verify"] is None else str(options["verify"]).lower()
    given = {**options, "dir": directory[0] if len(directory) == 1 else None}
    environment = {name: value for name, value in os.environ.items() if name != f"{ENVIRONMENT_PREFIX}MODE"}
    warn = on_error_of(given, environment) == "warn"
    settings: Settings | None = None
    report: Report | RootsReport
    try:
        settings = resolve(given, environment)
        outputs = outputs_of(settings)
        several = _several(directory, settings)
        settings = several[0] if len(several) == 1 else replace(settings, dir=".")
        report = run_all(several, environment) if len(several) > 1 else run_one(settings, environment)
    except GateError as error:
        report, settings, outputs = without_verdict(settings, error, given, environment)
    _write(report, settings.format if settings.format in FORMATS else "table", outputs)
    tell(report, warn)
    sys.exit(_exit_code(report, settings, warn))


@cli.command()
def external() -> None:
    """Answer Terraform's external data source: the query on stdin, the verdict on stdout.

    The query is one JSON object of texts. Its keys are check's options with _ for -, lists comma-separated,
    and dir, workspace and mode. TFDRIFT_GATE_MODE overrides mode.

    \b
    echo '{"dir": ".", "since": "24h"}' | tfdrift-gate external
    """
    from tfdrift_gate.external import answer_query

    answer_query()


@cli.command()
@click.option("--format", "format_", metavar="NAME", default="table", help="table (the default), json or markdown.")
def catalog(format_: str) -> None:
    """Show what is understood: every CloudTrail event, its Terraform resource and attributes.

    \b
    tfdrift-gate catalog --format markdown
    """
    from tfdrift_gate.catalog import load_catalog
    from tfdrift_gate.outputs.catalog import CATALOG_FORMATS

    if format_ not in CATALOG_FORMATS:
        raise click.UsageError(f"--format {format_}: none of {', '.join(CATALOG_FORMATS)}")
    print_text(CATALOG_FORMATS[format_](load_catalog()))


def main() -> None:
    """Run the command line; the only place where a usage error becomes exit code 1."""
    # A run makes many thousands of small tuples and hardly a cycle: by default a tenth of its time would go into
    # walking them again and again.
    gc.set_threshold(50_000, 20, 50)
    with ending():
        try:
            code = cli.main(prog_name="tfdrift-gate", standalone_mode=False)
        except click.exceptions.Abort:
            raise KeyboardInterrupt from None
        except click.ClickException as error:
            context = error.ctx if isinstance(error, click.UsageError) else None
            no_verdict(error.format_message(), f"see {context.command_path if context else 'tfdrift-gate'} --help")
        else:
            sys.exit(code if isinstance(code, int) else ExitCode.CLEAN)


def _several(directories: Sequence[str], settings: Settings) -> list[Settings]:
    """Give the settings of every root module that is named; in the environment one stands on a line."""
    from tfdrift_gate.cli.root_modules import root_modules

    words = list(filter(None, directories)) or [line.strip() for line in settings.dir.splitlines() if line.strip()]
    several = [replace(settings, dir=folder) for folder in root_modules(words or ["."])]
    if len(several) > 1 and (settings.state or settings.plan):
        raise UsageError(
            f"reading --{'state' if settings.state else 'plan'}: it belongs to one root module, and {len(several)} are"
            " named",
            "run the check for each of them, or leave it out: each root module's own backend is read",
        )
    return several


def _write(report: Report | RootsReport, stdout_format: str, outputs: Sequence[tuple[str, str]]) -> None:
    print_text(FORMATS[stdout_format].render(report, has_colors(sys.stdout)))
    write_files(report, outputs)


def _exit_code(report: Report | RootsReport, settings: Settings, warn: bool) -> ExitCode:
    if report.problems and not warn:
        return ExitCode.NO_VERDICT
    return ExitCode.DRIFT if settings.blocks(report.max_severity) else ExitCode.CLEAN

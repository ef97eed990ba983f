"""The command line: options, exit codes, and where text goes. Results to stdout, everything else to stderr."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from enum import IntEnum
from importlib import import_module
from typing import Any, TypeVar

import click

from tfdrift_gate import __version__
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, Settings, on_error_of, resolve
from tfdrift_gate.streams import ProgressLine, close_stdout, complain, has_colors, print_text

_Told = TypeVar("_Told", Report, RootsReport)


class ExitCode(IntEnum):
    """What the program's exit says, as ``terraform plan -detailed-exitcode`` has it."""

    CLEAN = 0
    """A verdict was reached, and nothing at or above ``--fail-on`` was found."""
    NO_VERDICT = 1
    DRIFT = 2


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
    help="cloudtrail: (LookupEvents, the default), a file, a folder, a glob, -, athena:DATABASE.TABLE or lake:ARN;"
    " repeatable.",
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
        outputs = _outputs(settings)
        several = _several(directory, settings)
        settings = several[0] if len(several) == 1 else replace(settings, dir=".")
        report = _run_all(several, environment) if len(several) > 1 else _run(settings, environment)
    except GateError as error:
        report, settings, outputs = _without_verdict(settings, error, given, environment)
    _write(report, settings.format if settings.format in FORMATS else "table", outputs)
    _tell(report, warn)
    sys.exit(_exit_code(report, settings, warn))


@cli.command()
def external() -> None:
    """Answer Terraform's external data source: the query on stdin, the verdict on stdout.

    The query is one JSON object of texts. Its keys are check's options with _ for -, lists comma-separated,
    and dir, workspace and mode. TFDRIFT_GATE_MODE overrides mode.

    \b
    echo '{"dir": ".", "since": "24h"}' | tfdrift-gate external
    """
    import json

    from tfdrift_gate import query
    from tfdrift_gate.outputs.external import answer, switched_off

    text = sys.stdin.buffer.read()
    warn, settings = on_error_of(query.on_error(text), os.environ) == "warn", None
    given: Mapping[str, object] = {}
    try:
        given = query.read(text)
        settings = resolve(given, {**os.environ, f"{ENVIRONMENT_PREFIX}MODE": ""})
        settings = query.with_mode(settings, os.environ)
        if settings.mode == "off":
            by = "TFDRIFT_GATE_MODE=off" if os.environ.get(f"{ENVIRONMENT_PREFIX}MODE") else "mode = off"
            print_text(json.dumps(switched_off(by), indent=2) + "\n")
            return
        outputs = _outputs(settings)
        report = _run(settings, os.environ)
    except GateError as error:
        report, settings, outputs = _without_verdict(settings, error, given, os.environ)
    _write_files(report, outputs)
    _tell(report, warn)
    if report.problems and not warn:
        sys.exit(ExitCode.NO_VERDICT)
    found = answer(
        report,
        settings.mode,
        settings.blocks(report.max_severity),
        next((path for name, path in outputs if name == "json"), ""),
    )
    print_text(json.dumps(found, indent=2) + "\n")


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
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _no_verdict("interrupted", "")
    except click.ClickException as error:
        _no_verdict(error.format_message(), "see tfdrift-gate --help")
    except BrokenPipeError:
        # NOTE: the reader of stdout went away; nothing more can be told to it.
        close_stdout()
        sys.exit(ExitCode.NO_VERDICT)
    except Exception as error:
        unforeseen = _unforeseen(error)
        _no_verdict(unforeseen.message, unforeseen.hint)
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


def _run(settings: Settings, environment: Mapping[str, str]) -> Report:
    from tfdrift_gate.gate import check as run

    return _told(lambda progress: run(settings, environment, _now(), progress, progress.notice))


def _run_all(several: Sequence[Settings], environment: Mapping[str, str]) -> RootsReport:
    from tfdrift_gate.gate import check_roots as run

    return _told(lambda progress: run(several, environment, _now(), progress, progress.notice))


def _told(run: Callable[[ProgressLine], _Told]) -> _Told:
    progress = ProgressLine()
    try:
        return run(progress)
    except GateError:
        raise
    except Exception as error:
        # Told like every other error, so that what was asked for still holds: on_error, and every output.
        raise _unforeseen(error) from None
    finally:
        progress.done()


def _without_verdict(
    settings: Settings | None, error: GateError, given: Mapping[str, object], environment: Mapping[str, str]
) -> tuple[Report, Settings, list[tuple[str, str]]]:
    """Make the report of a run that ``error`` ended, and say where it goes.

    It goes wherever a verdict would have gone, even where other options cannot be used: a report of an earlier run
    that is left there would be taken for this one's.
    """
    from tfdrift_gate.gate import without_verdict

    report = without_verdict(settings, environment, error, _now())
    if settings is None:
        names = ("format", "output")
        variables = {f"{ENVIRONMENT_PREFIX}{name.upper()}{end}" for name in names for end in ("", "S")}
        settings = resolve(
            {name: given.get(name) for name in names},
            {name: value for name, value in environment.items() if name in variables},
        )
    try:
        return report, settings, _outputs(settings)
    except UsageError:
        return report, settings, []


def _now() -> datetime:
    # Whole seconds, as CloudTrail's own clock has them.
    return datetime.now(timezone.utc).replace(microsecond=0)


def _outputs(settings: Settings) -> list[tuple[str, str]]:
    """Format and path of every ``--output``; raises :class:`UsageError` for an unknown format."""
    found: list[tuple[str, str]] = []
    for entry in settings.output:
        name, equals, path = entry.partition("=")
        if not equals or not path or name not in FORMATS:
            raise UsageError(
                f"reading --output {entry}: not NAME=PATH with {', '.join(FORMATS)}", "write json=report.json"
            )
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise UsageError(f"reading --output {entry}: there is no folder {os.path.dirname(path)}", "create it first")
        found.append((name, path))
    if settings.format not in FORMATS:
        raise UsageError(f"reading --format: {settings.format!r} is none of {', '.join(FORMATS)}", "write one of these")
    return found


def _write(report: Report | RootsReport, stdout_format: str, outputs: Sequence[tuple[str, str]]) -> None:
    print_text(FORMATS[stdout_format].render(report, has_colors(sys.stdout)))
    _write_files(report, outputs)


def _write_files(report: Report | RootsReport, outputs: Sequence[tuple[str, str]]) -> None:
    for name, path in outputs:
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(FORMATS[name].render(report))
        except OSError as error:
            hint = "name a file that can be written, in a folder that is there"
            _no_verdict(f"writing {path}: {error.strerror or type(error).__name__}", hint)


def _tell(report: Report | RootsReport, warn: bool) -> None:
    """Say on stderr that no verdict was reached, what was being read and what to do."""
    from tfdrift_gate.outputs.text import printable

    for number, problem in enumerate(report.problems):
        if number == 0:
            first = "no verdict was reached"
            click.echo(f"tfdrift-gate: {first}{' (a warning, as on_error = warn asks)' if warn else ''}", err=True)
        click.echo(f"  {printable(problem.message)}", err=True)
        if problem.hint:
            click.echo(f"  → {printable(problem.hint)}", err=True)


def _exit_code(report: Report | RootsReport, settings: Settings, warn: bool) -> ExitCode:
    if report.problems and not warn:
        return ExitCode.NO_VERDICT
    return ExitCode.DRIFT if settings.blocks(report.max_severity) else ExitCode.CLEAN


def _no_verdict(message: str, hint: str) -> None:
    complain("no verdict was reached", message, hint)
    sys.exit(ExitCode.NO_VERDICT)


def _unforeseen(error: Exception) -> GateError:
    """Name an unforeseen error without its text, which may quote what was being read."""
    if os.environ.get(f"{ENVIRONMENT_PREFIX}DEBUG"):
        import traceback

        traceback.print_exception(error)
    return GateError(
        f"an error inside tfdrift-gate {__version__}: {type(error).__name__}",
        "please report it with the command that was run; TFDRIFT_GATE_DEBUG=1 shows where it came from",
    )


if __name__ == "__main__":
    main()

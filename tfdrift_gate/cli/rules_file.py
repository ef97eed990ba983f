"""The commands about the rules file: ``rules`` shows and checks it, ``waive`` adds a waiver to it."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import click

from tfdrift_gate.errors import GateError, RulesError, UsageError
from tfdrift_gate.settings import ENVIRONMENT_PREFIX
from tfdrift_gate.streams import complain, print_text

_ID = re.compile(r"[0-9a-f]{16}")
_RULES_HELP = "Default: .tfdrift-gate.yaml in DIR or a parent up to the repository root."


@click.command()
@click.argument("named", metavar="[DIR]", required=False, nargs=-1)
@click.option("--rules", metavar="FILE", help=_RULES_HELP)
@click.option("--format", "format_", metavar="NAME", default="table", help="table (the default), json or markdown.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a rules file instead.")
@click.option("--check", is_flag=True, help="Only say what is wrong with rules files, named in place of DIR.")
def rules(named: tuple[str, ...], rules: str | None, format_: str, schema: bool, check: bool) -> None:
    """Show the rules in force for a root module, and where each came from.

    \b
    tfdrift-gate rules
    tfdrift-gate rules infra/prod --format markdown
    tfdrift-gate rules --check infra/*/.tfdrift-gate.yaml
    tfdrift-gate rules --schema > .tfdrift-gate.schema.json
    """
    from importlib import resources

    from tfdrift_gate.catalog import load_catalog
    from tfdrift_gate.outputs.rules import RULES_FORMATS
    from tfdrift_gate.rules.listing import listing
    from tfdrift_gate.rules.load import rules_of

    if schema:
        print_text((resources.files("tfdrift_gate") / "data" / "rules.schema.json").read_text(encoding="utf-8"))
        return
    if format_ not in RULES_FORMATS:
        raise click.UsageError(f"--format {format_}: none of {', '.join(RULES_FORMATS)}")
    if check:
        _check([*named, *([rules] if rules else [])])
        return
    if len(named) > 1:
        raise click.UsageError(f"{named[1]}: one folder, or --check with rules files")
    folder, file = _given(named[0] if named else None, rules)
    try:
        found = rules_of(folder, file, load_catalog())
    except GateError as error:
        complain("no verdict was reached", error.message, error.hint)
        sys.exit(1)
    print_text(RULES_FORMATS[format_](listing(found, _today())))


@click.command()
@click.argument("finding_id", metavar="FINDING_ID")
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--reason", metavar="TEXT", required=True, help="Why it may stay for now.")
@click.option("--owner", metavar="NAME", required=True, help="Who answers for that.")
@click.option("--expires", metavar="YYYY-MM-DD", required=True, help="From this day (UTC) on it no longer waives.")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME", help="Repeatable. Default: all of them.")
@click.option("--rules", metavar="FILE", help=f"{_RULES_HELP} Where there is none it is made in DIR.")
@click.option(
    "--report", metavar="FILE", help="A JSON report with the finding, or -: what it is about is said in a comment."
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def waive(finding_id: str, directory: str | None, rules: str | None, report: str | None, **given: Any) -> None:
    """Add a waiver of one finding to the rules file, of which everything else stays as it is.

    \b
    tfdrift-gate waive 5f0c2d7a91b3e846 --reason "INC-1234" --owner payments --expires 2026-12-01
    tfdrift-gate check --format json | tfdrift-gate waive 5f0c2d7a91b3e846 --report - …
    """
    from tfdrift_gate.outputs.text import printable

    try:
        path, line, lines = _waive(finding_id, *_given(directory, rules), report, **given)
    except GateError as error:
        complain("nothing was waived", error.message, error.hint)
        sys.exit(1)
    said = "Would waive" if given["dry_run"] else "Waived"
    shown = "".join(f"\n  {printable(text)}" for text in lines)
    print_text(f"{said} until {given['expires']}, in {printable(path)}:{line}\n{shown}\n")


def _waive(
    finding_id: str,
    folder: str,
    file: str | None,
    report: str | None,
    reason: str,
    owner: str,
    expires: str,
    attributes: Sequence[str],
    dry_run: bool,
) -> tuple[str, int, list[str]]:
    """Add the waiver; give the file, its line and what stands there. Raises :class:`GateError`."""
    from tfdrift_gate.catalog import load_catalog
    from tfdrift_gate.rules.find import FILE_NAME, find_rules
    from tfdrift_gate.rules.ruleset import Waiver
    from tfdrift_gate.rules.waive import add_waiver, entry_lines

    for option, given in (("--reason", reason), ("--owner", owner), *(("--attribute", name) for name in attributes)):
        if not given.strip() or re.search("[\ud800-\udfff\0]", given):
            raise UsageError(f"reading {option}: it must be a text", "say it in a few words")
    id_ = finding_id.lower()
    if not _ID.fullmatch(id_):
        raise UsageError(
            f"reading {finding_id!r}: not the id of a finding", "a report shows it: 16 hexadecimal digits after id"
        )
    day = _day(expires)
    if not Path(folder).is_dir():
        raise RulesError(f"reading the rules of {folder}: no such folder", "name the folder that holds the *.tf files")
    about = _about(report, id_, attributes) if report else ""
    found = Path(file) if file else find_rules(folder) or Path(folder) / FILE_NAME
    text = _read(found)
    names = tuple(dict.fromkeys(attributes))
    waiver = Waiver({"id": id_}, reason, owner, day, names)
    changed, line = add_waiver(text or "", waiver, about, str(found), load_catalog(), _today())
    if not dry_run:
        _replace(found, text, changed)
    return str(found), line, entry_lines(waiver, about)


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"reading --expires {text}: not a date", "write it as 2026-12-01") from None
    if day <= _today():
        raise UsageError(
            f"reading --expires {text}: it would waive nothing, since it ends that day", "name a day after today (UTC)"
        )
    return day


def _about(report: str, id_: str, attributes: Sequence[str]) -> str:
    """Say what a finding of a JSON report is about: its address and attributes, safe in a comment."""
    from tfdrift_gate.outputs.text import printable

    what = "the report on standard input" if report == "-" else f"the report {report}"
    try:
        text = sys.stdin.buffer.read() if report == "-" else Path(report).read_bytes()
        document = json.loads(text)
        known = {
            entry["id"]: (place, entry) for place in ("reverted", "suppressed", "findings") for entry in document[place]
        }
        place, entry = known.get(id_, ("", {}))
        changed = [str(change["attribute"]) for change in entry.get("changes", ())]
        subject = str(entry.get("address") or f"{entry.get('resource_type')} {entry.get('resource_id')}")
        kind = str(entry.get("kind"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise UsageError(f"reading {what}: {reason}", "write it with check --format json") from None
    except (LookupError, TypeError, AttributeError, RecursionError):
        raise UsageError(f"reading {what}: it is JSON, but not a report", "write it with check --format json") from None
    if place != "findings":
        said = {"suppressed": "it is suppressed already", "reverted": "it was changed back"}.get(
            place, "it has no such one"
        )
        raise UsageError(f"looking for the finding {id_} in {what}: {said}", "a report shows the ids of its findings")
    for name in attributes:
        if not any(re.fullmatch(rf"{re.escape(name)}([.\[].*)?", path, re.DOTALL) for path in changed):
            raise UsageError(f"reading --attribute {name}: the finding has {', '.join(changed)}", "name one of these")
    words = f"{subject}: {', '.join(attributes or changed) or kind}"
    return printable(words, 200).encode("ascii", "backslashreplace").decode()


def _check(files: Sequence[str]) -> None:
    """Say of every rules file what is wrong with it; the exit code is 1 where something is."""
    from tfdrift_gate.catalog import load_catalog
    from tfdrift_gate.rules.load import load_rules

    if not files:
        raise click.UsageError("--check: no rules file is named")
    wrong: list[RulesError] = []
    for file in files:
        try:
            load_rules(Path(file), load_catalog())
        except RulesError as error:
            wrong.append(error)
    for problem in wrong:
        complain("a rules file cannot be used", problem.message, problem.hint)
    if wrong:
        sys.exit(1)


def _read(path: Path) -> str | None:
    """Read a rules file with its line ends; None where there is none. Raises :class:`RulesError`."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RulesError(f"reading the rules file {path}: {reason}", "check the path given to --rules") from None


def _replace(path: Path, before: str | None, text: str) -> None:
    """Write a file in one step, its mode kept; of a link the file that it names.

    Raises :class:`RulesError`, also where it no longer says what it said ``before``.
    """
    target = os.path.realpath(path)
    temporary = ""
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode) if os.path.exists(target) else 0o666 & ~_umask()
        handle, temporary = tempfile.mkstemp(prefix=".tfdrift-gate-", dir=os.path.dirname(target))
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        os.chmod(temporary, mode)
        if _read(path) != before:
            raise RulesError(f"writing the rules file {path}: somebody else changed it meanwhile", "run this again")
        os.replace(temporary, target)
    except (OSError, RulesError) as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, RulesError):
            raise
        reason = error.strerror or type(error).__name__
        raise RulesError(f"writing the rules file {path}: {reason}", "it is as it was") from None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _given(folder: str | None, file: str | None) -> tuple[str, str | None]:
    environment: Mapping[str, str] = os.environ
    return (
        folder or environment.get(f"{ENVIRONMENT_PREFIX}DIR", "") or ".",
        file or environment.get(f"{ENVIRONMENT_PREFIX}RULES", "") or None,
    )


def _today() -> date:
    return datetime.now(timezone.utc).date()

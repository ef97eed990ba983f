"""One run after another with faults, each held against the run without."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fault_runs.damage import DAMAGE, damaged_copy
from tests.fault_runs.menu import CACHE, Schedule, choose
from tests.fault_runs.program import Done, run
from tests.fault_runs.sources import SOURCES, Source
from tests.fault_runs.world import FUNCTIONS, World, files_of, fill
from tests.local_aws import LocalAws
from tests.samples import ACCOUNT, aws_environment, environment

COMMANDS = ("check", "external", "check of two")
"""The last one judges two root modules in one run."""
EXACT, INCOMPLETE = "fault-free", "incomplete"
_VOLATILE = ("coverage", "tool")


@dataclass(frozen=True)
class Outcome:
    """What came of one run."""

    number: int
    source: str
    command: str
    schedule: Schedule
    met: tuple[str, ...]
    """What went wrong, by kind: not all that is planned is met."""
    verdict: str
    """:data:`EXACT`, :data:`INCOMPLETE`, or what was wrong with it."""

    @property
    def is_wrong(self) -> bool:
        """Tell whether the promise was broken."""
        return self.verdict not in (EXACT, INCOMPLETE)


class Runs:
    """Runs over one world; ``folder`` takes what they write."""

    def __init__(self, aws: LocalAws, world: World, folder: Path, sources: tuple[Source, ...] = SOURCES) -> None:
        self._aws = aws
        self._world = world
        self._folder = folder
        self._sources = sources
        self._expected: dict[tuple[str, str], Done] = {}
        self._met: set[str] = set()
        """What the run has met so far, by kind."""
        self._met_now: Mapping[str, int] = {}
        fill(aws, world)

    def expect(self) -> list[str]:
        """Run every source without a fault; give what is wrong with that. All must find the same."""
        wrong: list[str] = []
        findings: dict[str, str] = {}
        for source in self._sources:
            done = self._expect(source, "check")
            report = json.loads(done.out)
            mine = [finding for finding in report["findings"] if finding["account"] == ACCOUNT]
            findings[source.name] = json.dumps(mine)
            if len(mine) != FUNCTIONS or done.code != 2 or report["verdict"] != "drift":
                wrong.append(f"{source.name}: exit {done.code} without a fault: {done.err}")
        if len(set(findings.values())) != 1:
            wrong.append(f"the sources do not find the same: {sorted(findings)}")
        return wrong

    def _expect(self, source: Source, command: str) -> Done:
        """Give what a run without faults says."""
        if (source.name, command) not in self._expected:
            self._expected[source.name, command] = self._ask(source, command, deadline=3600)
        return self._expected[source.name, command]

    def one(self, number: int, seed: int) -> Outcome:
        """Make a run and judge it."""
        random = Random(f"{seed} {number}")
        source = self._sources[number % len(self._sources)]
        command = random.choice(COMMANDS)
        keys = list(files_of(source.folder(self._world)))
        schedule = choose(source, keys, random)
        deadline = random.choice(source.deadlines)
        cache = self._folder / f"cache-{number}" if source.cached else None
        self._met = {f"file: {what}" for _, what in schedule.files}
        if cache is not None and random.random() < 1 / 3:
            self._too_early(source, command, cache)
        verdict = self._verdict(source, command, schedule, deadline, cache)
        if cache is not None and verdict in (EXACT, INCOMPLETE):
            # What a run kept in which something went wrong must not mislead the next.
            verdicts = [verdict, self._after(source, command, cache, random)]
            verdicts.append(self._verdict(source, command, schedule, deadline, cache))
            verdict = next((each for each in verdicts if each not in (EXACT, INCOMPLETE)), verdict)
        if cache is not None:
            shutil.rmtree(cache, ignore_errors=True)
        met = tuple(sorted(self._met - {"ok"})) or ("nothing",)
        return Outcome(number, source.name, command, schedule, met, verdict)

    def _too_early(self, source: Source, command: str, cache: Path) -> None:
        """Run while the last quarter of an hour is not delivered yet; what that run keeps must not hide it later."""
        self._aws.set_delivery_delay(900)
        self._ask(source, command, 3600, cache=cache)
        self._aws.set_delivery_delay(0)
        self._met.add("late records")

    def _after(self, source: Source, command: str, cache: Path, random: Random) -> str:
        """Run without a fault after one with faults, perhaps after its cache was damaged."""
        kept = sorted(path for path in cache.rglob("*") if path.is_file())
        what = random.choice((None, *CACHE))
        if kept and what:
            DAMAGE[what](random.choice(kept))
            self._met.add(f"cache: {what}")
        verdict = self._verdict(source, command, Schedule(), 3600, cache)
        if verdict == EXACT and not list(cache.rglob("*.events")):
            verdict = "nothing was kept"
        return verdict if verdict == EXACT else f"the next run, without a fault (cache: {what}): {verdict}"

    def _verdict(self, source: Source, command: str, schedule: Schedule, deadline: int, cache: Path | None) -> str:
        copy = self._folder / "damaged"
        folder = source.folder(self._world)
        folder = damaged_copy(folder, copy, schedule.files) if schedule.files else folder
        expected = self._expect(source, command)
        self._aws.set_faults(schedule.faults)
        try:
            done = self._ask(source, command, deadline, folder, cache)
        finally:
            self._met_now = self._aws.faults_met()
            self._met.update(self._met_now)
            self._aws.set_faults([])
            shutil.rmtree(copy, ignore_errors=True)
        verdict = compared(expected, done, command)
        if verdict == INCOMPLETE and not schedule.files and not set(self._met_now) - {"ok"}:
            # Other work on this machine may have taken the time that it had.
            return self._verdict(source, command, schedule, 3600, cache) if deadline < 3600 else f"no fault: {done.err}"
        return verdict

    def _ask(
        self, source: Source, command: str, deadline: int, folder: Path | None = None, cache: Path | None = None
    ) -> Done:
        options = {
            "since": f"{self._world.since:%Y-%m-%dT%H:%M:%SZ}",
            "until": f"{self._world.until:%Y-%m-%dT%H:%M:%SZ}",
            "deadline": str(deadline),
            "events": source.locator.format(folder or source.folder(self._world)),
            **({"validate_digests": "true"} if source.proven else {}),
            **({"assume_role": ",".join(source.roles)} if source.roles else {}),
            **source.options,
        }
        if not cache:
            options["no_cache"] = "true"
        kept = {"XDG_CACHE_HOME": str(cache), "TFDRIFT_GATE_NO_CACHE": None} if cache else {}
        variables = environment(**aws_environment(self._aws.endpoint_url), **kept)
        root = str(self._world.root_of_two if source.roles else self._world.root)
        with source.chosen():
            if command == "external":
                return run("external", environment=variables, stdin=json.dumps({"dir": root, **options}))
            named = {f"TFDRIFT_GATE_{name.upper()}": value for name, value in options.items()}
            roots = [root, str(self._world.beside)] if command == "check of two" else [root]
            return run("check", *roots, "--format=json", environment={**variables, **named})


def compared(expected: Done, done: Done, command: str) -> str:
    """Hold a run against the one without faults: :data:`EXACT`, :data:`INCOMPLETE`, or what is wrong."""
    if "Traceback" in done.err or "an error inside tfdrift-gate" in done.err:
        return f"an error of its own: {done.err}"
    if done.code == 1:
        if not done.err.startswith("tfdrift-gate: no verdict was reached\n"):
            return f"exit 1 without saying so: {done.err}"
        if command != "external" and json.loads(done.out)["verdict"] != "incomplete":
            return "exit 1, and the report has a verdict"
        return INCOMPLETE
    if done.code != expected.code:
        return f"exit {done.code} in place of {expected.code}"
    if command == "external":
        return EXACT if done.out == expected.out else f"another answer: {done.out}"
    told, wanted = (_steady(each.out) for each in (done, expected))
    differing = sorted(key for key in wanted if told.get(key) != wanted[key])
    return EXACT if not differing and told.keys() == wanted.keys() else f"another report: {', '.join(differing)}"


def _steady(text: str) -> dict[str, object]:
    """Keep of a report what must be the same, whatever it took to read."""
    report = {key: value for key, value in json.loads(text).items() if key not in _VOLATILE}
    # A page that came twice, and what an earlier run read, may count otherwise.
    for part in (report, *report.get("roots", ())):
        part["counts"].pop("records_read", None)
    return report

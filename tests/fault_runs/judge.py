"""One run after another with faults, each held against the run without."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fault_runs.damage import DAMAGE, damaged_copy
from tests.fault_runs.menu import CACHE, Schedule, choose
from tests.fault_runs.program import Done, run
from tests.fault_runs.sources import SOURCES, Source
from tests.fault_runs.world import World, fill
from tests.local_aws import LocalAws
from tests.samples import aws_environment, environment

COMMANDS = ("check", "external")
EXACT, INCOMPLETE = "fault-free", "incomplete"
DEADLINES = (20, 60)
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
        fill(aws, world)

    def expect(self) -> list[str]:
        """Run every source without a fault; give what is wrong with that. All must find the same."""
        wrong: list[str] = []
        findings: dict[str, str] = {}
        for source in self._sources:
            for command in COMMANDS:
                done = self._ask(source, command, deadline=3600)
                self._expected[source.name, command] = done
                if command == "check":
                    report = json.loads(done.out)
                    findings[source.name] = json.dumps(report["findings"])
                    if done.code != 2 or report["verdict"] != "drift":
                        wrong.append(f"{source.name}: exit {done.code} without a fault: {done.err}")
        if len(set(findings.values())) != 1:
            wrong.append(f"the sources do not find the same: {sorted(findings)}")
        return wrong

    def one(self, number: int, seed: int) -> Outcome:
        """Make a run and judge it."""
        random = Random(f"{seed} {number}")
        source = self._sources[number % len(self._sources)]
        command = random.choice(COMMANDS)
        files = self._world.files
        keys = [file.relative_to(self._world.folder).as_posix() for file in files]
        schedule = choose(source.services, keys, len(files), random)
        deadline = random.choice(DEADLINES)
        cache = self._folder / f"cache-{number}" if source.cached else None
        self._met = {f"file: {what}" for _, what in schedule.files}
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

    def _after(self, source: Source, command: str, cache: Path, random: Random) -> str:
        """Run without a fault after one with faults, perhaps after its cache was damaged."""
        kept = sorted(path for path in cache.rglob("*") if path.is_file())
        what = random.choice((None, *CACHE))
        if kept and what:
            DAMAGE[what](random.choice(kept))
            self._met.add(f"cache: {what}")
        verdict = self._verdict(source, command, Schedule(), 3600, cache)
        return verdict if verdict == EXACT else f"the next run, without a fault (cache: {what}): {verdict}"

    def _verdict(self, source: Source, command: str, schedule: Schedule, deadline: int, cache: Path | None) -> str:
        copy = self._folder / "damaged"
        folder = damaged_copy(self._world.folder, copy, schedule.files) if schedule.files else None
        self._aws.set_faults(schedule.faults)
        try:
            done = self._ask(source, command, deadline, folder, cache)
        finally:
            self._met.update(self._aws.faults_met())
            self._aws.set_faults([])
            shutil.rmtree(copy, ignore_errors=True)
        verdict = compared(self._expected[source.name, command], done, command)
        if verdict == INCOMPLETE and schedule == Schedule() and deadline >= DEADLINES[-1]:
            return f"incomplete without a fault: {done.err}"
        return verdict

    def _ask(
        self, source: Source, command: str, deadline: int, folder: Path | None = None, cache: Path | None = None
    ) -> Done:
        options = {
            "since": f"{self._world.since:%Y-%m-%dT%H:%M:%SZ}",
            "until": f"{self._world.until:%Y-%m-%dT%H:%M:%SZ}",
            "deadline": str(deadline),
            "events": source.locator_of(self._world, folder),
            **source.options,
        }
        if not cache:
            options["no_cache"] = "true"
        variables = environment(
            **aws_environment(self._aws.endpoint_url), **({"XDG_CACHE_HOME": str(cache)} if cache else {})
        )
        with source.chosen():
            if command == "external":
                query = {"dir": str(self._world.root), **options}
                return run("external", environment=variables, stdin=json.dumps(query))
            arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
            arguments = ["--no-cache" if each == "--no-cache=true" else each for each in arguments]
            return run("check", str(self._world.root), "--format=json", *arguments, environment=variables)


def compared(expected: Done, done: Done, command: str) -> str:
    """Hold a run against the one without faults: :data:`EXACT`, :data:`INCOMPLETE`, or what is wrong."""
    if "Traceback" in done.err or "an error inside tfdrift-gate" in done.err:
        return f"an error of its own: {done.err}"
    if done.code == 1:
        if not done.err.startswith("tfdrift-gate: no verdict was reached\n"):
            return f"exit 1 without saying so: {done.err}"
        if command == "check" and json.loads(done.out)["verdict"] != "incomplete":
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
    report["counts"].pop("records_read", None)
    return report

"""A workflow by the real runner ``act``, on this machine itself, with third parties' actions replaced by stand-ins."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.terraform_cli.binary import PROJECT
from tests.workflows.files import EXAMPLES, WORKFLOWS

ACT = Path(sys.executable).parent / "act"
STAND_INS = PROJECT / "tests" / "action" / "stand_ins"
GATE = "OWNER/tfdrift-gate"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "acme/infra"
ORIGIN = ["remote", "add", "origin", f"https://github.com/{REPOSITORY}"]
"""From which act knows the repository's name."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PASSED_ON = ("PIP_", "SSL_CERT_", "REQUESTS_CA_BUNDLE")
"""What of this machine's settings an installation by pip needs."""


@dataclass
class Job:
    """What one job of a run did."""

    results: dict[str, str] = field(default_factory=dict)
    """``success`` or ``failure`` of each step that ran, by its name."""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    """Those of each step, by its id."""
    summary: str = ""
    said: str = ""
    """What steps printed. act loses the last lines of a step that ends at once, so nothing is to be missed in here."""


@dataclass(frozen=True)
class Ran:
    """What one run of a workflow did, and what the stand-ins were asked."""

    code: int
    output: str
    records: Path
    jobs: Mapping[str, Job]
    """By their root modules, else by their ids."""

    def asked(self, stand_in: str) -> list[dict[str, str]]:
        """Give the inputs of each call of a stand-in."""
        files = sorted(self.records.glob(f"{stand_in}.*"))
        return [dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines()) for file in files]


def main_entries(log: str) -> Iterator[dict[str, Any]]:
    """Read what ``act --json`` printed of the steps themselves: a JSON object a line, between other lines."""
    for line in log.splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("stage") == "Main":
            yield entry


def _jobs(output: str) -> dict[str, Job]:
    found: dict[str, Job] = {}
    for entry in main_entries(output):
        job = found.setdefault((entry.get("matrix") or {}).get("root") or entry["jobID"], Job())
        outermost = len(entry.get("stepID", [])) == 1
        if entry.get("raw_output"):
            job.said += _COLOUR.sub("", entry["msg"])
        elif entry.get("command") == "summary" and outermost:
            job.summary += entry["content"]
        elif entry.get("command") == "set-output" and outermost:
            job.outputs.setdefault(entry["stepID"][0], {})[entry["name"]] = entry["arg"]
        elif "stepResult" in entry and outermost:
            job.results[entry["step"]] = entry["stepResult"]
    return found


def reusable_workflow(folder: Path, commit: str = COMMIT) -> Path:
    """Copy ``drift-gate.yml`` as a repository of its own, with what act's ``job`` context lacks of GitHub's."""
    job = json.dumps({"workflow_repository": GATE, "workflow_sha": commit}, separators=(",", ":"))
    text = (PROJECT / ".github" / "workflows" / "drift-gate.yml").read_text(encoding="utf-8")
    assert text.count("fromJSON(toJSON(job))") == 2
    file = folder / ".github" / "workflows" / "drift-gate.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace("toJSON(job)", f"'{job}'"), encoding="utf-8")
    return folder


def committed(folder: Path) -> Path:
    """Make a repository with one commit of what a folder holds."""
    who = ("-c", "user.name=a test", "-c", "user.email=test@example.com")
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "A caller"], ORIGIN):
        subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)
    return folder


def tools(folder: Path, **programs: Path) -> str:
    """Make a PATH with this Python, the system's own programs and ``programs``, without the tests' environment."""
    folder.mkdir(parents=True)
    programs = {
        "python3": Path(sys.base_prefix) / "bin" / "python3",
        "git": Path(shutil.which("git") or "git"),
    } | programs
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    return os.pathsep.join([str(folder), "/usr/bin", "/bin"])


def act(
    repository: Path,
    event_name: str,
    event: Mapping[str, Any],
    actions: Mapping[str, Path],
    environment: Mapping[str, str],
    scratch: Path,
    *options: str,
) -> Ran:
    """Run the workflows of ``repository`` that ``event_name`` starts; steps see ``environment`` beside act's own.

    ``actions`` answers ``uses: OWNER/NAME@REF`` from folders.
    """
    records = scratch / "records"
    records.mkdir(parents=True)
    (scratch / "event.json").write_text(json.dumps(event), encoding="utf-8")
    seen = {**environment, "STAND_IN_RECORDS": str(records), "STAND_IN_GATE": str(PROJECT)}
    command = [
        str(ACT),
        event_name,
        "--json",
        "--platform",
        "ubuntu-latest=-self-hosted",
        "--eventpath",
        f"{scratch}/event.json",
    ]
    command += ["--action-cache-path", f"{scratch}/act", "--no-cache-server", "--concurrent-jobs", "1"]
    command += options
    command += [word for name, value in seen.items() for word in ("--env", f"{name}={value}")]
    command += [word for name, folder in actions.items() for word in ("--local-repository", f"{name}={folder}")]
    # Nothing outside this machine is asked: what is not replaced would be fetched, and there is no route.
    done = subprocess.run(
        command,
        cwd=repository,
        env={**of_this_machine(), **environment, "HOME": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return Ran(done.returncode, done.stdout, records, _jobs(done.stdout))


def of_this_machine() -> dict[str, str]:
    """Give what of this machine's settings an installation needs."""
    return {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}


def called(repository: Path) -> str:
    """Find the reusable workflow's repository and ref as the caller writes them."""
    texts = (file.read_text(encoding="utf-8") for file in (repository / ".github" / "workflows").glob("*.yml"))
    (found,) = re.findall(rf"{GATE}/\.github/workflows/drift-gate\.yml@(\w+)", "".join(texts))
    return f"{GATE}@{found}"


def stand_ins() -> dict[str, Path]:
    """Give the stand-in of each third party's repository that there is one for, as it is pinned in the workflows."""
    pinned = {
        found
        for file in [*WORKFLOWS, *EXAMPLES]
        for found in re.findall(r"uses: ([\w-]+/[\w-]+)(?:/[\w-]+)*@(\w+)", file.read_text(encoding="utf-8"))
    }
    folders = {f"{name}@{commit}": STAND_INS / name.partition("/")[2] for name, commit in pinned}
    return {name: folder for name, folder in folders.items() if folder.is_dir()}

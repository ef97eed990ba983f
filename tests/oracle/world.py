"""The world that is changed by hand: a root module applied once on a local AWS, put back before each round."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from tests.local_aws import LocalAws, people
from tests.oracle.call import ELSEWHERE, REGION, Call, filled, may_share_second
from tests.oracle.refresh import Pair, refreshed
from tests.terraform_cli.binary import Completed, Terraform
from tests.terraform_cli.providers import Providers

ACCOUNT = "123456789012"
PEOPLE = ("ops_engineer", "developer", "oncall_admin", "sre_team")
ADDRESS = 'module.cell["{}"].'

_ROOT = Path(__file__).parent / "root"
_REATTACH = "TF_REATTACH_PROVIDERS="
# State is a minute old before anybody touches anything.
_SETTLED_SECONDS = 60.0
_STEP_SECONDS = 7.0
_ATTEMPTS = 3
_MADE_ALREADY = frozenset({"ResourceConflictException"})


class _AnswerLost(Exception):
    """The provider was told that what it makes is there already."""


class TerraformFailed(Exception):
    """A Terraform command failed; the text is its output's end."""


@dataclass(frozen=True)
class Played:
    """What one round left behind."""

    records: tuple[tuple[Any, ...], ...]
    """By sequence: the CloudTrail records of its calls."""
    drifted: tuple[frozenset[Pair], ...]
    """By sequence: what Terraform's refresh found in its cell."""


class World:
    """An applied root module with ``cells`` cells; a context manager.

    ``environment`` is what Terraform runs with beside the world's own settings, its ``TF_CLI_CONFIG_FILE`` among it;
    ``folder`` takes the root module and its state. Raises :class:`TerraformFailed` where it cannot be applied.
    """

    def __init__(self, terraform: Terraform, environment: Mapping[str, str], folder: Path, cells: int) -> None:
        self.root = folder / "root"
        self.cells = tuple(f"c{number:02d}" for number in range(cells))
        self._terraform = terraform
        self._environment = dict(environment)
        self._stack = ExitStack()
        self._folder = folder

    def __enter__(self) -> World:
        try:
            self._make()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def state(self) -> Path:
        """The state file that both are asked about."""
        return self.root / "terraform.tfstate"

    @property
    def before(self) -> tuple[Any, ...]:
        """The records of Terraform's own apply."""
        return self._before

    def now(self) -> Any:
        """Tell the local AWS's time."""
        return self._aws.now()

    def play(self, sequences: Sequence[Sequence[Call]]) -> Played:
        """Put the world back, play each sequence in a cell of its own, and let Terraform look once at all of them."""
        if len(sequences) > len(self.cells):
            raise ValueError(f"{len(sequences)} sequences for {len(self.cells)} cells")
        self._aws.restore(self._snapshot)
        records = []
        for cell, calls in zip(self.cells, sequences, strict=False):
            length = len(self._aws.records())
            self._play(cell, calls)
            records.append(tuple(self._aws.records()[length:]))
        self._aws.advance(_STEP_SECONDS)
        found = self._refresh()
        drifted = [frozenset(pair for pair in found if pair[0].startswith(ADDRESS.format(cell))) for cell in self.cells]
        return Played(tuple(records), tuple(drifted[: len(sequences)]))

    def _play(self, cell: str, calls: Sequence[Call]) -> None:
        this_second: list[Call] = []
        for call in calls:
            if not (this_second and call.hurried and may_share_second(this_second, call)):
                self._aws.advance(_STEP_SECONDS)
                this_second = []
            this_second.append(call)
            operation = getattr(self._people[call.who, call.region], xform_name(call.api))
            try:
                operation(**filled(call.arguments, self._names[cell]))
            except (ClientError, ParamValidationError):
                continue  # refused calls belong to life; those that botocore refuses never leave the house

    def _refresh(self) -> set[Pair]:
        self._run("plan", "-refresh-only", "-out=refresh.tfplan", "-parallelism=20")
        return refreshed(json.loads(self._run("show", "-json", "refresh.tfplan").stdout))

    def _make(self) -> None:
        shutil.copytree(_ROOT, self.root)
        self._aws = self._stack.enter_context(LocalAws())
        self._environment |= {"AWS_ENDPOINT_URL": self._aws.endpoint_url, "AWS_REGION": REGION}
        self._run("init")
        world = self._applied()
        # What the provider writes as null at first and as [] or "" after its first refresh is no drift.
        self._run("apply", "-refresh-only", "-auto-approve")
        self._people = {(name, REGION): getattr(people, name)(self._aws.endpoint_url, REGION) for name in PEOPLE}
        elsewhere = people.ops_engineer(self._aws.endpoint_url, ELSEWHERE)
        self._people |= {(name, ELSEWHERE): elsewhere for name in PEOPLE}
        state = json.loads(self.state.read_text(encoding="utf-8"))
        self._names = {cell: _names(cell, state) | world for cell in self.cells}
        self._aws.hold_clock()
        self._aws.advance(_SETTLED_SECONDS)
        self._before = tuple(self._aws.records())
        self._snapshot = self._aws.snapshot()

    def _applied(self) -> dict[str, str]:
        """Apply, and give the root module's variable ``world``.

        On a busy machine the provider loses an answer now and then; its second try then meets what its first one made,
        and it goes on trying for minutes. Such an apply is given up, and begun anew on an empty AWS.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            for left in (*self.root.glob(".terraform.tfstate*"), *self.root.glob("terraform.tfstate*")):
                left.unlink()
            self._aws.reset()
            world = _prerequisites(self._aws.endpoint_url)
            variables = json.dumps({"cells": self.cells, "world": world})
            (self.root / "terraform.tfvars.json").write_text(variables, encoding="utf-8")
            self._environment |= people.deployer(self._aws.endpoint_url, REGION)
            provider = self._start_provider()
            try:
                self._apply(attempt < _ATTEMPTS)
            except _AnswerLost:
                # It would go on calling.
                _end(provider)
            else:
                break
        return world

    def _apply(self, impatient: bool) -> None:
        command = ["apply", "-auto-approve", "-parallelism=20", *_quiet("apply")]
        log = self.root / "apply.log"
        with log.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [str(self._terraform.program), *command],
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            while process.poll() is None:
                time.sleep(0.2)
                if impatient and any(record.get("errorCode") in _MADE_ALREADY for record in self._aws.records()):
                    process.kill()
                    process.wait()
                    raise _AnswerLost
        if process.returncode != 0:
            raise TerraformFailed(f"terraform apply: {log.read_text(encoding='utf-8')[-3000:]}")

    def _run(self, *command: str, timeout: float = 300) -> Completed:
        done = self._terraform.run(*command, *_quiet(command[0]), cwd=self.root, env=self._environment, timeout=timeout)
        if done.code != 0:
            raise TerraformFailed(f"terraform {' '.join(command)}: {done.output[-3000:]}")
        return done

    def _start_provider(self) -> subprocess.Popen[str]:
        """Start the provider once for all commands, which ``TF_REATTACH_PROVIDERS`` tells about it.

        https://developer.hashicorp.com/terraform/plugin/debugging#running-terraform-with-a-provider-in-debug-mode
        """
        program = next((self.root / ".terraform" / "providers").glob("*/hashicorp/aws/*/*/terraform-provider-aws*"))
        process = subprocess.Popen(
            [str(program), "-debug"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._stack.callback(_end, process)
        assert process.stdout is not None
        for line in process.stdout:
            if _REATTACH in line:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                self._environment |= {"TF_REATTACH_PROVIDERS": line.strip().split("=", 1)[1].strip("'")}
                return process
        raise TerraformFailed(f"{program.name} -debug ended without saying how to reach it")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _quiet(command: str) -> tuple[str, ...]:
    return () if command == "show" else ("-no-color", "-input=false")


def _names(cell: str, state: Mapping[str, Any]) -> dict[str, str]:
    """Tell what the placeholders of calls stand for in one cell."""
    names = {"cell": cell, "account": ACCOUNT, "region": REGION}
    for resource in state["resources"]:
        if resource.get("module") == ADDRESS.format(cell).rstrip("."):
            attributes = resource["instances"][0]["attributes"]
            if made := _MADE.get((resource["type"], resource["name"])):
                placeholder, attribute = made
                names[placeholder] = attributes[attribute]
    return names


_MADE = {
    ("aws_lambda_event_source_mapping", "queue"): ("queue_mapping", "uuid"),
    ("aws_lambda_event_source_mapping", "stream"): ("stream_mapping", "uuid"),
    ("aws_lambda_code_signing_config", "trusted"): ("signing", "arn"),
    ("aws_lambda_layer_version", "shared"): ("layer_version", "arn"),
}
"""What AWS names by itself: the placeholder for it, and the attribute that holds it."""


def _prerequisites(endpoint_url: str) -> dict[str, str]:
    """Make what every cell leans on, without Terraform, and give it as the root module's variable ``world``."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint_url,
            aws_access_key_id="root",
            aws_secret_access_key="root",
            config=Config(s3={"addressing_style": "path"}),
        )

    client("sqs").create_queue(QueueName="orders")
    kinesis = client("kinesis")
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    # By S3 and not as a file: the provider uploads files one function after another, many seconds each.
    s3 = client("s3")
    s3.create_bucket(Bucket="packages")
    for name in ("app", "other"):
        s3.put_object(Bucket="packages", Key=f"{name}.zip", Body=package(name))
    return {
        "role": client("iam").create_role(RoleName="orders", AssumeRolePolicyDocument="{}")["Role"]["Arn"],
        "queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders",
        "stream": kinesis.describe_stream(StreamName="orders")["StreamDescription"]["StreamARN"],
        "bucket": "packages",
        "key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-00000000000a",
        "files": f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-0000000000000000a",
        "profile": f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/orders/abcdefghij",
    }


def bare_environment(folder: Path, providers: Providers) -> dict[str, str]:
    """Give Terraform an environment that knows nothing of who runs it; ``folder`` takes a home of its own."""
    home = folder / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TF_CLI_CONFIG_FILE": str(providers.cli_config),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def package(name: str) -> bytes:
    """Make the code ``app`` that Terraform deployed, or any other."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.py"), "def handler(event, context):\n    return event\n")
    return buffer.getvalue()

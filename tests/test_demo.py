"""``make demo`` runs on anybody's machine, whatever that machine is set up for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.terraform_cli.binary import PROJECT

SET_UP_FOR_WORK = {
    "AWS_PROFILE": "work",
    "AWS_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL_CLOUDTRAIL": "http://127.0.0.1:9",
    "TF_WORKSPACE": "blue",
    "TF_DATA_DIR": "elsewhere",
    "TFDRIFT_GATE_FAIL_ON": "never",
    "TFDRIFT_GATE_FORMAT": "json",
}


def test_the_demo_without_terraform_shows_the_four_changes_whatever_the_user_has_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=PROJECT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "TMPDIR": os.fspath(tmp_path), **SET_UP_FOR_WORK},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 out-of-band changes of Lambda resources, worst CRITICAL" in done.stdout

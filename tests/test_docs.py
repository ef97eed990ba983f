"""What the documents say is so."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from tests import readme
from tests.builders import function_state, state_text, update_configuration
from tests.outputs.scenarios import published_with_plan
from tests.samples import events_file, initialised
from tests.terraform_cli.binary import PROJECT
from tfdrift_gate import __version__
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.cli import cli
from tfdrift_gate.model import Problem
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.rules.read import read_rules
from tfdrift_gate.settings import resolve

TEXT = readme.README.read_text(encoding="utf-8")


def _tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in done.stdout.splitlines() if (path := PROJECT / name).is_file()]


@pytest.mark.parametrize("document", readme.GENERATED, ids=lambda document: document.name)
def test_the_generated_parts_of_a_document_are_current(document: Path) -> None:
    assert readme.current(document) == document.read_text(encoding="utf-8")


def test_the_captured_plan_shows_the_four_published_changes() -> None:
    plan = readme.between(TEXT, "captured plan")
    for words in ("memory_size 512 → 1024", "AllowS3Invoke", "batch_size 100 → 500", "none → 50", "Error:"):
        assert words in plan


def test_the_sample_rules_load() -> None:
    sample = re.fullmatch(r"```yaml\n(.*)\n```", readme.between(TEXT, "rules sample"), re.DOTALL)
    assert sample
    rules = read_rules(sample[1], "README.md", load_catalog())
    assert [len(part) for part in (rules.rules, rules.trusted, rules.waivers)] == [1, 1, 1]


def test_the_sample_rules_lower_what_readme_says_they_lower_and_the_listing_tells(tmp_path: Path) -> None:
    sample = readme.between(TEXT, "rules sample").removeprefix("```yaml\n").removesuffix("\n```")
    raised = update_configuration({"role": "arn:aws:iam::123456789012:role/other"})
    (tmp_path / "rules.yaml").write_text(sample, encoding="utf-8")
    (tmp_path / "state.json").write_text(state_text(function_state()), encoding="utf-8")
    given = ["--state", str(tmp_path / "state.json"), "--events", events_file(tmp_path, raised)]
    given += ["--since", "2026-01-01", "--until", "2026-01-02", "--format", "json"]
    run = CliRunner()
    own, built_in = (
        json.loads(run.invoke(cli, ["check", str(tmp_path), *given, *more]).stdout)["max_severity"]
        for more in (["--rules", str(tmp_path / "rules.yaml")], [])
    )
    assert "with the sample below a changed `role` is HIGH, which built in is\nCRITICAL" in TEXT
    assert (own, built_in) == ("high", "critical")
    listed = run.invoke(cli, ["rules", "--rules", str(tmp_path / "rules.yaml"), "--format", "json"]).stdout
    (gives_way,) = (rule["gives_way_to"] for rule in json.loads(listed)["rules"] if rule["name"] == "function-role")
    assert [(each["name"], each["attributes"]) for each in gives_way] == [("Lambda Function Configuration", ["role"])]


def test_every_format_says_that_no_verdict_was_reached_in_the_words_that_the_recipes_page_gives_it() -> None:
    page = (PROJECT / "docs" / "ci" / "README.md").read_text(encoding="utf-8")
    named = re.search(r"Every report says so: (.*?) by the verdict `incomplete`, the others", page, re.DOTALL)
    assert named
    by_verdict = set(re.findall(r"`(\w+)`", named[1]))
    assert by_verdict < set(FORMATS)
    report = replace(published_with_plan(), problems=(Problem("reading trail: it is gone", ""),))
    for name, output in FORMATS.items():
        words = "incomplete" if name in by_verdict else "No verdict was reached"
        assert words in output.render(report), name


def test_a_repeatable_option_is_read_from_the_environment_as_readme_shows() -> None:
    (shown,) = re.findall(r"`TFDRIFT_GATE_REGION=(\S+)`", TEXT)
    for separator in (",", "\n"):
        given = {"TFDRIFT_GATE_REGION": shown.replace(",", separator)}
        assert resolve({}, given).region == ("us-east-1", "eu-west-1")


def test_a_misspelt_workspace_is_told_in_the_headline_as_troubleshooting_says(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert "| no state yet: looked for it in … (exit code 0) |" in page
    root = initialised(tmp_path, "local", path=None, workspace_dir=None)
    done = CliRunner().invoke(cli, ["check", str(root), "--workspace", "prdo", "--events", events_file(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "no state yet: looked for it in " in done.stdout.splitlines()[0]
    assert "prdo" in done.stdout.splitlines()[0]


def test_the_sample_of_a_pre_commit_hook_names_one_that_there_is() -> None:
    sample = re.fullmatch(r"```yaml\n(.*)\n```", readme.between(TEXT, "pre-commit sample"), re.DOTALL)
    assert sample
    wanted = [hook["id"] for hook in yaml.safe_load(sample[1])["repos"][0]["hooks"]]
    assert wanted == [hook["id"] for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())]


def test_what_a_reader_copies_names_this_version() -> None:
    for page in _tracked("*.md", "docs/**/*.yml"):
        if page.name == "CHANGELOG.md":
            continue
        written = page.read_text(encoding="utf-8")
        versions = re.findall(
            r"tfdrift-gate==([0-9.]+)|^ *rev: v(\S+)|OWNER/tfdrift-gate\S*@[0-9a-f]{40} # v(\S+)|\?ref=v([^\"\s]+)",
            written,
            re.MULTILINE,
        )
        assert {"".join(found) for found in versions} <= {__version__}, page
        majors = re.findall(r"OWNER/tfdrift-gate\S*@v(\S+)", written)
        assert set(majors) <= {__version__.split(".")[0]}, page


def test_the_policies_are_json() -> None:
    policies = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
    assert policies
    for policy in policies:
        assert json.loads(policy)["Statement"]


def test_the_policy_of_verify_has_every_read_of_the_catalogue_and_its_table_says_what_for() -> None:
    block = readme.between(TEXT, "verify policy")
    fenced = re.search(r"```json\n(.*?)\n```", block, re.DOTALL)
    assert fenced
    allowed = json.loads(fenced[1])["Statement"][0]["Action"]
    reads = {f"lambda:{read.call}" for resource in load_catalog().resources.values() for read in resource.live}
    assert allowed == sorted(reads - {"lambda:GetFunction"})
    assert set(re.findall(r"^\| `(lambda:\w+)` \|", block, re.MULTILINE)) == reads


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_help_with_an_example_and_stands_in_readme(command: str) -> None:
    words = cli.commands[command].help or ""
    assert f"tfdrift-gate {command}" in words
    assert command in TEXT


@pytest.mark.parametrize(
    "file", _tracked("*.md", ":!tests/outputs/golden"), ids=lambda file: str(file.relative_to(PROJECT))
)
def test_every_relative_link_leads_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (file.parent / target).exists(), target


def _anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them of plain words."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "file", _tracked("*.md", ":!tests/outputs/golden"), ids=lambda file: str(file.relative_to(PROJECT))
)
def test_every_link_to_a_heading_leads_to_one(file: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", file.read_text(encoding="utf-8")):
        page = (file.parent / target) if target else file
        assert anchor in _anchors(page), f"{target}#{anchor}"


def test_every_page_of_the_documentation_is_in_readmes_index_or_in_that_of_its_folder() -> None:
    recipes = PROJECT / "docs" / "ci"
    pages = {page.resolve() for page in (PROJECT / "docs").rglob("*.md")}
    listed = {
        (index.parent / target).resolve()
        for index, text in (
            (readme.README, TEXT.partition("## Documentation")[2]),
            (recipes / "README.md", (recipes / "README.md").read_text(encoding="utf-8")),
        )
        for target in re.findall(r"\]\(([^)#\s]+)\)", text)
    }
    assert pages - listed == set()


def test_no_file_names_a_path_of_some_machine_or_a_key() -> None:
    # The pattern is put together here, so that this file does not match itself.
    machine = re.compile(
        "|".join(["/" + "root/", "/" + "home/[a-z]", "/" + "opt/tf", "/" + "tmp/lab", "/" + "work/main"])
    )
    key = re.compile(r"\bAKIA(?!.*EXAMPLE)[A-Z0-9]{16}\b")
    for file in _tracked():
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not machine.search(text), file
        assert not key.search(text), file

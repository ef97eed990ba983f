"""What a reviewer reads: the answer first, links to the lines, and commands that can be copied as they are."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import hcl2
import pytest
import yaml
from click.testing import CliRunner

from tests.outputs.gfm_renderer import page_of, references
from tests.outputs.scenarios import CHECKOUT, SCENARIOS, change, drift, event, finding, report
from tfdrift_gate.cli import cli
from tfdrift_gate.model import Checkout, Kind, SourceRange, TimeWindow
from tfdrift_gate.outputs import FORMATS, gfm, hcl

RENDER = FORMATS["markdown"].render


def blocks(written: str, language: str) -> list[str]:
    return [found[2] for found in re.finditer(rf"^(`{{3,}}){language}\n(.*?)\n\1$", written, re.DOTALL | re.MULTILINE)]


def test_the_first_lines_say_how_bad_it_is_and_what_merging_would_do() -> None:
    lines = RENDER(SCENARIOS["published_with_plan"]()).split("\n\n")
    assert lines[0] == "### tfdrift-gate `infra/prod`: 3 out-of-band changes of Lambda resources, worst CRITICAL"
    assert lines[1] == "**Merging this plan would undo 1 setting, adopt 2, leave 2 and destroy 1.**"


def test_what_the_change_under_review_adopts_stands_in_the_table_beside_the_findings() -> None:
    rows = [line for line in RENDER(SCENARIOS["published_with_plan"]()).splitlines() if line.startswith("| **")]
    assert [row.split("**")[1] for row in rows] == ["CRITICAL", "HIGH", "MEDIUM", "HIGH"]
    assert "**HIGH**, adopted" in rows[-1]
    assert "**adopts** it" in rows[-1]
    assert "**undoes** `memory_size`<br>**leaves** `timeout`" in rows[1]


def test_without_a_plan_there_is_no_column_for_it() -> None:
    written = RENDER(SCENARIOS["published"]())
    assert "What this plan does" not in written
    assert "Merging" not in written
    assert set(page_of(written).tables[0]) == {3}


def test_a_resource_is_linked_to_its_lines_in_the_repository() -> None:
    assert f"{CHECKOUT.pages}/infra/prod/main.tf#L10-L18" in page_of(RENDER(SCENARIOS["published"]())).links


@pytest.mark.parametrize(
    "pages", [None, "javascript:alert(1)", "https://x.example/) [y](https://evil.example", "https://x/ y"]
)
def test_without_pages_or_with_strange_ones_nothing_is_linked(pages: str | None) -> None:
    written = RENDER(replace(SCENARIOS["published"](), checkout=Checkout("infra/prod", pages)))
    assert not page_of(written).links
    assert "`infra/prod/main.tf:10`" in written


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_block_to_copy_is_what_its_language_allows(scenario: str) -> None:
    written = RENDER(SCENARIOS[scenario]())
    for block in blocks(written, "hcl"):
        hcl2.loads(block + "\n")
    for block in blocks(written, "yaml"):
        assert list(yaml.safe_load(block)) == ["waivers"]


def test_an_unmanaged_resource_comes_with_its_import_and_a_matching_block() -> None:
    assert blocks(RENDER(SCENARIOS["published"]()), "hcl")[-1] == (
        "import {\n"
        "  to = aws_lambda_permission.allow_s3_invoke\n"
        '  id = "secure-function/AllowS3Invoke"\n'
        "}\n"
        "\n"
        'resource "aws_lambda_permission" "allow_s3_invoke" {\n'
        "  function_name = aws_lambda_function.secure_function.function_name\n"
        '  statement_id  = "AllowS3Invoke"\n'
        '  action        = "lambda:InvokeFunction"\n'
        '  principal     = "s3.amazonaws.com"\n'
        '  source_arn    = "arn:aws:s3:::untrusted-bucket"\n'
        "}"
    )


def test_what_can_be_adopted_is_written_as_terraform_has_it_and_the_rest_is_said() -> None:
    written = RENDER(SCENARIOS["secret"]())
    adopted = blocks(written, "hcl")[0]
    assert hcl2.loads(adopted + "\n")["timeout"] == 30
    assert 'team = "growth"' in adopted
    assert "tier" not in adopted
    for words in (
        "`environment`: the value is not shown here",
        "`kms_key_arn`: the value is not shown here",
        "`description`: take it out",
        '`tags["tier"]`: take it out',
        "`code_sha256` follows from what is deployed",
    ):
        assert words in written


def test_a_value_that_would_be_code_is_a_text_in_the_block() -> None:
    hostile = '${file("x")} %{if true} "\n}\nresource "x" "y" {\n```\n'
    written = RENDER(report(finding(drift((change("description", "", hostile, event()),)))))
    block = blocks(written, "hcl")[0]
    assert list(hcl2.loads(block + "\n")) == ["description"]
    assert "$${file" in block
    assert "%%{if" in block


def test_an_import_id_that_cannot_be_shown_is_not_made_up() -> None:
    unmanaged = drift((), None, "aws_lambda_alias", "orders/\u202eblue", kind=Kind.UNMANAGED, events=(event(),))
    written = RENDER(report(finding(unmanaged)))
    assert not blocks(written, "hcl")
    assert "its import id is not shown here" in written


def test_a_verdict_that_was_not_reached_comes_first_with_what_to_do() -> None:
    written = RENDER(SCENARIOS["no_permission"]())
    assert written.startswith(
        "### tfdrift-gate `infra/prod`: No verdict was reached: reading the event history of `us-east-1`"
    )
    assert "Nothing was ruled out" in written
    assert "grant `cloudtrail:LookupEvents` to the role that runs this" in written
    assert "No out-of-band change" not in written


def test_the_commands_name_the_root_module_where_it_lies() -> None:
    moved = replace(SCENARIOS["published"](), checkout=Checkout("infra; rm -rf /"))
    commands = "\n".join(blocks(RENDER(moved), "sh"))
    assert "terraform -chdir='infra; rm -rf /' apply" in commands
    assert "tfdrift-gate check 'infra; rm -rf /'" in commands


def test_a_fence_is_longer_than_any_run_of_backticks_inside() -> None:
    page = page_of(gfm.fenced("sh", ["a ```` b", "```", "c"]))
    assert page.elements["pre"] == 1
    assert not references(page)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words, and 512 of them.", "plain words, and 512 of them."),
        ("this plan sets memory_size back to 512: ops-engineer's change is lost",) * 2,
        ("fixed by #12 or GH-3", "fixed by `#12` or `GH-3`"),
        ("see https://x.example.", "see `https://x.example`."),
        ('["a", "b"]', '`["a"`, `"b"]`'),
        ("1. x", "`1`. x"),
        ("= x", "`=` x"),
        ("see (a_b) and (looked for in c/d))", "see (`a_b`) and (looked for in `c/d`))"),
        ("f(x_y), (f(x)) (x-1", "`f(x_y)`, (`f(x)`) (`x-1`"),
        ("() ( ) (.", "`() ( ) (.`"),
        ("deadbeef's", "`deadbeef's`"),
        ("", ""),
    ],
)
def test_a_sentence_keeps_its_plain_words_and_everything_else_is_code(text: str, written: str) -> None:
    assert gfm.prose(text) == written.replace("memory_size", "`memory_size`")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (None, "null"),
        (True, "true"),
        (10, "10"),
        ('a"b\\c', '"a\\"b\\\\c"'),
        (["a", 1], '["a", 1]'),
        ({"a": "b", "a b": [1]}, '{ a = "b", "a b" = [1] }'),
        ({}, "{}"),
        ("\x1b \x08\x0c\\b", '"\\u001b \\u0008\\u000c\\\\b"'),
        ("##[group]", None),
        (["\u202e"], None),
        ("x" * 3000, None),
    ],
)
def test_values_are_written_as_terraform_reads_them_or_not_at_all(given: object, written: str | None) -> None:
    assert hcl.value(given) == written


def test_lines_outside_the_repository_are_not_linked() -> None:
    outside = finding(drift((change("timeout", 1, 2, event()),)), source=SourceRange("../../../x.tf", 1, 2))
    written = RENDER(report(outside))
    assert not page_of(written).links
    assert "x.tf" not in written


def test_the_waiver_that_is_shown_is_the_one_that_its_command_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(timezone.utc)
    written = RENDER(replace(SCENARIOS["published"](), window=TimeWindow(now, now)))
    command = next(block for block in blocks(written, "sh") if "waive" in block)
    (tmp_path / "infra" / "prod").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    waivers = yaml.safe_load((tmp_path / "infra/prod/.tfdrift-gate.yaml").read_text(encoding="utf-8"))
    assert waivers == yaml.safe_load(blocks(written, "yaml")[0])


def test_the_commands_are_for_the_root_module_and_workspace_that_were_checked() -> None:
    checkout = Checkout("infra/prod", None, "blue")
    plain = RENDER(replace(SCENARIOS["published"](), checkout=checkout))
    assert plain.startswith("### tfdrift-gate `infra/prod@blue`: ")
    commands = [block.strip() for block in blocks(plain, "sh")]
    assert commands[0] == "TF_WORKSPACE=blue TFDRIFT_GATE_MODE=annotate terraform -chdir=infra/prod apply"
    assert commands[-1] == "tfdrift-gate check infra/prod --workspace blue"


def test_with_a_plan_the_new_check_is_of_a_new_plan() -> None:
    commands = blocks(RENDER(SCENARIOS["published_with_plan"]()), "sh")[-1].splitlines()
    assert commands == [
        "TFDRIFT_GATE_MODE=annotate terraform -chdir=infra/prod plan -out=plan.bin",
        "terraform -chdir=infra/prod show -json plan.bin > infra/prod/plan.json",
        "tfdrift-gate check infra/prod --plan infra/prod/plan.json",
    ]


def test_a_quoted_name_is_read_as_words() -> None:
    assert gfm.prose('rule "Lambda Function Configuration" says so') == 'rule "Lambda Function Configuration" says so'
    assert gfm.prose('rule "@everyone" says so') == 'rule `"@everyone"` says so'

"""README's pictures show what the real run says, and are fit to be shown."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import readme
from tests.pictures import comment, transcript
from tests.pictures.files import COMMENTS, TRANSCRIPT
from tests.pictures.story import ROOT, Told, play
from tests.terraform_cli.fixtures import cannot
from tests.workflows.on_act import ACT

PICTURES = [TRANSCRIPT, *COMMENTS.values()]
LARGEST = 300_000


@pytest.fixture(scope="module")
def told() -> list[Told]:
    if not ACT.exists():
        cannot("act is not installed beside this Python")
    return play()


@pytest.mark.long
def test_the_transcript_is_what_the_runner_says_today(told: list[Told]) -> None:
    assert TRANSCRIPT.read_text(encoding="utf-8") == transcript.svg(transcript.lines_of(told)), "run make pictures"


@pytest.mark.long
@pytest.mark.parametrize("scheme", comment.SCHEMES)
def test_the_pictured_comment_is_the_one_that_is_posted_today(told: list[Told], scheme: str) -> None:
    carried = comment.carried(COMMENTS[scheme].read_bytes())
    assert carried == comment.fingerprint(told[0].comments[0], scheme), "run make pictures"


@pytest.mark.long
def test_the_story_is_the_one_that_readme_tells(told: list[Told]) -> None:
    first, second, third = told
    assert [(run.gate.exit, run.gate.result, run.gate.outputs["verdict"]) for run in told] == [
        ("2", "failure", "drift"),
        ("2", "failure", "drift"),
        ("", "success", "clean"),
    ]
    comments = f"/repos/acme/infra/issues/{7}/comments"
    assert [run.requests[-1] for run in told] == [
        ("POST", comments),
        ("PATCH", "/repos/acme/infra/issues/comments/1"),
        ("PATCH", "/repos/acme/infra/issues/comments/1"),
    ]
    assert all(len(run.comments) == 1 for run in told)
    for effect in ("undoes", "adopts", "leaves", "destroys"):
        assert f"**{effect}** it" in first.comments[0]
    assert "Merging this plan would undo 2 settings, adopt 2, leave 1 and destroy 1." in first.gate.summary
    assert "`512` → `2048`" in second.comments[0]
    assert third.comments[0].splitlines()[1].startswith("**Resolved.**")


def test_the_annotations_of_the_transcript_stand_on_the_lines_of_their_blocks() -> None:
    main = (Path(__file__).parent / "infra" / "main.tf").read_text(encoding="utf-8").splitlines()
    places = re.findall(rf"(\w+): {ROOT}/main\.tf:(\d+)-(\d+)", TRANSCRIPT.read_text(encoding="utf-8"))
    blocks = [(main[int(first) - 1], main[int(last) - 1]) for _, first, last in places[:2]]
    assert blocks == [
        ('resource "aws_lambda_function" "secure_function" {', "}"),
        ('resource "aws_lambda_function" "process_orders" {', "}"),
    ]


def test_a_command_is_read_as_githubs_runner_reads_it() -> None:
    command = "::error file=a%2Cb.tf,line=1,endLine=2,title=T%3A t::arn:aws:s3:::bucket%0Amore"
    assert transcript.annotation(command) == transcript.Annotation(
        "error", "a,b.tf:1-2", "T: t", "arn:aws:s3:::bucket\nmore"
    )


@pytest.mark.parametrize("picture", PICTURES, ids=lambda file: file.name)
def test_a_picture_is_small_and_names_nothing_of_the_machine_that_made_it(picture: Path) -> None:
    data = picture.read_bytes()
    assert len(data) < LARGEST
    assert not re.search(rb"/(?:tmp|work|home|root)/|127\.0\.0\.1", data)


def test_the_transcript_is_well_formed_and_fetches_nothing() -> None:
    drawing = ElementTree.parse(TRANSCRIPT).getroot()  # noqa: S314 - our own output
    assert {element.tag.partition("}")[2] for element in drawing.iter()} == {"svg", "title", "style", "rect", "text"}
    assert "url(" not in TRANSCRIPT.read_text(encoding="utf-8")


def test_both_comments_are_pngs_of_one_size() -> None:
    sizes = [struct.unpack(">8x4x4sII", file.read_bytes()[:24]) for file in COMMENTS.values()]
    assert {kind for kind, _, _ in sizes} == {b"IHDR"}
    assert len(set(sizes)) == 1


def test_readme_shows_every_picture_and_says_in_words_what_is_to_be_seen() -> None:
    text = readme.README.read_text(encoding="utf-8")
    for picture in PICTURES:
        assert picture.relative_to(readme.PROJECT).as_posix() in text
    for shown in re.findall(r"<img [^>]*>", text):
        described = re.search(r'alt="([^"]+)"', shown)
        assert described
        assert len(described[1]) > 40

"""Several root modules in one output: each has its section, the limits hold for the whole, names stay text."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from tests.outputs.gfm_renderer import page_of, references
from tests.outputs.sarif_validator import violations
from tests.outputs.scenarios import HOSTILE
from tests.outputs.several import SEVERAL, many_of_them, several, several_clean, several_hostile
from tests.outputs.test_hostile import FRAGMENTS, TEXTS, commands, is_only_words_and_code, leaves, said
from tests.outputs.test_junit import jenkins
from tests.test_hostile_text import is_harmless
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.outputs.json import document_of_roots
from tfdrift_gate.outputs.markdown import LONGEST


def rendered(name: str, scenario: str = "several") -> str:
    return FORMATS[name].render(SEVERAL[scenario]())


def test_a_table_has_a_section_for_each_and_one_closing_line_for_all() -> None:
    written = rendered("table")
    titles = re.findall(r"^== (.*) ==$", written, re.MULTILINE)
    names = [f"Root module {name}" for name in ("infra/orders", "infra/billing@blue", "infra/web", ".")]
    assert titles == [*names, "All 4 root modules"]
    closing = written.split("== All 4 root modules ==\n\n")[1]
    said = "No verdict was reached for 1 of 4 root modules: infra/billing@blue; found so far: 5 out-of-band changes"
    assert closing.splitlines()[0] == said
    assert written.count("\nRead ") == 1


def test_json_keeps_its_keys_over_all_of_them_and_says_of_each_entry_whose_it_is() -> None:
    found = json.loads(rendered("json"))
    assert (found["verdict"], found["max_severity"]) == ("incomplete", "critical")
    assert [(root["root"], root["verdict"], root["workspace"]) for root in found["roots"]] == [
        ("infra/orders", "drift", None),
        ("infra/billing@blue", "incomplete", "blue"),
        ("infra/web", "clean", None),
        (".", "clean", None),
    ]
    sums = Counter[str]()
    for root in found["roots"]:
        counts = root["counts"]
        sums.update({name: counts[name] for name in ("managed", "findings", "suppressed", "reverted", "unexplained")})
    assert {name: found["counts"][name] for name in sums} == sums
    # What was read is read once.
    assert found["counts"]["records_read"] == 214
    assert len(found["coverage"]) == 1
    assert [entry["root"] for entry in found["skipped"]] == [None]
    assert {finding["root"] for finding in found["findings"]} == {"infra/orders", "infra/billing@blue"}
    levels = ["critical", "high", "medium", "low"]
    order = [(levels.index(each["severity"]), each["address"] or "") for each in found["findings"]]
    assert order == sorted(order)
    assert found["problems"][0]["message"].startswith("infra/billing@blue: reading the event history")
    assert len(found["notes"]) == 2


def test_each_has_a_sarif_run_in_the_category_that_it_has_alone() -> None:
    log = json.loads(rendered("sarif"))
    ids = [run["automationDetails"]["id"] for run in log["runs"]]
    assert ids == [
        "tfdrift-gate/infra/orders/",
        "tfdrift-gate/infra/billing@blue/",
        "tfdrift-gate/infra/web/",
        "tfdrift-gate/",
    ]
    for number, report in enumerate(several().reports):
        alone = json.loads(FORMATS["sarif"].render(report))["runs"][0]
        if number:  # the first one also tells what was not understood
            assert log["runs"][number] == alone


@pytest.mark.parametrize("scenario", SEVERAL)
def test_a_log_of_several_runs_is_valid_sarif(scenario: str) -> None:
    assert violations(json.loads(rendered("sarif", scenario))) == []


@pytest.mark.parametrize("scenario", SEVERAL)
def test_each_has_a_junit_suite_and_the_sums_are_theirs(scenario: str) -> None:
    written = rendered("junit", scenario)
    jenkins().validate(written)
    root = ElementTree.fromstring(written)  # noqa: S314 - our own output
    suites = list(root)
    assert len(suites) == len(SEVERAL[scenario]().reports)
    for name in ("tests", "failures", "errors"):
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in suites)


@pytest.mark.parametrize("scenario", SEVERAL)
def test_gitlab_gets_one_list_in_which_no_two_entries_are_told_apart_by_nothing(scenario: str) -> None:
    entries = json.loads(rendered("gitlab", scenario))
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert len(set(fingerprints)) == len(fingerprints)
    roots = SEVERAL[scenario]()
    assert sum(not each["check_name"].startswith(("no-verdict", "note", "not-")) for each in entries) >= len(
        roots.findings
    )


def test_gitlab_keeps_what_two_root_modules_have_alike() -> None:
    roots = many_of_them(3, 2)
    entries = json.loads(FORMATS["gitlab"].render(roots))
    assert Counter(entry["location"]["path"] for entry in entries if "rule" not in entry) >= Counter(
        {f"infra/root-{number:03}/main.tf": 2 for number in range(3)}
    )


def test_github_tells_ten_of_a_level_over_all_of_them_and_whose_each_is() -> None:
    written = FORMATS["github"].render(many_of_them(12, 8))
    found = list(commands(written))
    levels = Counter(name for name, _, _ in found)
    assert levels == {"error": 10, "warning": 10, "notice": 10}
    more = re.search(r"^tfdrift-gate: (\d+) more without an annotation", written, re.MULTILINE)
    assert more
    # One notice beside the findings is about what could not be judged.
    assert int(more[1]) + 30 == 12 * 8 + 1
    assert all(data.startswith("root module infra/root-") for _, _, data in found if "judged" not in data)
    files = {properties["file"] for _, properties, _ in found if "file" in properties}
    assert files <= {f"infra/root-{number:03}/main.tf" for number in range(12)}


@pytest.mark.parametrize(("roots", "findings"), [(1, 0), (2, 1), (3, 50), (30, 30), (300, 1), (3, 3000), (2000, 0)])
def test_markdown_of_any_number_of_them_fits_and_says_what_is_left_out(roots: int, findings: int) -> None:
    written = FORMATS["markdown"].render(many_of_them(roots, findings))
    assert len(written.encode()) <= LONGEST
    page = page_of(written)
    assert not page.unbalanced
    told = written.count("### tfdrift-gate `infra/root-")
    left = re.search(r"left out are the sections of (\d+) root modules?\.", written)
    assert told + (int(left[1]) if left else 0) == roots


def test_what_small_sections_leave_is_the_large_ones() -> None:
    written = FORMATS["markdown"].render(many_of_them(2, 40))
    assert "left out are the sections" not in written
    assert LONGEST * 0.8 < len(written.encode()) <= LONGEST


def test_people_never_read_clean_of_what_has_no_verdict() -> None:
    for name in ("table", "github"):
        assert "clean" not in rendered(name)
    rows = [line for line in rendered("markdown").splitlines() if line.startswith("| `")]
    assert [line.split(" | ")[1] for line in rows[:4]] == ["drift", "incomplete", "clean", "clean"]


@cache
def harmless() -> dict[str, str]:
    return {name: form.render(several_hostile("harmless")) for name, form in FORMATS.items()}


def stays_text(text: str) -> None:
    roots, other = several_hostile(text), harmless()
    written = {name: form.render(roots) for name, form in FORMATS.items()}
    assert is_harmless(written["table"])
    page, like = page_of(written["markdown"]), page_of(other["markdown"])
    assert not page.unbalanced
    assert page.tables[0] == like.tables[0]
    assert page.attributes <= like.attributes
    assert not references(page)
    assert len(written["markdown"].encode()) <= LONGEST
    found, alike = list(commands(written["github"])), list(commands(other["github"]))
    assert Counter(name for name, _, _ in found) == Counter(name for name, _, _ in alike)
    assert sum(line.startswith("::") for line in written["github"].splitlines()) == len(found)
    for _, properties, data in found:
        assert is_harmless(f"{properties['title']}\n{data}\n")
    assert json.loads(written["json"]) == document_of_roots(roots)
    log = json.loads(written["sarif"])
    for run in log["runs"]:
        for words in said(run["results"] + run["invocations"]):
            is_only_words_and_code(words)
    assert text in set(leaves(log))
    for entry in json.loads(written["gitlab"]):
        is_only_words_and_code(entry["description"])
    assert is_harmless(written["junit"])
    tags = [[each.tag for each in ElementTree.fromstring(one).iter()] for one in (written["junit"], other["junit"])]  # noqa: S314
    assert tags[0] == tags[1]
    for name in set(FORMATS) - {"github"}:
        assert not list(commands(written[name])), name


def test_hostile_text_in_a_folders_name_stays_text() -> None:
    stays_text(HOSTILE)


@pytest.mark.long
def test_each_known_trick_in_a_folders_name_stays_text() -> None:
    for text in FRAGMENTS:
        stays_text(text)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_whatever_a_folder_is_called_stays_text(text: str) -> None:
    stays_text(text)


def test_a_run_over_one_root_module_has_none_of_the_words_about_several() -> None:
    (first, _) = several_clean().reports
    alone: dict[str, Any] = json.loads(FORMATS["json"].render(first))
    assert "roots" not in alone
    assert "root module" not in FORMATS["table"].render(first).lower()

"""``junit``: a report in the form of JUnit's, for the test reports of Jenkins, GitLab and others.

One suite a run. A finding is a failure, what is not held against anyone or could not be judged was skipped, what could
not be read is an error, what was changed back has passed; a clean run is one test that passed. The form is what the
schema of Jenkins allows (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd); it knows no file of a test, so the
place is in the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Checkout, Finding, Report, RootsReport, Unexplained
from tfdrift_gate.outputs import lines, text
from tfdrift_gate.outputs import roots as words
from tfdrift_gate.outputs.place import place_of

# NOTE: the characters of XML 1.0, https://www.w3.org/TR/xml/#charsets. What controls a terminal is written out before.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OURS = "tfdrift-gate"


@dataclass(frozen=True)
class _Case:
    group: str
    name: str
    outcome: str = ""
    """``failure``, ``error``, ``skipped``, or empty for what has passed."""
    type: str = ""
    lines: tuple[str, ...] = ()


def render(report: Report, color: bool = False) -> str:
    """Render the report as XML 1.0, indented; ``color`` has no effect."""
    return _document([_suite(report, text.printable(report.checkout.root))])


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render a suite of each root module."""
    return _document([_suite(report, text.printable(name)) for name, report in words.telling_all(roots)])


def _document(suites: Sequence[ElementTree.Element]) -> str:
    counts = ((name, sum(int(suite.attrib[name]) for suite in suites)) for name in ("tests", "failures", "errors"))
    root = ElementTree.Element("testsuites", {"name": _OURS, **{name: str(number) for name, number in counts}})
    root.extend(suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(report: Report, about: str) -> ElementTree.Element:
    cases = list(_cases(report))
    outcomes = Counter(case.outcome for case in cases)
    counts = {"tests": len(cases), "failures": outcomes["failure"], "errors": outcomes["error"]}
    written = {name: str(number) for name, number in counts.items()}
    suite = ElementTree.Element(
        "testsuite", {"name": _xml(f"{_OURS} {about}".rstrip()), **written, "skipped": str(outcomes["skipped"])}
    )
    properties = ElementTree.SubElement(suite, "properties")
    window = report.window
    for name, value in (("verdict", report.verdict), ("since", iso(window.since)), ("until", iso(window.until))):
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})
    names: Counter[tuple[str, str]] = Counter()
    for case in cases:
        # Of tests with the same name GitLab shows the first alone.
        names[case.group, case.name] += 1
        number = names[case.group, case.name]
        _write(suite, case, f"{case.name} ({number})" if number > 1 else case.name)
    said = [text.headline(report), *(text.printable(note) for note in report.notes)]
    ElementTree.SubElement(suite, "system-out").text = _xml("\n".join(said))
    return suite


def _write(suite: ElementTree.Element, case: _Case, name: str) -> None:
    written = ElementTree.SubElement(suite, "testcase", {"classname": _xml(case.group), "name": _xml(name)})
    if case.outcome:
        about = {"type": case.type, "message": _xml(case.lines[0])} if case.outcome != "skipped" else {}
        ElementTree.SubElement(written, case.outcome, about).text = _xml("\n".join(case.lines))


def _cases(report: Report) -> Iterator[_Case]:
    for problem in report.problems:
        said = [text.printable(each) for each in (problem.message, problem.hint) if each]
        yield _Case(_OURS, "a verdict is reached", "error", "incomplete", ("No verdict was reached", *said))
    if report.verdict == "clean":
        yield _Case(_OURS, "no out-of-band change")
    for finding in report.findings:
        said = [lines.headline_of(finding), _stands(finding, report.checkout), *lines.details_of(finding)]
        yield _case(finding, "failure", said, finding.severity.word)
    for entry in report.unexplained:
        yield _of_unexplained(entry, report.checkout)
    for finding in report.suppressed:
        why = text.suppression(finding.suppressed_by) if finding.suppressed_by else ""
        yield _case(finding, "skipped", [why, lines.headline_of(finding), *lines.details_of(finding)])
    for finding in report.reverted:
        yield _case(finding, "", [])
    for reason, what, found in text.alike(report.skipped):
        said = lines.not_judged(reason, what, found)
        yield _Case(_OURS, f"{text.printable(what)} ({text.printable(reason)})", "skipped", "", tuple(said))


def _case(finding: Finding, outcome: str, said: Iterable[str], kind: str = "") -> _Case:
    name = f"{text.subject(finding)} [{finding.id}]"
    return _Case(text.printable(finding.drift.key.resource_type), name, outcome, kind, tuple(said))


def _of_unexplained(entry: Unexplained, checkout: Checkout) -> _Case:
    place = f"at {text.printable(place_of(checkout, entry.source).words)}"
    said = (lines.headline_of_unexplained(entry), place, *lines.details_of_unexplained(entry))
    return _Case(text.printable(entry.resource_type), text.printable(entry.address), "skipped", "", said)


def _stands(finding: Finding, checkout: Checkout) -> str:
    return f"at {text.printable(place_of(checkout, finding.source).words)}"


def _xml(given: str) -> str:
    """Write out what XML cannot hold, and what Jenkins and GitLab would take for the path of an attachment."""
    safe = _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", given)
    return safe.replace("[[ATTACHMENT|", "[[ATTACHMENT\\x7c")

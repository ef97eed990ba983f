"""Where the root module lies in its repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfdrift_gate.checkout import find_checkout

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUNNER = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_SHA": COMMIT}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository" / "infra" / "prod"
    folder.mkdir(parents=True)
    return folder


def test_the_runners_workspace_is_the_repositorys_root(root: Path) -> None:
    assert find_checkout(root, {"GITHUB_WORKSPACE": str(root.parents[1])}).folder == "infra/prod"


def test_without_a_runner_it_is_gits_top_level(root: Path) -> None:
    (root.parents[1] / ".git").mkdir()
    assert find_checkout(root, {}).folder == "infra/prod"


def test_a_worktrees_git_file_counts_as_well(root: Path) -> None:
    (root.parent / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert find_checkout(root, {}).folder == "prod"


def test_a_workspace_that_does_not_hold_the_root_module_says_nothing(root: Path, tmp_path: Path) -> None:
    (root.parent / ".git").mkdir()
    found = find_checkout(root, {**RUNNER, "GITHUB_WORKSPACE": str(tmp_path / "other")})
    assert (found.folder, found.pages) == ("prod", None)


def test_outside_any_repository_files_are_relative_to_the_root_module(root: Path) -> None:
    assert find_checkout(root, {}).folder == ""


def test_the_workspace_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root.parents[1])
    assert find_checkout(link / "infra" / "prod", {"GITHUB_WORKSPACE": str(root.parents[1])}).folder == "infra/prod"


def test_pages_are_those_of_the_commit_that_was_checked(root: Path) -> None:
    assert find_checkout(root, RUNNER).pages == f"https://github.com/acme/infra/blob/{COMMIT}"


def test_a_repository_inside_the_workspace_has_no_pages_that_are_known(root: Path) -> None:
    (root.parent / ".git").mkdir()
    found = find_checkout(root, {**RUNNER, "GITHUB_WORKSPACE": str(root.parents[1])})
    assert (found.folder, found.pages) == ("infra/prod", None)
    (root.parents[1] / ".git").mkdir()
    (root.parent / ".git").rmdir()
    assert find_checkout(root, {**RUNNER, "GITHUB_WORKSPACE": str(root.parents[1])}).pages


@pytest.mark.parametrize(
    "odd",
    [
        {"GITHUB_REPOSITORY": "acme/infra/../x"},
        {"GITHUB_REPOSITORY": "acme/in)fra"},
        {"GITHUB_SERVER_URL": "javascript://x"},
        {"GITHUB_SHA": "main"},
        {"GITHUB_SHA": ""},
    ],
)
def test_odd_variables_give_no_pages(root: Path, odd: dict[str, str]) -> None:
    assert find_checkout(root, RUNNER | odd).pages is None


@pytest.mark.parametrize(
    ("named", "variables", "root_name"),
    [
        (None, {}, "infra/prod"),
        ("blue", {}, "infra/prod@blue"),
        (None, {"TF_WORKSPACE": "green"}, "infra/prod@green"),
        ("blue", {"TF_WORKSPACE": "green"}, "infra/prod@blue"),
    ],
)
def test_a_workspace_that_is_named_tells_root_modules_apart(
    root: Path, named: str | None, variables: dict[str, str], root_name: str
) -> None:
    (root.parents[1] / ".git").mkdir()
    assert find_checkout(root, variables, named).root == root_name

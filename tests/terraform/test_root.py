"""A root module's backend and workspace are found where Terraform itself would look."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.samples import FUNCTION_BLOCK, initialised
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.root import LocalState, PulledState, S3State, StateLocation, locate_state, open_root


def locate(folder: Path, workspace: str | None = None, **variables: str) -> StateLocation:
    return locate_state(open_root(str(folder), workspace, variables))


def select(folder: Path, workspace: str, data_folder: str = ".terraform") -> None:
    (folder / data_folder).mkdir(exist_ok=True)
    (folder / data_folder / "environment").write_text(workspace)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A root module that names no backend."""
    (tmp_path / "main.tf").write_text(FUNCTION_BLOCK)
    return tmp_path


# The local backend


def test_without_a_backend_the_state_lies_beside_the_configuration(plain: Path) -> None:
    assert locate(plain) == LocalState(plain / "terraform.tfstate")


def test_the_local_backends_path_is_relative_to_the_root_module(tmp_path: Path) -> None:
    initialised(tmp_path, "local", path="states/prod.tfstate", workspace_dir=None)
    assert locate(tmp_path) == LocalState(tmp_path / "states" / "prod.tfstate")


def test_the_local_backends_path_may_be_absolute(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.tfstate"
    initialised(tmp_path / "root", "local", path=str(elsewhere))
    assert locate(tmp_path / "root") == LocalState(elsewhere)


def test_another_workspace_has_a_folder_of_its_own(plain: Path) -> None:
    assert locate(plain, "blue") == LocalState(plain / "terraform.tfstate.d" / "blue" / "terraform.tfstate")


def test_workspace_dir_holds_the_other_workspaces_and_path_only_the_default(tmp_path: Path) -> None:
    initialised(tmp_path, "local", path="prod.tfstate", workspace_dir="spaces")
    assert locate(tmp_path, "blue") == LocalState(tmp_path / "spaces" / "blue" / "terraform.tfstate")
    assert locate(tmp_path, "default") == LocalState(tmp_path / "prod.tfstate")


# Which workspace


def test_the_selected_workspace_is_taken(plain: Path) -> None:
    select(plain, "blue\n")
    assert open_root(str(plain), None, {}).workspace == "blue"


def test_tf_workspace_wins_over_the_selected_one_and_the_option_over_both(plain: Path) -> None:
    select(plain, "blue")
    assert open_root(str(plain), None, {"TF_WORKSPACE": "green"}).workspace == "green"
    assert open_root(str(plain), "red", {"TF_WORKSPACE": "green"}).workspace == "red"


def test_an_empty_tf_workspace_counts_as_none(plain: Path) -> None:
    select(plain, "blue")
    assert open_root(str(plain), None, {"TF_WORKSPACE": ""}).workspace == "blue"


# Which data folder


@pytest.mark.parametrize("absolute", [False, True])
def test_tf_data_dir_holds_backend_and_workspace(tmp_path: Path, absolute: bool) -> None:
    initialised(tmp_path, "local", path="wrong.tfstate")
    initialised(tmp_path, "local", data_folder="data", path="right.tfstate", workspace_dir="spaces")
    given = str(tmp_path / "data") if absolute else "data"
    assert locate(tmp_path, TF_DATA_DIR=given) == LocalState(tmp_path / "right.tfstate")
    select(tmp_path, "blue", "data")
    expected = LocalState(tmp_path / "spaces" / "blue" / "terraform.tfstate")
    assert locate(tmp_path, TF_DATA_DIR=given) == expected


# The s3 backend

BUCKET = {"bucket": "states", "key": "prod/lambda.tfstate", "region": "eu-west-1"}
DIRECT = S3State("states", "prod/lambda.tfstate", "eu-west-1")


def test_an_s3_backend_is_read_directly(tmp_path: Path) -> None:
    assert locate(initialised(tmp_path, "s3", **BUCKET)) == DIRECT


def test_settings_that_a_read_has_no_use_for_do_not_matter(tmp_path: Path) -> None:
    unused = {"encrypt": True, "dynamodb_table": "locks", "use_lockfile": True, "kms_key_id": "alias/state"}
    unset = {"assume_role": None, "profile": "", "endpoints": None, "shared_config_files": [], "sse_customer_key": None}
    skipping = {"skip_credentials_validation": True, "skip_requesting_account_id": True}
    assert locate(initialised(tmp_path, "s3", **BUCKET, **unused, **unset, **skipping)) == DIRECT


@pytest.mark.parametrize(
    ("prefix", "key"),
    [
        (None, "env:/blue/prod/lambda.tfstate"),
        ("spaces", "spaces/blue/prod/lambda.tfstate"),
        ("spaces/", "spaces/blue/prod/lambda.tfstate"),
        ("team//spaces", "team/spaces/blue/prod/lambda.tfstate"),
    ],
)
def test_another_workspaces_object_has_the_prefix(tmp_path: Path, prefix: str | None, key: str) -> None:
    initialised(tmp_path, "s3", **BUCKET, workspace_key_prefix=prefix)
    assert locate(tmp_path, "blue") == S3State("states", key, "eu-west-1")
    assert locate(tmp_path, "default") == DIRECT


def test_an_empty_prefix_of_workspaces_is_terraforms_to_read(tmp_path: Path) -> None:
    initialised(tmp_path, "s3", **BUCKET, workspace_key_prefix="")
    assert isinstance(locate(tmp_path, "blue"), PulledState)
    assert locate(tmp_path, "default") == DIRECT


@pytest.mark.parametrize(
    "endpoint", [{"endpoint": "http://s3"}, {"endpoints": {"s3": "http://s3", "sts": "http://sts"}}]
)
def test_the_backends_own_endpoint_profile_and_style_are_kept(tmp_path: Path, endpoint: dict[str, object]) -> None:
    initialised(tmp_path, "s3", **BUCKET, **endpoint, profile="prod", use_path_style=True)
    expected = S3State("states", "prod/lambda.tfstate", "eu-west-1", "prod", "http://s3", path_style=True)
    assert locate(tmp_path) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("assume_role", {"role_arn": "arn:aws:iam::123456789012:role/state"}),
        ("assume_role_with_web_identity", {"role_arn": "arn:aws:iam::123456789012:role/state"}),
        ("role_arn", "arn:aws:iam::123456789012:role/state"),
        ("sse_customer_key", "c2VjcmV0"),
        ("access_key", "AKIA"),
        ("token", "session"),
        ("shared_config_files", ["aws.config"]),
        ("shared_credentials_file", "aws.credentials"),
        ("allowed_account_ids", ["123456789012"]),
        ("custom_ca_bundle", "ca.pem"),
        ("http_proxy", "http://proxy"),
        ("use_fips_endpoint", True),
        ("use_dualstack_endpoint", True),
        ("a_setting_of_the_future", "x"),
    ],
)
def test_a_setting_that_a_direct_read_cannot_honour_sends_it_through_terraform(
    tmp_path: Path, name: str, value: object
) -> None:
    assert locate(initialised(tmp_path, "s3", **BUCKET, **{name: value})) == PulledState(f"backend s3 with {name}")


@pytest.mark.parametrize("missing", ["bucket", "key"])
def test_an_s3_backend_without_bucket_or_key_written_down_goes_through_terraform(tmp_path: Path, missing: str) -> None:
    config = {name: value for name, value in BUCKET.items() if name != missing}
    assert isinstance(locate(initialised(tmp_path, "s3", **config)), PulledState)


@pytest.mark.parametrize("kind", ["remote", "cloud", "gcs", "azurerm", "http", "kubernetes", "pg"])
def test_every_other_backend_goes_through_terraform(tmp_path: Path, kind: str) -> None:
    assert locate(initialised(tmp_path, kind, address="x")) == PulledState(f"backend {kind}")


# What is no initialised root module


def refused(folder: Path, workspace: str | None = None) -> StateError:
    with pytest.raises(StateError) as met:
        locate(folder, workspace)
    assert met.value.hint
    return met.value


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "nowhere") in refused(tmp_path / "nowhere").message


def test_a_folder_without_terraform_files_is_no_root_module(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing here")
    error = refused(tmp_path)
    assert "no Terraform files" in error.message
    assert "tfdrift-gate check DIR" in error.hint


def test_a_folder_with_nothing_but_a_state_is_taken(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text("{}")
    assert locate(tmp_path) == LocalState(tmp_path / "terraform.tfstate")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'terraform {\n  backend "s3" {\n    bucket = "states"\n  }\n}\n'),
        ("versions.tf", 'terraform {\n\tbackend "gcs" {}\n}\n'),
        ("main.tf", 'terraform {\n  cloud {\n    organization = "x"\n  }\n}\n'),
        ("main.tofu", 'terraform {\n  backend "s3" {}\n}\n'),
        # Terraform takes each of these: a label needs no quotes, and a comment may stand anywhere.
        ("main.tf", "terraform {\n  backend s3 {\n  }\n}\n"),
        ("main.tf", 'terraform {\n  /* ours */ backend "s3" {}\n}\n'),
        ("main.tf", 'terraform {\n  backend /* ours */ "s3" /* since\n2024 */ {}\n}\n'),
        ("main.tf", 'terraform {\n  /* ours,\n  since 2024 */ backend "s3" {}\n}\n'),
        ("main.tf", 'terraform {\n  backend local /* ours */ {\n    path = "x"\n  }\n}\n'),
        ("main.tf.json", json.dumps({"terraform": {"backend": {"s3": {"bucket": "states"}}}})),
        ("main.tf.json", json.dumps({"terraform": {"cloud": {"organization": "x"}}})),
    ],
)
def test_a_backend_that_is_not_initialised_is_an_error_never_a_new_root(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    error = refused(tmp_path)
    assert "not initialised" in error.message
    assert name in error.message
    assert "terraform init" in error.hint


@pytest.mark.parametrize(
    "text",
    [
        'terraform {\n  backend "local" {}\n}\n',
        'terraform {\n  # backend "s3" {}\n}\n',
        'terraform {\n  // backend "s3" {}\n}\n',
        "terraform {\n  backend local {}\n}\n",
    ],
)
def test_a_local_backend_and_a_backend_in_a_comment_need_no_init(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(text)
    assert isinstance(locate(tmp_path), LocalState)


@pytest.mark.parametrize("name", [".#main.tf", ".old.tf", "#main.tf", "~main.tf.json"])
def test_what_editors_leave_is_no_configuration(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.tf").write_text(FUNCTION_BLOCK)
    if name == ".#main.tf":
        (tmp_path / name).symlink_to("ops-engineer@laptop.4711")  # the lock of Emacs: a link to nothing
    elif name == ".old.tf":
        (tmp_path / name).write_text('terraform {\n  backend "s3" {}\n}\n')
    if name.startswith("."):
        assert isinstance(locate(tmp_path), LocalState)
    else:  # Terraform reads these: only #…# and …~ are left out, and neither ends in .tf
        (tmp_path / name).write_text(
            '{"terraform": {"cloud": {}}}' if "json" in name else "terraform {\n  cloud {}\n}\n"
        )
        assert "not initialised" in refused(tmp_path).message


def test_json_that_names_a_local_backend_needs_no_init(tmp_path: Path) -> None:
    (tmp_path / "main.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {}}}}))
    assert isinstance(locate(tmp_path), LocalState)


def test_a_local_backend_with_settings_that_is_not_initialised_is_not_read_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('terraform {\n  backend "local" {\n    path = "states/prod.tfstate"\n  }\n}\n')
    (tmp_path / "states").mkdir()
    (tmp_path / "states" / "prod.tfstate").write_text("{}")
    try:
        found = locate(tmp_path)
    except StateError:
        return
    assert found == LocalState(tmp_path / "states" / "prod.tfstate")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"backend": {"config": {}}}',
        '{"backend": "s3"}',
        '{"backend": []}',
        '{"backend": {}}',
        '{"backend": {"type": null}}',
        '{"backend": {"type": "s3", "config": "x"}}',
        '{"backend": {"type": "s3", "config": []}}',
        '{"backend": {"type": "local", "config": {"path": 5}}}',
        '{"backend": {"type": "local", "config": {"path": "a\\u0000b"}}}',
        '{"backend": {"type": "s3", "config": {"bucket": ["b"], "key": "k"}}}',
        '{"backend": {"type": "s3", "config": {"bucket": "b", "key": "k", "region": 5}}}',
    ],
)
def test_backend_settings_that_cannot_be_read_are_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(FUNCTION_BLOCK)
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "terraform.tfstate").write_text(text)
    error = refused(tmp_path)
    assert str(tmp_path / ".terraform" / "terraform.tfstate") in error.message
    assert "terraform init" in error.hint


def test_a_selected_workspace_that_cannot_be_read_is_an_error(plain: Path) -> None:
    (plain / ".terraform").mkdir()
    (plain / ".terraform" / "environment").write_bytes(b"\xff")
    assert "workspace select" in refused(plain).hint

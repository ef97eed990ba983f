# Sourced by action.yml and drift-gate.yml: installs the program into an environment of its own, once a job, and sets
# bin. ACTION is the action's own checkout, VERSION a published version or nothing. What fails here exits with 1: pip
# and venv have exit codes of their own, and 2 would be taken for a drift.
no_verdict() {
  echo "::error title=No verdict was reached%3A drift was not ruled out::$1"
  printf '### tfdrift-gate: No verdict was reached: %s\n\n**Nothing was ruled out.**\n' "$1" >> "$GITHUB_STEP_SUMMARY"
  exit 1
}

# By its real path: GitHub spells the folder of a local action in another way than the workflow that uses it.
venv="$RUNNER_TEMP/tfdrift-gate-$(printf '%s' "$(cd "$ACTION" && pwd -P)@$VERSION" | cksum | cut -d ' ' -f 1)"
# -I: the repository that is checked is the current folder, and no module of it is to stand in for one of Python's.
if [ ! -e "$venv/.ready" ]; then
  python="$(command -v python3 || command -v python)" ||
    no_verdict 'there is no Python on this runner (3.10 or newer is needed)'
  "$python" -I -m venv --clear "$venv" ||
    no_verdict 'no virtual environment could be made (Python 3.10 or newer with venv is needed)'
fi
bin="$venv/bin"
[ -d "$bin" ] || bin="$venv/Scripts"
if [ ! -e "$venv/.ready" ]; then
  install=("$bin/python" -I -m pip install --quiet --disable-pip-version-check)
  if [ -n "$VERSION" ]; then
    "${install[@]}" "tfdrift-gate==$VERSION" || no_verdict 'the program could not be installed at that version'
  else
    # Both variables: older and newer pips read what builds the program from one or the other. As an address: pip
    # splits them at blanks, which the path of a runner may have.
    constraints="$("$bin/python" -I -c 'import pathlib, sys; print(pathlib.Path(sys.argv[1]).resolve().as_uri())' \
      "$ACTION/constraints.txt")"
    PIP_CONSTRAINT="$constraints" PIP_BUILD_CONSTRAINT="$constraints" \
      "${install[@]}" "$ACTION" || no_verdict 'the program could not be installed'
  fi
  # A version that is also a condition (0.1.0; python_version < '3') installs nothing, and pip calls that a success.
  "$bin/tfdrift-gate" --version > /dev/null || no_verdict 'what was installed does not run'
  touch "$venv/.ready"
fi

# Sourced by action.yml: installs the program into an environment of its own, once a job, and sets bin.
# ACTION is the action's own checkout, VERSION a published version or nothing.
venv="$RUNNER_TEMP/tfdrift-gate-$(printf '%s' "$ACTION@$VERSION" | cksum | cut -d ' ' -f 1)"
if [ ! -e "$venv/.ready" ]; then
  python="$(command -v python3 || command -v python)" || {
    echo '::error title=tfdrift-gate::No verdict was reached: there is no Python on this runner (3.10 or newer is needed)'
    exit 1
  }
  "$python" -m venv --clear "$venv"
fi
bin="$venv/bin"
[ -d "$bin" ] || bin="$venv/Scripts"
if [ ! -e "$venv/.ready" ]; then
  install=("$bin/python" -m pip install --quiet --disable-pip-version-check)
  if [ -n "$VERSION" ]; then
    "${install[@]}" "tfdrift-gate==$VERSION"
  else
    "${install[@]}" --constraint "$ACTION/constraints.txt" "$ACTION"
  fi
  touch "$venv/.ready"
fi

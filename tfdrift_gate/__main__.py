"""``python -m tfdrift_gate``."""

from tfdrift_gate.cli import main

main()

"""Hundreds of runs in which things go wrong, over every source of records, by a seed.

The promise: a run in which something went wrong says exactly what the run without it says, or that no verdict was
reached (``incomplete``, exit 1). It never calls a part the whole, never shows a traceback, never hangs.

``world`` lays one trail out for every source; ``menu`` chooses what goes wrong; ``program`` runs the gate in this
process, whose time ``haste`` makes pass quickly; ``judge`` holds a run against the one without faults; ``telling``
counts. ``python -m tests.fault_runs --runs 200 --seed 1`` is ``make faults``.
"""

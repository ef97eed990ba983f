"""Live: what Lambda itself says about a finding while the gate runs (``--verify``).

``choose`` and ``verdict`` are pure; ``read`` is the only place that calls Lambda. Values of environment variables
leave ``answer`` as digests only.
"""

"""Drift: the net effect of all changes, held against what Terraform believes. Pure: no I/O, no clock."""

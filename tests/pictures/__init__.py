"""The pictures of README: one story under the real runner, drawn from what it said (``python -m tests.pictures``)."""

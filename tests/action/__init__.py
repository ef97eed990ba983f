"""The action and the reusable workflow, run by a real runner."""

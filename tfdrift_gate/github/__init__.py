"""What the action tells GitHub beside its annotations: step outputs, the step summary, one comment, one issue."""

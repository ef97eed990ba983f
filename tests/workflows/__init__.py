"""The workflows: what they promise, read from the files and by a real runner."""

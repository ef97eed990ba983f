"""The action under a real runner (``act``), with GitHub's REST API answered by a described stand-in."""

"""What the plan would do about each drift, and what its refresh saw that no event explains (``--plan``)."""

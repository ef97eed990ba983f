"""Changes: what one record does to one resource, told by the catalogue (data, not code)."""

"""The doors of a group's phone screens."""

"""What members of a group type and choose."""

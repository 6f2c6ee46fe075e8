"""The doors of talks and reviews."""

"""Screens of the office."""

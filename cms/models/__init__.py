"""Wagtail pages, pictures, and what the office shows first."""

from .pictures import Picture, PictureRendition

__all__ = ["Picture", "PictureRendition"]

"""Wagtail pages, pictures, and what the office shows first."""

from .pictures import Picture, PictureRendition
from .shelf import FeaturedProduct, FeaturedShelf

from .pages import HomePage, InfoPage, StoryIndexPage, StoryPage  # isort: skip  # reads the shelf

__all__ = [
    "FeaturedProduct",
    "FeaturedShelf",
    "HomePage",
    "InfoPage",
    "Picture",
    "PictureRendition",
    "StoryIndexPage",
    "StoryPage",
]

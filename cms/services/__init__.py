"""What is done with pages, stories, the shelf of featured products, and the office's people."""

from .office import OFFICE, add_officer, ensure_office
from .pages import ensure_pages
from .shelf import feature_products, home_shelf
from .stories import hang_story_picture, load_stories

__all__ = [
    "OFFICE",
    "add_officer",
    "ensure_office",
    "ensure_pages",
    "feature_products",
    "hang_story_picture",
    "home_shelf",
    "load_stories",
]

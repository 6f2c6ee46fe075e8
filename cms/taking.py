"""Photos that come with a form: read one by one, and what is said of those that cannot be read."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from .opening import BadPicture


def photo_words(error: BadPicture) -> str:
    """Why a file cannot become a picture, and what to do."""
    return {
        "empty": _("The file is empty. Take the photo again."),
        "too_many_bytes": _("The photo is larger than 15 MB. Choose a smaller one."),
        "too_many_pixels": _("The photo has too many pixels. Choose a smaller one."),
        "svg": _("This is a drawing file. Choose a photo (JPEG, PNG, HEIC)."),
    }.get(error.reason, _("This file is not a photo. Choose a photo (JPEG, PNG, HEIC)."))


def take_photos(files: Iterable[Any], keep: Callable[[Any], Any], *, most: int) -> list[str]:
    """Keep each file with `keep`; what is wrong with the others, in words.

    `keep` raises BadPicture, or returns None where there is no room for more than `most`.
    """
    wrong = []
    for file in files:
        try:
            kept = keep(file)
        except BadPicture as error:
            wrong.append(f"{str(file.name)[:60]}: {photo_words(error)}")
            continue
        if kept is None:
            wrong.append(_("At most %(most)d photos.") % {"most": most})
            break
    return wrong

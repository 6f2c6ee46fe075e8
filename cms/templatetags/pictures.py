"""`{% picture %}`: a prepared picture in the best format and width the browser can take."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cms.pictures import ShownPicture, for_template

register = template.Library()


@register.simple_tag
def picture(
    picture: Any = None,
    alt: str | None = None,
    sizes: str = "100vw",
    eager: bool = False,
    css: str = "",
) -> SafeString:
    """A <picture> for a Picture, a ProductPicture, or None (a woven placeholder).

    `sizes` says how wide it stands on the page; `eager` is for the first large one only, all
    others wait until they come near the screen; `css` names classes of the <img>.
    """
    shown = picture if isinstance(picture, ShownPicture) else for_template(picture, alt, sizes)
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((source.type, source.srcset, shown.sizes) for source in shown.sources),
    )
    return format_html("<picture>{}{}</picture>", sources, _img(shown, eager, css))


def _img(shown: ShownPicture, eager: bool, css: str) -> SafeString:
    attributes = {
        "class": css,
        "src": shown.src,
        "srcset": shown.srcset,
        "sizes": shown.sizes if shown.srcset else "",
        "width": shown.width,
        "height": shown.height,
        "loading": "eager" if eager else "lazy",
        "decoding": "" if eager else "async",
        "fetchpriority": "high" if eager else "",
    }
    written = format_html_join(
        "", ' {}="{}"', ((name, value) for name, value in attributes.items() if value)
    )
    # An empty alt says "decoration"; a missing one would have the address read out.
    return format_html('<img{} alt="{}">', written, shown.alt)


@register.simple_tag
def shown_picture(picture: Any, alt: str | None = None, sizes: str = "100vw") -> ShownPicture:
    """The same as an object, for templates that write their own <picture>."""
    return for_template(picture, alt, sizes)

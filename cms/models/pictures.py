"""Pictures with their prepared sizes."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class Picture(AbstractImage):
    """A picture with its prepared sizes.

    `prepared` maps a format to widths and addresses ({"webp": {"320": "/media/…"}}) and is
    written when the sizes are drawn, so that no page has to look for a rendition.
    """

    is_illustration = models.BooleanField(_("Drawn illustration, not a photo"), default=False)
    credit = models.CharField(_("Credit"), max_length=160, blank=True)
    prepared = models.JSONField(default=dict, blank=True, editable=False)

    admin_form_fields = (*Image.admin_form_fields, "is_illustration", "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")


class PictureRendition(AbstractRendition):
    """One prepared size of a picture."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_once"
            )
        ]

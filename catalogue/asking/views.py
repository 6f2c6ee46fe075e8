"""A photo that a buyer answered with, for a page that has asked who is looking."""

from django.http import Http404, HttpResponse

from .models import AnswerPhoto


def given_photo(token: str) -> HttpResponse:
    """The photo of this token; the caller has made sure that the reader may see it."""
    photo = AnswerPhoto.objects.filter(pk=token).first()
    if photo is None:
        raise Http404("no such photo")
    try:
        with photo.file.storage.open(photo.file.name) as file:
            return HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error

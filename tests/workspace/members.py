"""A group's member at the doors of the workspace: what a phone without script would send."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop.core.models import User


class Member:
    """One phone, in English unless told otherwise; signed in where a person is given."""

    def __init__(self, user: User | None = None, language: str = "en"):
        self.client = Client()
        self.language = language
        if user is not None:
            self.client.force_login(user)

    def address(self, path: str) -> str:
        return path if path.startswith("/") else f"/{self.language}/workspace/{path}"

    def get(self, path: str = "", **extra: Any) -> Any:
        return self.client.get(self.address(path), **extra)

    def post(self, path: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
        return self.client.post(self.address(path), data or {}, **extra)

    def read(self, path: str = "") -> str:
        """The words of a page."""
        page = self.get(path)
        assert page.status_code == 200, (path, page.status_code, page.get("Location"))
        return page.content.decode()

    def tap(self, path: str, data: dict[str, Any] | None = None) -> str:
        """Send a form and read where it leads."""
        page = self.post(path, data, follow=True)
        assert page.status_code == 200, (path, page.status_code)
        return page.content.decode()


def photo(width: int = 300, height: int = 400, name: str = "photo.jpg") -> SimpleUploadedFile:
    """A small JPEG as a phone sends it."""
    out = BytesIO()
    Image.new("RGB", (width, height), (36, 48, 107)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")

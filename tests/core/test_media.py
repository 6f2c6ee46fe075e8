"""Stored files, where no web server in front serves them."""

import pytest
from django.test import Client


@pytest.mark.parametrize("name", ["missing.jpg", "a" * 3000 + ".jpg", "a/%2e%2e/b"])
def test_what_is_no_stored_file_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404

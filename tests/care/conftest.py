"""Photos of a test lie in its own folders."""

from typing import Any

import pytest

from shop.care.models import private_files


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    private: Any = private_files()
    for name in ("base_location", "location"):
        monkeypatch.setitem(private.__dict__, name, str(tmp_path / "private"))

"""What a page loads from /static/ carries its hash, down to the modules a script imports."""

from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from shop.static_files import HashedStaticFiles


def test_a_script_asks_for_its_modules_by_their_hashed_names(tmp_path: Path) -> None:
    modules = ("corrections", "shelf", "stepper", "toast")
    names = ["js/site.js", *(f"js/{module}.js" for module in modules)]
    storage = HashedStaticFiles(location=tmp_path, base_url="/static/")
    for name in names:
        with (settings.BASE_DIR / "static" / name).open("rb") as source:
            storage.save(name, File(source))

    list(storage.post_process({name: (storage, name) for name in names}))

    script = (tmp_path / storage.stored_name("js/site.js")).read_text(encoding="utf-8")
    for module in modules:
        hashed = Path(storage.stored_name(f"js/{module}.js")).name
        assert hashed != f"{module}.js"
        assert f'from "./{hashed}";' in script
        assert f'"./{module}.js"' not in script

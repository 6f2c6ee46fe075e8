"""Puts the style parts together: `python static/css/assemble.py` writes site.css and workspace.css.

No bundler: the parts are joined in layer order, comments and blank lines go. A test fails when
the assembled files are older than their parts.
"""

import re
from pathlib import Path

CSS = Path(__file__).parent
FIRST = ("layers", "fonts", "reset", "tokens", "base", "layout")


def parts(sheet: str) -> list[Path]:
    """The parts of one sheet, in order."""
    base = [CSS / "parts" / f"{name}.css" for name in FIRST]
    components = sorted((CSS / "parts" / "components").glob("*.css"))
    screens = sorted((CSS / "parts" / "screens").glob("*.css"))
    mine = [p for p in screens if p.stem.startswith("workspace") == (sheet == "workspace")]
    return [*base, *components, *mine]


def assembled(sheet: str) -> str:
    """The text of one sheet."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in parts(sheet))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"(\.\./)+(img|fonts)/", r"../\2/", text)  # one folder up from where they stand
    return re.sub(r"\s*\n\s*", "\n", text).strip() + "\n"


def main() -> None:
    for sheet in ("site", "workspace"):
        (CSS / f"{sheet}.css").write_text(assembled(sheet), encoding="utf-8")


if __name__ == "__main__":
    main()

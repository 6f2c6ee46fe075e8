"""Redraws the contact sheet: `python -m shop.demo.pictures.sheet docs/pictures/contact-sheet.jpg`.

Every product of the demo market once, in the order of the data files, with its English name.
"""

import argparse
from pathlib import Path

from shop.demo.market import read_market

from . import contact_sheet


def main() -> None:
    """Draws the sheet into the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="where the sheet goes, .jpg or .webp")
    path: Path = parser.parse_args().path
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = read_market().products
    contact_sheet(((row["slug"], row["craft"], row["name_en"]) for row in rows), path)


if __name__ == "__main__":
    main()

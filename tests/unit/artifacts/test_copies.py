import os
import time
from pathlib import Path

from studio.artifacts.copies import make_room


def test_room_is_made_by_what_nobody_asked_for_for_longest_and_never_by_what_is_fresh(tmp_path: Path) -> None:
    for name, age in (("old", 3000), ("older", 4000), ("fresh", 10)):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    (tmp_path / "bundles").mkdir()
    make_room(tmp_path, most=200, rest=600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "fresh", "old"]
    make_room(tmp_path, most=0, rest=600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "fresh"]

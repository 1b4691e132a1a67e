import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

from click import Context

from studio.cli.main import COMMANDS, main

HOUSE = Path(__file__).parents[2]
README = (HOUSE / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (HOUSE / "Makefile").read_text(encoding="utf-8")


def test_the_commands_of_the_readme_are_targets() -> None:
    assert re.findall(r"^```\n(make \w+)\n```$", README, flags=re.MULTILINE) == ["make demo", "make lab", "make test"]
    for target in ("demo", "lab", "test"):
        assert re.search(rf"^{target}:", MAKEFILE, flags=re.MULTILINE)


def test_ci_runs_the_readmes_test_command_and_nothing_else() -> None:
    script = HOUSE / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "exec make test </dev/null"]


def test_the_readme_names_every_command_and_only_those() -> None:
    tour = set(re.findall(r"^millrace (\w+)", README, flags=re.MULTILINE))
    assert tour <= COMMANDS.keys()
    for name in COMMANDS:
        assert re.search(rf"(`|millrace |, `){name}\b", README), name


def test_every_option_in_the_readme_exists() -> None:
    with Context(main) as ctx:
        run = main.get_command(ctx, "run")
        assert run is not None
        options = {option for param in run.params for option in param.opts}
    row = next(line for line in README.splitlines() if line.startswith("| run |"))
    assert set(re.findall(r"--[\w-]+", row)) == {option for option in options if option.startswith("--")} - {"FLOW"}


def test_files_and_links_that_the_readme_names_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README + CONTRIBUTING):
        assert (HOUSE / target).exists(), target
    for name in re.findall(r"`((?:notebooks|plugins|docs)/[\w/.]+)`", README):
        assert (HOUSE / name).exists(), name


def test_the_number_of_built_in_components_is_true() -> None:
    (builtin,) = (one for one in entry_points(group="millrace") if one.name == "builtin")
    assert f"{len(builtin.load().register_components())} components come with Millrace" in README


def test_every_room_is_on_the_map_of_the_house() -> None:
    rooms = {
        path.name for path in (HOUSE / "studio").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    named = set(re.findall(r"`(?:studio/)?(\w+(?:\.py|/))", CONTRIBUTING))
    missing = {room for room in rooms if room not in named and f"{room}/" not in named}
    assert missing - {"__init__.py"} == set()


def test_every_pin_is_a_version_and_names_no_place() -> None:
    lines = [line for line in (HOUSE / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9.-]+==[a-z0-9.!+]+", line)] == []
    names = [line.partition("==")[0] for line in lines]
    assert names == sorted(set(names))


def test_every_dependency_is_pinned() -> None:
    pins = {line.partition("==")[0] for line in (HOUSE / "constraints.txt").read_text().splitlines()}
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    wanted = (
        project["project"]["dependencies"] + project["dependency-groups"]["test"] + [one for e in extras for one in e]
    )
    names = {re.split(r"[\[>=<~! ]", one)[0].lower().replace("_", "-") for one in wanted}
    assert names - pins == set()

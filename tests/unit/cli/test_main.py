import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from studio.cli.main import COMMANDS, complain, main

SCRIPT = [sys.executable, "-m", "studio.cli.main"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path / "home"))
    monkeypatch.delitem(sys.modules, "acme_tool", raising=False)
    return tmp_path / "home"


def millrace(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def stranger(folder: Path, module: str, value: str) -> None:
    """Install a package in a folder that adds the command `acme`."""
    (folder / "acme_tool.py").write_text(module)
    info = folder / "acme_tool-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tool\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[millrace.commands]\n{value}\n")


def test_help_names_every_command_with_its_first_sentence() -> None:
    result = millrace("--help")
    assert result.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in result.output
    assert "Delete artifacts that are kept no longer." in result.output


def test_every_command_has_help_and_every_option_is_explained() -> None:
    with click.Context(main) as ctx:
        for path, command in walk(main, ctx, "millrace"):
            assert command.help, path
            for option in command.params:
                assert not isinstance(option, click.Option) or option.help, f"{path} {option.name}"


def walk(command: click.Command, ctx: click.Context, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            assert below is not None
            yield from walk(below, ctx, f"{path} {name}")


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from studio.cli.main import main; main(['--help'], standalone_mode=False);"
        "heavy = {'pandas', 'polars', 'pyarrow', 'dask', 'distributed', 'sqlalchemy', 'pydantic', 'papermill', 'rich',"
        " 'studio.app', 'jinja2'} & set(sys.modules); sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_version_is_that_of_the_distribution() -> None:
    assert millrace("--version").output.startswith("millrace 0.")


def test_an_unknown_command_is_wrong_use() -> None:
    result = millrace("frobnicate")
    assert result.exit_code == 2
    assert "No such command 'frobnicate'" in result.stderr


def test_a_users_mistake_is_one_line_on_stderr_and_exit_2(tmp_path: Path) -> None:
    result = millrace("validate", str(tmp_path / "none.flow"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "none.flow" in result.stderr


def test_a_flow_that_is_no_json_is_a_problem_like_others(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text('{"format": 1,\n}')
    result = millrace("validate", str(tmp_path / "a.flow"), "--json")
    assert (result.exit_code, result.stderr) == (2, "")
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["line"], problem["severity"]) == ("flow", 2, "error")
    assert "is no JSON" in problem["message"]


def test_doctor_makes_the_home_for_its_user_alone(home: Path) -> None:
    assert millrace("doctor").exit_code == 0
    assert home.stat().st_mode & 0o777 == 0o700


def test_doctor_says_so_where_no_home_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MILLRACE_HOME", str(tmp_path / "file" / "home"))
    result = millrace("doctor", "--json")
    wrong = {check["name"] for check in json.loads(result.stdout)["checks"] if not check["ok"]}
    assert (result.exit_code, wrong) == (1, {"home", "plugins"})


def test_a_component_is_explained_in_the_words_of_a_flow() -> None:
    shown = millrace("components", "show", "table.aggregate").output
    assert "measures  list of Measure" in shown
    assert "Each Measure" in shown
    assert "rows | count | distinct" in shown
    examples = re.findall(r'^  "params": (.*)$', shown, flags=re.MULTILINE)
    assert {"function": "rows", "name": "payments"} in json.loads(examples[0])["measures"]
    assert re.search(r"decimal_comma +boolean +false ", millrace("components", "show", "read.csv").output)


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_WORKERS", "many")
    result = millrace("runs", "list")
    assert result.exit_code == 2
    assert "MILLRACE_WORKERS='many' is wrong" in result.stderr


def test_a_message_of_many_lines_becomes_one(capsys: pytest.CaptureFixture[str]) -> None:
    complain(["first\n  second"])
    assert capsys.readouterr().err == "error: first second\n"


def test_other_packages_add_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "import click\n@click.command()\ndef hello():\n    click.echo('hello from acme')\n"
    stranger(tmp_path, module, "acme = acme_tool:hello")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert millrace("acme").output == "hello from acme\n"


def test_help_names_a_strangers_command_without_importing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger(tmp_path, "raise RuntimeError('imported')", "acme = acme_tool:hello")
    monkeypatch.syspath_prepend(str(tmp_path))
    result = millrace("--help")
    assert re.search(r"^  acme +From acme-tool\.$", result.output, re.MULTILINE)
    assert "acme_tool" not in sys.modules
    broken = millrace("acme")
    assert broken.exit_code == 2
    assert "acme-tool cannot be loaded: RuntimeError('imported')" in broken.stderr


def test_a_strangers_command_that_is_none_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger(tmp_path, "hello = 3", "acme = acme_tool:hello")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "is no click command" in millrace("acme").stderr


def test_strangers_cannot_take_our_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger(tmp_path, "raise RuntimeError('imported')", "run = acme_tool:hello")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "Run a flow to its end." in millrace("run", "--help").output
    assert "acme-tool" not in millrace("--help").output
    with click.Context(main) as ctx:
        assert main.list_commands(ctx).count("run") == 1


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run([*SCRIPT, "--help"], stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr

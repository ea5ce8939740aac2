"""``python -m s2kit data``."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.errors import S2kitError
from s2kit.scenes.archive import ArchiveUnreachableError


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise ArchiveUnreachableError("the archive cannot be reached; set S2KIT_MIRROR")

    monkeypatch.setattr("s2kit.scenes.archive._download", refuse)


def test_it_lists_the_scenes_and_each_problem_once(mirror: Path) -> None:
    result = CliRunner().invoke(cli, ["data"])

    assert result.exit_code == 0
    assert "8 of 17 scenes from S2KIT_DATA=authors have image and mask" in result.output
    assert result.output.count("the archive cannot be reached") == 1
    assert "kolbuszowa_20210725: its image is in no archive" in result.output


def test_it_fails_when_there_is_nothing_to_work_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_DATA", "authors")
    monkeypatch.delenv("S2KIT_MIRROR", raising=False)

    result = CliRunner().invoke(cli, ["data"])

    assert isinstance(result.exception, S2kitError)
    assert "0 of 17 scenes" in result.output


def test_its_help_has_examples_and_exit_codes() -> None:
    output = CliRunner().invoke(cli, ["data", "--help"]).output

    assert "S2KIT_DATA=authors python -m s2kit data" in output
    assert "Exit codes:" in output

"""``python -m s2kit data``."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from s2kit.__main__ import cli
from s2kit.errors import S2kitError


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2KIT_ARCHIVE", "http://127.0.0.1:9")  # nobody listens there


def test_it_lists_the_scenes_and_each_problem_once(mirror: Path) -> None:
    result = CliRunner().invoke(cli, ["data"])

    assert result.exit_code == 0
    assert "8 of 17 scenes from S2KIT_DATA=authors have image and mask" in result.output
    assert result.output.count("cannot be reached") == 1
    assert "kolbuszowa_20210725: its image is in no archive" in result.output
    lines = {line.split()[0]: line.split()[1:] for line in result.output.splitlines() if line}
    assert lines["strzegom_20230709"][3:] == ["yes"] * 4
    assert lines["kolbuszowa_20210725"][3:7] == ["no", "yes", "yes", "yes"]
    assert lines["krakow_20220603_3"][3:] == ["no", "yes"]


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

"""What Docker, Binder and JupyterHub read; no image is built here."""

import json
import re
from pathlib import Path

import yaml
from click.testing import CliRunner

from s2kit.__main__ import cli

ROOT = Path(__file__).parents[1]


def instructions():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def test_the_container_starts_what_the_course_starts():
    command = json.loads(dict(instructions())["CMD"])
    assert command[:4] == ["python", "-m", "s2kit", "lab"]
    assert dict(instructions())["EXPOSE"] in " ".join(command)
    shown = CliRunner().invoke(cli, [*command[3:4], "--help"])
    assert shown.exit_code == 0
    assert "JUPYTER OPTIONS" in shown.output


def test_the_container_holds_the_environment_of_conda():
    assert instructions()[0][0] == "FROM"
    (install,) = (rest for name, rest in instructions() if name == "RUN")
    (file,) = re.findall(r"--file (\S+)", install)
    listed = yaml.safe_load((ROOT / file).read_text())["dependencies"]
    assert any(str(each).startswith("pytorch-cpu") for each in listed)  # no gigabytes of CUDA
    (of_pip,) = (each["pip"] for each in listed if isinstance(each, dict))
    assert of_pip == ["-e ."]  # a requirement of pip's takes no options behind it


def test_nothing_of_a_working_copy_is_put_into_the_container():
    left_out = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "build", "data", "work"} <= set(left_out)
    for name in ("notebooks", "s2kit", "environment.yml", "pyproject.toml", "README.md"):
        assert name not in left_out
        assert (ROOT / name).exists()

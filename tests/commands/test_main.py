"""The command line as a whole: help, exit codes, one-line errors."""

import os
import subprocess
import sys

import click
import pytest

from s2kit.__main__ import COMMANDS, cli


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "s2kit", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name):
    command = cli.get_command(click.Context(cli), name)
    text = command.get_help(click.Context(command))
    assert COMMANDS[name] in " ".join(text.split())
    assert "Examples:" in text
    assert f"python -m s2kit {name}" in text


def test_help_lists_the_commands_without_importing_pytorch():
    code = (
        "import sys; from s2kit.__main__ import cli\n"
        "cli(['--help'], standalone_mode=False)\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


def test_what_the_user_can_mend_is_one_line_and_exit_code_1():
    done = run("data", S2KIT_DATA="nowhere")
    assert done.returncode == 1
    assert done.stderr == (
        "error: S2KIT_DATA='nowhere' is no data source; "
        "set it to one of: simulated, authors, catalogue\n"
    )


def test_wrong_usage_is_exit_code_2():
    done = run("asess")
    assert done.returncode == 2
    assert "No such command" in done.stderr

"""The command line as a whole: help, exit codes, one-line errors."""

import os
import signal
import subprocess
import sys

import click
import pytest

from s2kit import __main__ as program
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


@pytest.fixture
def ending(monkeypatch, capsys):
    """Run a command that ends as it is told to; return exit code and what stands on stderr."""

    def run_it(end, *options):
        command = click.Command("data", callback=end)
        monkeypatch.setattr(program.LazyGroup, "get_command", lambda *_: command)
        code = program._run([*options, "data"])
        return code, capsys.readouterr().err

    return run_it


def raising(error):
    def end():
        raise error

    return end


def test_a_defect_of_the_program_is_exit_code_70_and_asks_for_a_report(ending):
    code, said = ending(raising(ZeroDivisionError("by design")))
    assert code == 70
    assert said.startswith("defect of s2kit: ZeroDivisionError: by design (test_main.py, line ")
    assert said.count("\n") == 1
    assert "Traceback" not in said


def test_debug_shows_where_an_error_arose(ending):
    code, said = ending(raising(ZeroDivisionError("by design")), "--debug")
    assert code == 70
    assert "Traceback" in said


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 bytes")]
)
def test_too_little_memory_is_said_in_one_line(ending, error):
    assert ending(raising(error)) == (1, f"error: {program.OUT_OF_MEMORY}\n")


def test_ctrl_c_is_exit_code_130_and_one_line(ending):
    assert ending(lambda: os.kill(os.getpid(), signal.SIGINT)) == (130, "\ninterrupted\n")

"""The process in which ``s2kit marks`` runs one submitted notebook: ``marks_worker JOB LIMIT``.

It sees its own copies alone, may be killed at any moment, and reports after each check: a file
with one JSON line per verdict. No Jupyter kernel is started, so that all that a notebook starts
ends with this process.
"""

import json
import os
import re
import sys
from pathlib import Path

VERDICT = re.compile(r"^(?:(\d+\.\d+): )?(Right|Not solved yet|Not yet)", re.MULTILINE)
"""What the checks of `s2kit.exercises` print."""

SHOWN = 2000
"""Characters of a check's output that are read."""


def limit_memory(gigabytes: float) -> None:
    """Limit what this process may allocate; nothing on systems that cannot (Windows)."""
    try:
        import resource
    except ImportError:
        return
    most = int(gigabytes * 2**30)
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (most, most))


def verdicts(output: str, unnumbered: str) -> dict[str, bool]:
    r"""Return whether each exercise that a check's output names is solved.

    Examples
    --------
    >>> verdicts("1.2: Right.\n1.2: Not yet: got 3.", "1.1"), verdicts("Right.", "1.1")
    ({'1.2': False}, {'1.1': True})
    """
    found: dict[str, bool] = {}
    for number, word in VERDICT.findall(output[:SHOWN]):
        exercise = number or unnumbered
        found[exercise] = found.get(exercise, True) and word == "Right"
    return found


def run(job: Path) -> None:
    """Run the cells of a job, and write down what its checks say."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    cells = json.loads(job.read_text(encoding="utf-8"))
    config = Config({"HistoryManager": {"enabled": False}})  # no database in the user's folder
    shell = InteractiveShell.instance(config=config)
    checks = 0
    with job.with_suffix(".jsonl").open("w", encoding="utf-8") as report:
        for cell in cells:
            if not cell["check"]:
                shell.run_cell(cell["source"], silent=True)
                continue
            checks += 1
            with capture_output() as said:
                shell.run_cell(cell["source"], silent=True)
            found = verdicts(said.stdout, f"{cell['chapter']}.{checks}")
            report.write(json.dumps(found) + "\n")
            report.flush()
        report.write(json.dumps("done") + "\n")


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "agg")
    limit_memory(float(sys.argv[2]))
    run(Path(sys.argv[1]))

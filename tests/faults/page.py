"""Write docs/FAULTS.md, the page of what is promised for bad input, from the catalogue.

``python tests/faults/page.py``
"""

from collections import Counter
from pathlib import Path
from typing import Any

import yaml

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
PAGE = Path(__file__).parents[2] / "docs" / "FAULTS.md"

ENTRIES: list[dict[str, Any]] = yaml.safe_load(CATALOGUE.read_text("utf-8"))
COMMANDS = [entry for entry in ENTRIES if "command" in entry]
PYTHON = [entry for entry in ENTRIES if "python" in entry]

HEAD = """\
# What happens with bad input

This page is written by `python tests/faults/page.py` from `tests/faults/catalogue.yaml`; a test
runs every line of it.

## What is promised

- **No wrong map without a word.** What cannot be right is refused; what may be wrong is said in a
  line that begins with `warning:`.
- **One sentence.** An error of a command is one line on stderr that begins with `error:` and says
  what, where (file, row or band as you count them) and how to mend it. A call in Python raises
  `S2kitError` with such a sentence, or `TypeError` for an argument of another type. A widget shows
  it.
- **Nothing lost.** No input is changed, an output is checked for being writable before the work
  begins, and a command that fails leaves nothing behind; of a map that is stopped in the middle
  the finished windows stay hidden beside it, and the next run takes them up or removes them.
- **Exit codes.** {codes}.

## What is tested

{count} faults: {commands} at the commands, {calls} at calls in Python, {messages} at messages of
widgets. Every test compares the exit code, the sentence, and the checksums of all files in the
folder before and after.
"""

CODES = {
    0: "done",
    1: "a mistake of the user's",
    2: "wrong usage",
    70: "a defect of s2kit",
    130: "interrupted",
}


def door(entry: dict[str, Any]) -> str:
    """Return where a fault comes in: a command, or what Python calls."""
    if "command" in entry:
        first, second, *_ = [*entry["command"].split(), ""]
        return f"{first} {second}" if first == "scene" else first
    return "a widget's message" if "answers" in entry else "Python"


def ending(entry: dict[str, Any]) -> str:
    """Say how a fault ends."""
    if "command" in entry:
        return f"exit {entry['ends']}" if entry["ends"] else "done"
    return "told in the widget" if "answers" in entry else f"`{entry['raises']}`"


def page() -> str:
    """Return the page as Markdown."""
    messages = sum("answers" in entry for entry in PYTHON)
    lines = [
        HEAD.format(
            codes=", ".join(f"{code} {meaning}" for code, meaning in CODES.items()),
            count=len(ENTRIES),
            commands=len(COMMANDS),
            calls=len(PYTHON) - messages,
            messages=messages,
        ),
        "| door | faults | refused | used, and right or with a warning |",
        "|---|---:|---:|---:|",
    ]
    used = Counter(door(entry) for entry in COMMANDS if entry["ends"] == 0)
    for name, count in Counter(map(door, ENTRIES)).items():
        lines.append(f"| {name} | {count} | {count - used[name]} | {used[name]} |")
    for name in dict.fromkeys(map(door, ENTRIES)):
        lines += ["", f"## {name[0].upper()}{name[1:]}", ""]
        lines += ["| given | typed | ends | says (a regular expression) |", "|---|---|---|---|"]
        lines += [_row(entry) for entry in ENTRIES if door(entry) == name]
    return "\n".join(lines) + "\n"


def _row(entry: dict[str, Any]) -> str:
    typed = entry.get("command") or entry["python"]
    says = entry.get("says") or entry["answers"]
    cells = (entry["what"], f"`{typed}`", ending(entry), f"`{says}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")

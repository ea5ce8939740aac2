"""Three questions per chapter, answered by a click: they need no kernel."""

import html
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd

from s2kit.errors import S2kitError


@dataclass(frozen=True)
class Quiz:
    """The questions of a chapter: columns question, choice, right, why."""

    table: pd.DataFrame

    def _repr_html_(self) -> str:
        """Show each choice as a line that opens; a stored page works like a live one."""
        parts = []
        for number, (question, choices) in enumerate(self.table.groupby("question", sort=False), 1):
            parts.append(f"<p><b>{number}. {html.escape(str(question))}</b></p>")
            for choice, right, why in choices[["choice", "right", "why"]].itertuples(index=False):
                verdict = "Right" if right == "yes" else "No"
                parts.append(
                    f"<details><summary>{html.escape(choice)}</summary>"
                    f"<p><b>{verdict}.</b> {html.escape(why)}</p></details>"
                )
        return "\n".join(parts)

    def __repr__(self) -> str:
        """Show the questions and choices alone."""
        lines: list[str] = []
        for question, choices in self.table.groupby("question", sort=False):
            lines += [str(question), *(f"  - {choice}" for choice in choices["choice"])]
        return "\n".join(lines)


def quiz(chapter: int) -> Quiz:
    """Return the three questions of a chapter; shown in a notebook, a click opens each answer.

    Raises
    ------
    S2kitError
        If the chapter has no questions.
    """
    with (files("s2kit.exercises") / "quiz.csv").open(encoding="utf-8") as source:
        table = pd.read_csv(source, dtype=str, keep_default_na=False)
    found = table[table["chapter"] == str(chapter)]
    if found.empty:
        raise S2kitError(f"chapter {chapter} has no questions; there are some for 1 to 11")
    return Quiz(found.drop(columns="chapter").reset_index(drop=True))

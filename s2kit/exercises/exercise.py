"""What an exercise is: a reference solution, and the usual mistakes with a hint for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]

PER_CENT = "That is per cent. A share lies between 0 and 1: leave the 100 out."


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    solve
        The reference solution; takes what the student's function takes.
    hint
        Shown for a wrong answer that is none of the usual mistakes.
    mistakes
        Functions that take the same arguments and return what a usual mistake returns, each with
        the hint that cures it.
    example
        Returns arguments for which the solution and all mistakes differ: for the tests, and for
        chapters whose own data would hide a mistake.
    tolerance
        Relative and absolute, of the comparison.
    one_by_one
        The function takes one of the arguments at a time, and is called for each.
    view
        Turns what the function returns into what is compared.
    """

    solve: Function
    hint: str
    mistakes: tuple[tuple[Function, str], ...]
    example: Callable[[], tuple[Any, ...]]
    tolerance: float = 1e-6
    one_by_one: bool = False
    view: Function = lambda answer: answer

    def value(self, function: Function, arguments: tuple[Any, ...]) -> Any:
        """Return what a function gives for the arguments, as it is compared."""
        if self.one_by_one:
            return self.view([function(each) for each in arguments])
        return self.view(function(*arguments))

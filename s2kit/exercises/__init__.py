"""Exercises: is an answer right, and if not, what went wrong; three questions per chapter."""

from s2kit.exercises.checking import check, check_solution
from s2kit.exercises.quiz import quiz

__all__ = ["check", "check_solution", "quiz"]

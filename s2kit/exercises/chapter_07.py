"""Exercises of chapter 7: audit."""

from s2kit.accuracy.intervals import Interval
from s2kit.accuracy.metrics import mean_acc
from s2kit.exercises.exercise import PER_CENT, Exercise


def _effective(interval: Interval) -> float:
    oa = interval.estimate
    return oa * (1 - oa) * (2 * 1.96 / interval.width) ** 2


EXERCISES = {
    "7.1": Exercise(
        solve=lambda acc, classes: 1 - classes * (1 - acc) / 2,
        hint="Solve mean ACC = 1 − 2 (1 − OA) / K for OA.",
        mistakes=(
            (
                lambda acc, classes: 1 - classes * (1 - acc),
                "The 2 is lost: each wrong sample spoils two classes.",
            ),
            (mean_acc, "That is the way there: the formula is to be solved for OA."),
            (lambda acc, classes: 100 * (1 - classes * (1 - acc) / 2), PER_CENT),
            (
                lambda acc, classes: classes * (1 - acc) / 2,
                "That is the share that is wrong; OA is 1 minus it.",
            ),
        ),
        example=lambda: (mean_acc(0.87, 10), 10),
    ),
    "7.2": Exercise(
        solve=_effective,
        hint="Divide the width by 3.92, square it: that is OA (1 − OA) / n.",
        mistakes=(
            (
                lambda interval: _effective(interval) / 4,
                "The width reaches from end to end: 2 times 1.96 standard errors, not 1.96.",
            ),
            (
                lambda interval: (
                    interval.estimate * (1 - interval.estimate) * 2 * 1.96 / interval.width
                ),
                "Square the quotient: n stands under a root.",
            ),
            (
                lambda interval: interval.estimate * (2 * 1.96 / interval.width) ** 2,
                "The factor (1 − OA) is missing.",
            ),
            (
                lambda interval: 1 / _effective(interval),
                "Turned round: a narrow interval needs many samples.",
            ),
        ),
        example=lambda: (Interval(0.9, 0.85, 0.94),),
    ),
}

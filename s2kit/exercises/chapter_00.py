"""Exercise of the start page: how exercises work."""

from s2kit.exercises.exercise import PER_CENT, Exercise

EXERCISES = {
    "0.1": Exercise(
        solve=lambda part, whole: part / whole,
        hint="Divide the part by the whole.",
        mistakes=(
            (lambda part, whole: 100 * part / whole, PER_CENT),
            (lambda part, whole: whole / part, "Turned round: the part over the whole."),
            (lambda part, whole: part // whole, "// cuts the decimals off: use one stroke, /."),
        ),
        example=lambda: (30, 120),
    )
}

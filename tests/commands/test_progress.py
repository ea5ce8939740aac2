"""Signs of life while something takes long."""

import threading

from s2kit.commands.progress import signs_of_life


def test_a_line_is_said_again_and_again_until_the_work_is_done(capsys):
    twice = threading.Event()
    calls = []

    def tell(seconds):
        calls.append(seconds)
        if len(calls) == 2:
            twice.set()
        return "cell 3 of 9"

    with signs_of_life(tell, every=0.01):
        assert twice.wait(timeout=10)
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["cell 3 of 9", "cell 3 of 9"]
    assert len(said) == len(calls)


def test_work_that_is_soon_done_says_nothing(capsys):
    with signs_of_life(str, every=60):
        pass
    assert capsys.readouterr().err == ""

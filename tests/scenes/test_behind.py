"""Calls that run behind the reading of a file."""

import threading

import pytest

from s2kit.scenes.behind import behind


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_is_added_up_is_added_up_in_order(threads: int) -> None:
    first: list[int] = []
    second: list[int] = []
    with behind(threads) as do:
        for number in range(50):
            do(lambda n=number: first.append(n), lambda n=number: second.append(n))
    assert first == second == list(range(50))


def test_two_calls_run_side_by_side() -> None:
    both = threading.Barrier(2, timeout=30)
    with behind(2) as do:
        do(both.wait, both.wait)


def test_one_thread_is_the_own_one() -> None:
    seen = []
    with behind(1) as do:
        do(lambda: seen.append(threading.current_thread()))
        assert seen == [threading.current_thread()]


@pytest.mark.parametrize("threads", [1, 2])
def test_what_a_call_raises_is_raised(threads: int) -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), behind(threads) as do:
        do(fail)


def test_a_thread_that_cannot_be_started_is_a_lack_of_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(MemoryError, match="start new thread"), behind(2) as do:
        do(lambda: None)

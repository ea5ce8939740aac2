"""The start page's look at the machine."""

import pytest

from s2kit import self_test
from s2kit.self_test import self_test as look


def test_a_ready_machine_is_ok(monkeypatch):
    monkeypatch.delenv("S2KIT_DATA", raising=False)
    table = look()
    assert table.loc[["Python", "torch", "jupyterlab", "scenes"], "verdict"].eq("ok").all()
    assert "simulated" in table.loc["scenes", "found"]
    assert table.loc["speed", "verdict"].startswith("chapter 4 trains about ")


def test_what_is_missing_is_told_with_its_remedy(monkeypatch):
    monkeypatch.setattr(self_test, "PACKAGES", ("s2kit-has-no-such-package",))
    monkeypatch.setenv("S2KIT_DATA", "moon")
    table = look()
    assert table.loc["s2kit-has-no-such-package", "found"] == "missing"
    assert "set it to one of" in table.loc["scenes", "verdict"]


@pytest.mark.parametrize("gigabytes", [1, 8])
def test_little_memory_is_told(monkeypatch, gigabytes):
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": int(gigabytes * 1e9 / 4096)}
    monkeypatch.setattr(self_test.os, "sysconf", pages.__getitem__)
    assert (look().loc["memory", "verdict"] == "ok") == (gigabytes > 2)

"""The paper's layout and its printed tables."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2kit.accuracy.metrics import mean_metrics
from s2kit.accuracy.tables import HEADINGS, beside, metrics_table, percent
from s2kit.audit.printed_tables import (
    PRINTED_TABLES,
    paper_tables,
    printed_matrix,
    printed_table,
    printed_values,
)
from s2kit.errors import S2kitError


@pytest.mark.parametrize(
    ("share", "text"), [(0.941, "94.1"), (0.99, "99"), (1, "100"), (0, "0"), (math.nan, "")]
)
def test_percent_is_written_as_in_the_paper(share: float, text: str) -> None:
    assert percent(share) == text


@given(st.floats(0, 1))
def test_percent_is_right_to_half_a_hundredth(share: float) -> None:
    assert float(percent(share)) == pytest.approx(100 * share, abs=0.005 + 1e-9)


def test_every_table_is_whole() -> None:
    cells = printed_values().groupby("table").size()
    assert {int(number): int(cells[number]) for number in cells.index} == {
        2: 4, 3: 100, 4: 100, 5: 50, 6: 50, 7: 100, 8: 100, 9: 50, 10: 50, 12: 20,
    }  # fmt: skip
    assert len(PRINTED_TABLES) == 10


def test_a_printed_table_keeps_its_layout_and_its_text() -> None:
    table = printed_table(5)
    assert table.columns.tolist() == list(HEADINGS.values())
    assert table.index.tolist() == [str(code) for code in range(1, 11)]
    assert table.loc["4", "F1"] == "94.1"
    assert table.loc["6", "TPR/PA"] == ""
    assert printed_table(12).columns[1] == "TRN"


@pytest.mark.parametrize(("matrix", "metrics"), [(7, 9), (4, 6), (8, 10)])
def test_the_printed_matrices_give_the_printed_metrics(matrix: int, metrics: int) -> None:
    ours = metrics_table(printed_matrix(matrix)).set_axis(printed_table(metrics).index)
    pairs = beside(ours, printed_table(metrics))
    for heading in HEADINGS.values():
        assert pairs[heading, "ours"].tolist() == pairs[heading, "paper"].tolist()


@pytest.mark.parametrize(("matrix", "row"), [(4, "2"), (7, "3"), (8, "4")])
def test_the_printed_matrices_give_the_printed_means(matrix: int, row: str) -> None:
    ours = mean_metrics(printed_matrix(matrix)).map(percent).tolist()
    printed = [float(value) for value in printed_table(12).loc[row]]
    # Table 12 averages the cells of the other tables as printed: a hundredth may be lost.
    assert [float(value) for value in ours] == pytest.approx(printed, abs=0.0101)


def test_the_paper_has_results_of_two_areas() -> None:
    assert paper_tables("strzegom").overall == ("94.6", "89.0")
    assert paper_tables("kolbuszowa").object_metrics == 10
    with pytest.raises(S2kitError, match="strzegom and kolbuszowa"):
        paper_tables("krakow")

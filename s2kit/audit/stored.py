"""What was counted from the authors' files, stored: the audit's story where they are not at hand.

Counts are numbers, not images; whoever has the files counts anew (`evidence.load_evidence`), and a
test holds the stored counts to those.
"""

import json
from importlib.resources import files
from typing import Any

import pandas as pd

from s2kit.accuracy.confusion import as_matrix
from s2kit.audit.evidence import Counted, Evidence
from s2kit.scenes.nomenclature import PAPER

FILE = "evidence.json"


def stored_evidence() -> Evidence:
    """Return the matrices that come with the package, marked as stored."""
    text = (files("s2kit.audit") / "printed" / FILE).read_text(encoding="utf-8")
    return from_json(text)


def to_json(evidence: Evidence) -> str:
    """Write evidence as JSON, one line per matrix."""
    parts = {
        "counted": {" ".join(k): list(map(_plain, v)) for k, v in evidence.counted.items()},
        "table_3": list(map(_plain, evidence.table_3)),
        "csv": {area: _table(table) for area, table in evidence.csv.items()},
        "names": evidence.names,
    }
    lines = (f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in parts.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def from_json(text: str) -> Evidence:
    """Read evidence from JSON."""
    parts = json.loads(text)
    counted = {}
    for key, ways in parts["counted"].items():
        area, approach = key.split()
        counted[area, approach] = list(map(_counted, ways))
    csv = {
        area: pd.DataFrame(
            table["cells"],
            index=pd.Index(table["index"], name="map"),
            columns=table["columns"],
            dtype=str,
        )
        for area, table in parts["csv"].items()
    }
    names = {name: (code, count) for name, (code, count) in parts["names"].items()}
    return Evidence(counted, list(map(_counted, parts["table_3"])), csv, names, stored=True)


def _plain(way: Counted) -> dict[str, Any]:
    return {"files": way.files, "rule": way.rule, "matrix": way.matrix.to_numpy().tolist()}


def _counted(plain: dict[str, Any]) -> Counted:
    matrix = as_matrix(pd.DataFrame(plain["matrix"]).to_numpy(), PAPER.codes)
    return Counted(matrix, plain["files"], plain["rule"])


def _table(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "index": table.index.tolist(),
        "columns": table.columns.tolist(),
        "cells": table.to_numpy().tolist(),
    }

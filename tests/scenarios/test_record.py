"""The tables of a run."""

import csv
import io
import json

import numpy as np

from scenarios.runner.record import COLUMNS, summary_csv, summary_json

ROWS = [
    {
        "porosity": np.float64(0.4890123456),
        "state": "as_coated",
        "target_density_g_cm3": None,
        "density_g_cm3": 2.3,
        "tortuosity_factor_z": float("inf"),
        "mean_coordination": 4,
    },
    {
        "state": "3.00",
        "target_density_g_cm3": 3.0,
        "density_g_cm3": 3.0012,
        "porosity": 1 / 3,
        "tortuosity_factor_z": 2.5,
        "mean_coordination": 6,
        "springback": 1.234e-7,
    },
]


def test_columns_stand_in_the_contracts_order_and_others_after():
    header = summary_csv(ROWS).splitlines()[0].split(",")
    known = [name for name in header if name in COLUMNS]
    assert known == [name for name in COLUMNS if name in known]
    assert header == [*known, "mean_coordination"]


def test_csv_keeps_six_digits_blanks_and_infinity():
    first, second = csv.DictReader(io.StringIO(summary_csv(ROWS)))
    assert first["target_density_g_cm3"] == ""
    assert first["tortuosity_factor_z"] == "inf"
    assert first["porosity"] == "0.489012"
    assert first["springback"] == ""
    assert second["springback"] == "1.234e-07"
    assert float(second["porosity"]) == 0.333333


def test_json_holds_the_same_figures_and_null_for_infinity():
    summary = json.loads(summary_json(ROWS, warnings=["careful"]))
    assert summary["warnings"] == ["careful"]
    assert summary["states"][0]["tortuosity_factor_z"] is None
    assert summary["states"][0]["porosity"] == 0.489012
    assert summary["states"][1]["mean_coordination"] == 6


def test_equal_rows_give_equal_bytes():
    again = [dict(reversed(row.items())) for row in ROWS]
    assert summary_csv(ROWS[:1]) == summary_csv(again[:1])
    assert summary_json(ROWS[:1]) == summary_json(again[:1])

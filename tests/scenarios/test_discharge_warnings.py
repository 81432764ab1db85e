"""What a user is told beside a curve: the cell's capacity and the range of its electrolyte."""

import json

import pytest

from scenarios.runner.cli import main
from tests.electrochem.bpx_files import chen2020, saved


@pytest.fixture
def told(tmp_path):
    """A BPX cell of 12 A h nominal, its conductivity a table to 1.1 mol/L, discharged at C/5."""
    content = chen2020()
    sections = content["Parameterisation"]
    sections["Cell"]["Nominal cell capacity [A.h]"] = 12.0
    salt = [0.0, 500.0, 1100.0]
    sections["Electrolyte"]["Conductivity [S.m-1]"] = {"x": salt, "y": [0.05, 0.8, 0.95]}
    folder = tmp_path / "out"
    path = saved(tmp_path, content)
    assert main(["discharge", "--bpx", str(path), "--rates", "0.2C", "-o", str(folder)]) == 0
    return json.loads((folder / "summary.json").read_text())["warnings"]


def test_capacity_and_range_are_told(told):
    assert len(told) == 2
    assert "nominal capacity of 12 A h is 233 % of the 5.153 A h" in told[0]
    assert told[1].startswith("0.2C: electrolyte of LG M50 is known from 0 to 1.1 mol/L")
    assert "the salt rose to" in told[1]

"""Sets that a scenario names make up the cell of a state, and every pair of them discharges."""

import pytest

from electrochem.materials import ELECTROLYTES, NEGATIVE_MATERIALS, POSITIVE_MATERIALS
from electrochem.porous_electrode import discharge
from electrochem.porous_electrode.endings import LOWER_VOLTAGE
from scenarios.runner.cell_problems import cell_problems
from scenarios.runner.discharging.structure import cell_of
from scenarios.runner.schema.cell import Cell
from scenarios.runner.states import StateFigures

# A calendered electrode in round numbers.
ROW = {
    "thickness_um": 60.0,
    "porosity": 0.35,
    "tortuosity_factor_z": 2.5,
    "am_fraction": 0.58,
    "am_pore_area_m2_m3": 3e5,
    "am_cbd_area_m2_m3": 1e5,
    "cbd_nanoporosity": 0.5,
    "electronic_conductivity_z_S_m": 5.0,
    "particle_diameter_um": 8.0,
}
STATE = StateFigures("density_3", ROW, {}, {}, {}, None)


@pytest.mark.parametrize("negative", NEGATIVE_MATERIALS)
@pytest.mark.parametrize("positive", POSITIVE_MATERIALS)
def test_named_sets_make_a_cell_that_discharges(positive, negative):
    settings = Cell(active_material=positive, negative_material=negative)
    assert list(cell_problems(settings)) == []
    cell = cell_of(STATE, settings)
    assert cell.positive.material is POSITIVE_MATERIALS[positive]
    assert cell.negative.material is NEGATIVE_MATERIALS[negative]
    run = discharge(cell, c_rate=0.2)
    assert run.end_reason == LOWER_VOLTAGE
    # At C/5 nearly all comes out; Mohtat's sluggish graphite in the default's 5.86 µm least.
    assert 0.9 < run.capacity[-1] / run.nominal_capacity < 1.0


@pytest.mark.parametrize("electrolyte", ELECTROLYTES)
def test_named_electrolyte_fills_the_cell(electrolyte):
    cell = cell_of(STATE, Cell(electrolyte=electrolyte, concentration="1.2 mol/L"))
    assert cell.electrolyte.name == ELECTROLYTES[electrolyte](1200.0).name
    assert cell.electrolyte.initial_concentration == pytest.approx(1200.0)
    assert discharge(cell, c_rate=1.0).end_reason == LOWER_VOLTAGE


def test_balance_is_checked_with_the_named_negative():
    """Mohtat's full graphite stands 40 mV lower than Chen's, so NMC622 meets 5.52 V beside it."""
    limits = {"upper_voltage": "5.52 V", "np_ratio": 1.0001}
    assert list(cell_problems(Cell(**limits, negative_material="graphite_mohtat2020"))) == []
    (problem,) = cell_problems(Cell(**limits, negative_material="graphite_chen2020"))
    assert "cannot be balanced" in problem[1]

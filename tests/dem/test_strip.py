"""A roll over a strip of bonded lattice: what an elastic layer under a cylinder must show."""

import h5py
import numpy as np
import pytest

from dem import checkpoint
from dem.box import Box
from dem.breaks import no_breaks
from dem.calendering.gauge import gauge_height
from dem.calendering.plate_pass import plate_pass
from dem.calendering.repeat import piece_of, repeated
from dem.calendering.rolled import rolled, steady
from dem.calendering.rolls import Rolls
from dem.calendering.strip import (
    STRIP_COLUMNS,
    Passage,
    copies_for,
    rolled_strip,
    rolling_slip,
    strip_walls,
)
from dem.loading import Pressing
from dem.simulation import Numerics, simulate
from tests.analytic_rolls import parabola_line_load
from tests.dem.assemblies import UM, bonds_between, material, spheres
from tests.dem.test_determinism import assert_same_bits

COLUMNS, ROWS, LAYERS = 4, 3, 4
SPACING = 1.5 * UM
GRAIN = 0.5 * SPACING
THICKNESS = LAYERS * SPACING
PERIOD, WIDTH = COLUMNS * SPACING, ROWS * SPACING
REDUCTION = 0.1
MADE_OF = material(young_modulus=100e9, bond_modulus=1e9, friction=0.3, restitution=0.5)
"""Contacts a hundred times as stiff as bonds: the layer gives way, not its surface."""


def piece():
    """A cubic lattice that repeats along x and y, bonded to itself across its sides."""
    grid = np.stack(np.meshgrid(*map(np.arange, (COLUMNS, ROWS, LAYERS)), indexing="ij"), -1)
    grid = grid.reshape(-1, 3)
    number = np.arange(len(grid)).reshape(COLUMNS, ROWS, LAYERS)
    rest = {}
    for step in ([1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 0, -1]):
        for a in grid[(grid[:, 2] + step[2] >= 0) & (grid[:, 2] + step[2] < LAYERS)]:
            b = a + step
            i, j = int(number[tuple(a)]), int(number[b[0] % COLUMNS, b[1] % ROWS, b[2]])
            along = np.array(step, float) * SPACING
            rest[min(i, j), max(i, j)] = along if i < j else -along
    position = (grid + 0.5) * SPACING
    bonds = bonds_between(position, list(rest), SPACING**2)
    pairs = zip(bonds.first.tolist(), bonds.second.tolist(), strict=True)
    return spheres(position, GRAIN), bonds._replace(rest=np.array([rest[p] for p in pairs]))


def pressed():
    """The lattice's passage under a plate, and what it takes."""
    grains, bonds = piece()
    sim = simulate(
        grains, bonds, Box(np.array([PERIOD, WIDTH]), True), [MADE_OF], THICKNESS, Numerics()
    )
    pressing = Pressing(
        targets=(), coating_mass=float(grains.mass.sum()), particle_diameter=2 * GRAIN,
        inertial_number=0.01, pressure_floor=20e6, tolerance=0.01,
    )  # fmt: skip
    plate = plate_pass(sim, pressing, (1.0 - REDUCTION) * THICKNESS)
    while not plate.finished:
        plate.advance()
    return plate


def under_roll(plate, thicknesses, roll_friction=0.0, foil_friction=0.0, slip=None):
    """The machine of a roll of so many thicknesses' radius over copies of the lattice."""
    rolls = Rolls(2.0 * thicknesses * THICKNESS, coated_sides=2)
    nip = plate.nip(rolls)
    passage = Passage(
        rolls=rolls, gap=nip.gap, before=nip.before, leaving=nip.exit, period=PERIOD,
        copies=copies_for(rolls, nip.gap, nip.before, nip.exit, PERIOD),
        slip=rolling_slip(rolls, nip.entry, nip.exit) if slip is None else slip,
        inertial_number=0.01, particle_diameter=2 * GRAIN, pressure_floor=20e6,
    )  # fmt: skip
    grains, bonds = repeated(*piece(), PERIOD, passage.copies)
    sim = simulate(
        grains, bonds, Box(np.array([passage.length, WIDTH]), (False, True)), [MADE_OF], None,
        Numerics(), walls=strip_walls(passage, roll_friction, foil_friction),
    )  # fmt: skip
    return rolled_strip(sim, passage)


def run(strip):
    while not strip.finished:
        strip.advance()
    return strip


@pytest.fixture(scope="module")
def plate():
    return pressed()


@pytest.fixture(scope="module")
def smooth(plate):
    """Neither roll nor foil drags."""
    return run(under_roll(plate, 50))


@pytest.fixture(scope="module")
def rough(plate):
    return run(under_roll(plate, 50, roll_friction=0.3, foil_friction=0.5))


def test_copies_are_bonded_to_each_other_as_the_piece_is_to_itself():
    grains, bonds = piece()
    strip, joined = repeated(grains, bonds, PERIOD, 3)
    n, m = len(grains.radius), len(bonds.first)
    # Two ends of three copies are cut: what joins one copy to the next is missing once.
    across = np.abs(np.diff(grains.position[:, 0][[bonds.first, bonds.second]], axis=0)[0])
    assert len(joined.first) == 3 * m - (across > 0.5 * PERIOD).sum()
    assert (joined.first < joined.second).all()
    pair = strip.position[joined.second] - strip.position[joined.first]
    pair[:, 1] -= WIDTH * np.round(pair[:, 1] / WIDTH)
    # A bond's rest vector is where its grains are, now that the seams are no longer periodic.
    np.testing.assert_allclose(pair, joined.rest, atol=1e-12 * THICKNESS)
    back, same, broken = piece_of(strip, joined, no_breaks(), grains, bonds, PERIOD, 1)
    np.testing.assert_allclose(back.position, grains.position, atol=1e-12 * THICKNESS)
    np.testing.assert_array_equal(back.particle, grains.particle)
    assert all((a == b).all() for a, b in zip(same, bonds, strict=True))
    assert len(broken.bond) == 0 and len(strip.radius) == 3 * n


def test_elastic_layer_under_a_smooth_roll_has_a_symmetric_nip_and_turns_nothing(smooth):
    found = rolled(smooth)
    middle = len(found.position) - np.searchsorted(smooth.traction.edges, 0.0)
    before = found.pressure[: len(found.position) - middle][::-1]
    behind = found.pressure[len(before) :]
    shared = min(len(before), len(behind))
    lost = np.abs(before[:shared] - behind[:shared]).sum() / found.pressure.sum()
    # What damping takes on the way out is 0.04 of the load there; bins are a grain's width.
    assert lost < 0.05
    assert found.entry == pytest.approx(found.exit, rel=0.06)
    assert abs(found.torque) < 1e-9 * found.line_load * found.entry
    assert len(found.neutral) == 0
    assert abs(found.pull) < 2e-3 * found.line_load


def test_tractions_add_up_to_the_loads_on_roll_and_foil(rough):
    found, r = rolled(rough), rough.passage.rolls.radius
    step = np.diff(rough.traction.edges)
    # Back from the roll's surface to the web: p on dx and the share of τ that lifts.
    slope = found.position / np.sqrt(r**2 - found.position**2)
    upward = ((found.pressure - found.shear * slope) * step).sum()
    along = ((found.shear + found.pressure * slope) * step).sum()
    # A bin's middle stands for its touches: (bin/r)² at most.
    assert upward == pytest.approx(found.line_load, rel=2e-3)
    assert along == pytest.approx(found.pull, abs=2e-3 * found.line_load)
    # Under the foil the load spreads a little beyond the bins.
    assert (found.foil_pressure * step).sum() == pytest.approx(found.foil_line_load, rel=1e-3)
    # Moments about the axis: only the shear has an arm.
    arc = step / np.sqrt(1 - (found.position / r) ** 2)
    assert r * (found.shear * arc).sum() == pytest.approx(found.torque, rel=2e-2)


def test_roll_and_foil_hold_each_other_in_steady_rolling(rough):
    found = rolled(rough)
    # Nothing but them acts on the strip along the web, and its momentum stays what it is.
    assert abs(found.pull) > 0.03 * found.line_load
    assert abs(found.imbalance) < 0.01
    assert found.foil_line_load == pytest.approx(found.line_load, rel=0.01)


def test_torque_less_pull_is_what_the_strip_stores_and_loses(rough):
    found, rows = rolled(rough), steady(rough)
    columns = dict(zip(STRIP_COLUMNS, rows.T, strict=True))
    way = columns["roll_position_m"][0] - columns["roll_position_m"][-1]
    given = (columns["work_J"][-1] - columns["work_J"][0]) / (way * WIDTH)
    passage = rough.passage
    by_torque = found.torque * (1 + passage.slip) / passage.rolls.radius - found.pull
    # Readings every few steps against the work of every step.
    assert by_torque == pytest.approx(given, rel=0.02)
    booked = sum(columns[name] for name in STRIP_COLUMNS[8:-2])
    # As in test_energy_ledger.py: to first order in the step.
    assert booked[-1] == pytest.approx(columns["work_J"][-1], rel=5e-3)
    assert columns["friction_J"][-1] > 0.0


def test_nip_is_that_of_an_elastic_foundation_the_better_the_larger_the_roll(plate, rough):
    """Winkler: p = M (h₀ − h)/h₀ along the roll's circle, M of the same lattice under a plate."""
    last = plate.record[-1]
    closed = THICKNESS - last[1]
    stiffness = 0.5 * (last[2] + last[3]) / closed
    off = []
    for strip in (run(under_roll(plate, 10, 0.3, 0.5)), rough):
        found, passage = rolled(strip), strip.passage
        thinner = THICKNESS - passage.rolls.thickness(found.position, passage.gap)
        winkler = stiffness * np.maximum(thinner, 0.0)
        off.append(np.abs(found.pressure - winkler).sum() / winkler.sum())
        wanted = 2 * parabola_line_load(
            stiffness, THICKNESS, passage.gap, passage.rolls.radius, closing=1
        )
        # The lattice's contacts with the walls are softer at first: 2 % of the load.
        assert found.line_load == pytest.approx(wanted, rel=0.03)
    # What an edge adds falls as thickness over contact length, 0.71 and 0.32 here.
    assert off[1] < 0.6 * off[0]
    assert off[1] < 0.05


def test_strip_goes_on_from_a_checkpoint_to_the_same_bits(plate, tmp_path):
    strip = under_roll(plate, 10, 0.3, 0.5)
    for _ in range(40):
        strip.advance()
    with h5py.File(tmp_path / "strip.h5", "w") as file:
        checkpoint.save(file, "strip", strip)
        resumed = checkpoint.load(file, "strip")
    for machine in (strip, resumed):
        for _ in range(40):
            machine.advance()
    assert_same_bits(strip.sim, resumed.sim)
    assert strip.record == resumed.record
    np.testing.assert_array_equal(strip.traction.total, resumed.traction.total)


def test_gauge_reads_the_height_at_which_the_highest_grains_carry_its_pressure():
    grains = spheres([[0, 0, 2.0 * UM], [3 * UM, 0, 1.9 * UM]], UM)
    modulus, area = 1e9, 36e-12
    # One contact alone: F = 4/3 E* √R δ^1.5 at δ = 50 nm, half the way to the second.
    pressure = 4 / 3 * modulus * np.sqrt(UM) * (50e-9) ** 1.5 / area
    assert gauge_height(grains, modulus, area, pressure) == pytest.approx(2.95 * UM, rel=1e-9)

"""What a layer springs back to: an elastic one wholly, an ideally plastic contact not at all."""

import numpy as np
import pytest

from dem.box import Box
from dem.contact.laws import ContactLaws
from dem.loading import load
from dem.release import Branch
from dem.simulation import Numerics, simulate
from tests.dem.assemblies import UM, bonds_between, lattice_block, material, spheres

SIDE, SPACING = 6, 1.5 * UM
SEAT = 0.1e6


def layer(made_of, bonded, contact="hertz"):
    """A lattice block that fills a periodic box between collector and plate."""
    position, pairs = lattice_block(SIDE, SPACING, jitter=0.0 if not bonded else 0.05)
    bonds = bonds_between(position, pairs if bonded else [], SPACING**2)
    edge = SIDE * SPACING
    return simulate(
        spheres(position, 0.5 * SPACING), bonds,
        Box(np.array([edge, edge]), True), [made_of], edge, Numerics(),
        laws=ContactLaws(normal=contact),
    )  # fmt: skip


def pressed_and_released(sim, strain):
    """The branch after its release, and the height before it was pressed."""
    start = sim.height
    sim.advance(1000, rate=np.log1p(-strain) / (1000 * sim.step))
    branch = Branch(sim, begun=0, at=0, index=0)
    branch.begin_release()
    while not branch.release(SEAT, 0.01, tolerance=0.005):
        pass
    return branch, start


@pytest.mark.parametrize("bonded", [True, False])
def test_elastic_layer_springs_back_to_what_it_was(bonded):
    branch, start = pressed_and_released(layer(material(), bonded), 0.02)
    assert branch.settled
    assert branch.peak_pressure > 50 * SEAT
    # Of the 2 %, some 5·10⁻⁴ may be left where a thickness is read, and the seat's own strain.
    assert branch.sim.height == pytest.approx(start, rel=1e-3)
    # Loads are read over waves, up to twice the seat.
    assert abs(np.mean(branch.pressures[-8:]) - SEAT) < SEAT
    assert load(branch.sim) < 3 * SEAT


def test_plastic_contacts_stay_dented_as_a_slow_plate_finds():
    """What springs back is far less than a release may part in a look."""
    made_of = material(contact_yield_pressure=0.5e9)
    sim = layer(made_of, False, "thornton_ning")
    sim.advance(1000, rate=np.log(0.98) / (1000 * sim.step))
    slowly = sim.copy()
    branch = Branch(sim, begun=0, at=0, index=0)
    branch.begin_release()
    while not branch.release(SEAT, 0.01, tolerance=0.005):
        pass
    assert branch.settled
    assert 0.5 * SEAT < np.mean(branch.pressures[-8:]) < 2 * SEAT
    while load(slowly) > SEAT:
        slowly.advance(50, rate=1e-5 / (50 * slowly.step))
    loaded = branch.loaded_thickness
    # The slow plate parts by 10⁻⁵ between two readings, the release reads its thickness to 5·10⁻⁴.
    assert branch.sim.height / loaded == pytest.approx(slowly.height / loaded, abs=5e-4)
    assert slowly.height / loaded - 1.0 < 3e-3


def test_release_takes_no_more_than_a_few_thousand_steps():
    sim = layer(material(), True)
    branch, _ = pressed_and_released(sim, 0.02)
    # Waiting for the layer's own waves, the plate took ten thousand.
    assert branch.chunks <= 15

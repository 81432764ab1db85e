"""Tensors, fluxes, contact resistances and heat: closed forms and conservation."""

import numpy as np
import pytest

from dem.errors import InputError
from electrochem.transport.effective import (
    cells_of,
    conduct_cells,
    conductivity_tensor,
    effective_conductivity,
    mean_flux,
)
from electrochem.transport.electronic import ContactResistances, electronic_conductivity
from electrochem.transport.flux import cell_flux, face_flows
from electrochem.transport.ionic import pore_cells, pore_transport
from electrochem.transport.thermal import thermal_conductivity
from tests.analytic_transport import in_parallel, in_series
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume

VOXEL = 0.5e-6
SINGLE = 1e-7
"""Conductances are kept in single precision, each right to 6e-8."""
THREE = [1.0, 0.0, 0.35, 0.0, 1.0]


def volume_of(labels, periodic=False, layers=None, particle=None):
    labels = np.asarray(labels, np.uint8)
    collector = int((labels == COLLECTOR).all(axis=(1, 2)).sum())
    layers = len(labels) - collector if layers is None else layers
    return Volume(labels, VOXEL, periodic, layers * VOXEL, 0.5, particle)


@pytest.fixture(scope="module")
def mixed():
    """Coarse blobs of three phases that percolate along every axis."""
    random = np.random.default_rng(3)
    blobs = random.choice([0, 1, 2], (6, 7, 5), p=[0.55, 0.25, 0.2])
    return np.kron(blobs, np.ones((3, 3, 3), int)).astype(np.uint8)


@pytest.mark.parametrize("cut", [0.0, 0.4])
@pytest.mark.parametrize("axis", ["y", "x"])
def test_layers_conduct_in_parallel_along_themselves(axis, cut):
    labels = np.empty((9, 6, 4), np.uint8)
    labels[:4], labels[4:6], labels[6:] = PORE, CARBON_BINDER, ACTIVE_MATERIAL
    got = effective_conductivity(
        volume_of(labels, layers=9 - cut), [1.0, 2.0, 0.01, 0, 0], tolerance=1e-12, axis=axis
    )
    thickness = np.array([4, 2, 3 - cut]) / (9 - cut)
    assert got.value == pytest.approx(in_parallel([1.0, 0.01, 2.0], thickness), rel=SINGLE)


@pytest.mark.parametrize("periodic", [False, True])
def test_axes_agree_with_a_volume_that_is_turned(mixed, periodic):
    along = [
        effective_conductivity(volume_of(mixed, periodic), THREE, 1e-9, axis=axis).value
        for axis in "yx"
    ]
    if not periodic:
        # Without periodic sides an axis is what it is called.
        turned = [
            effective_conductivity(volume_of(np.moveaxis(mixed, axis, 0)), THREE, 1e-9).value
            for axis in (1, 2)
        ]
        assert along == pytest.approx(turned, rel=1e-6)
    # Sides along z stay closed: what is above and below never adds to the flow in plane.
    between = np.pad(mixed, ((2, 2), (0, 0), (0, 0)), constant_values=ACTIVE_MATERIAL)
    wrapped = effective_conductivity(volume_of(between, periodic), THREE, 1e-9, axis="y").value
    assert wrapped * len(between) / len(mixed) == pytest.approx(along[0], rel=1e-6)


def test_oblique_channel_carries_its_flow_along_and_aside():
    # One channel, three cells aside on its way up: all of its current goes that way.
    labels = np.full((12, 9, 3), ACTIVE_MATERIAL)
    labels[:5, 2, 1] = PORE
    labels[4, 2:6, 1] = PORE
    labels[4:, 5, 1] = PORE
    cells = pore_cells(volume_of(labels))
    tensor = conductivity_tensor(lambda axis, on: conduct_cells(cells.turned(axis), 1e-11, on))
    kzz, kyz = tensor.value[0, 0], tensor.value[1, 0]
    # 12 cells up and 3 aside in series, of one of 27 columns; only z has electrodes on it.
    assert kzz == pytest.approx(12 / 15 / 27, rel=SINGLE)
    # The flux aside over that along is 3 / 12; the mean of it and of its counterpart, 0, is kept.
    assert kyz == pytest.approx(0.5 * kzz * 3 / 12, rel=SINGLE)
    assert tensor.value[1, 1] == 0.0
    assert tensor.asymmetry == pytest.approx(3 / 12, rel=1e-6)


def test_tensor_of_a_tilted_laminate():
    """Layers of slope 1 in volumes much longer than wide, so that their ends count little."""
    series, parallel = in_series([1.0, 0.2], [1, 1]), in_parallel([1.0, 0.2], [0.5, 0.5])
    errors = []
    for period in (16, 32):
        k, j, _ = np.meshgrid(np.arange(8 * period), np.arange(period), [0, 0], indexing="ij")
        labels = np.where((k + j) % period < period // 2, PORE, CARBON_BINDER)
        cells = cells_of(volume_of(labels, periodic=True), [1.0, 0, 0.2, 0, 0])
        got = mean_flux(conduct_cells(cells, 1e-9))
        # The tensor with these principal values, turned by 45 degrees.
        expected = np.array([0.5 * (series + parallel), 0.5 * (series - parallel), 0.0])
        errors.append(np.abs(got - expected))
    # The steps of the voxels err by first order in them, by 14 % of the smaller one at first.
    assert errors[0][1] == pytest.approx(2.0 * errors[1][1], rel=0.15)
    assert errors[1][1] < 0.08 * 0.5 * (parallel - series)
    assert errors[1][0] < 0.02
    assert got[2] == pytest.approx(0.0, abs=1e-9)
    tensor = conductivity_tensor(lambda axis, on: conduct_cells(cells.turned(axis), 1e-9, on))
    # Flows are in single precision, too.
    assert tensor.value[2, 2] == pytest.approx(parallel, rel=2 * SINGLE)


def test_flow_is_conserved_from_plane_to_plane_and_in_each_cell(mixed):
    solved = conduct_cells(pore_cells(volume_of(mixed, True, layers=17.6)), tolerance=1e-13)
    up, along, aside = face_flows(solved.net, solved.potential)
    through = up.sum(axis=(1, 2), dtype=float)
    assert through == pytest.approx(through[0], rel=1e-6)
    out = np.diff(up, axis=0) + np.roll(along, -1, 1) - along + np.roll(aside, -1, 2) - aside
    # Flows of up to 0.06 in single precision.
    assert np.abs(out).max() < 1e-7
    area = mixed.shape[1] * mixed.shape[2]
    thickness = solved.spacing[0].sum()
    assert through[0] * thickness / area == pytest.approx(solved.effective.value, rel=1e-6)
    flux = cell_flux(solved.net, solved.potential, solved.spacing)
    mean = np.average(flux[..., 0].mean(axis=(1, 2)), weights=solved.spacing[0])
    # Half the flow of a face counts for either cell, the electrodes' faces for their one.
    assert mean * thickness == pytest.approx(solved.effective.value, rel=1e-4)


def test_particles_in_a_row_conduct_with_their_contacts_in_series():
    labels = np.full((12, 3, 2), ACTIVE_MATERIAL)
    labels[9:] = CARBON_BINDER
    labels = np.concatenate([np.full((2, 3, 2), COLLECTOR), labels])
    particle = np.full(labels.shape, -1, np.int32)
    particle[2:6], particle[6:11] = 0, 1
    contacts = ContactResistances(particles=2e-7, binder=5e-7, collector=1e-6)
    got = electronic_conductivity(
        volume_of(labels, particle=particle), 2.0, 5.0, tolerance=1e-12, contacts=contacts
    )
    length = 12 * VOXEL
    resistance = 9 * VOXEL / 2.0 + 3 * VOXEL / 5.0 + 2e-7 + 5e-7 + 1e-6
    assert got.value == pytest.approx(length / resistance, rel=SINGLE)
    # A peak on top is left out, and the particles below it stay what they are.
    peaked = np.concatenate([labels, np.full((1, 3, 2), PORE)])
    peaked[-1, 0, 0] = CARBON_BINDER
    above = np.concatenate([particle, np.full((1, 3, 2), -1, np.int32)])
    under = electronic_conductivity(
        volume_of(peaked, particle=above), 2.0, 5.0, tolerance=1e-12, contacts=contacts
    )
    assert under.value == pytest.approx(got.value, rel=SINGLE)
    unknown = electronic_conductivity(
        volume_of(labels), 2.0, 5.0, tolerance=1e-12, contacts=contacts
    )
    assert unknown.value == pytest.approx(length / (resistance - 2e-7), rel=SINGLE)


def test_cut_layer_has_contacts_of_its_own_area():
    labels = np.full((4, 2, 6), ACTIVE_MATERIAL)
    particle = np.zeros(labels.shape, np.int32)
    particle[..., 3:] = 1
    volume = volume_of(labels, layers=3.25, particle=particle)
    contacts = ContactResistances(particles=1e-6)
    got = electronic_conductivity(volume, 2.0, 0.0, tolerance=1e-12, axis="x", contacts=contacts)
    assert got.value == pytest.approx(6 * VOXEL / (6 * VOXEL / 2.0 + 1e-6), rel=SINGLE)


def test_contacts_without_resistance_change_nothing(mixed):
    volume = volume_of(mixed, True)
    without = electronic_conductivity(volume, 1.0, 10.0)
    assert electronic_conductivity(volume, 1.0, 10.0, contacts=ContactResistances()) == without


def test_heat_takes_every_phase():
    labels = np.empty((9, 6, 4), np.uint8)
    labels[:4], labels[4:6], labels[6:] = PORE, CARBON_BINDER, ACTIVE_MATERIAL
    given = {"pore": 0.2, "cbd": 0.4, "active_material": 4.0}
    got = thermal_conductivity(volume_of(labels), given, tolerance=1e-12)
    assert got.value == pytest.approx(in_series([0.2, 0.4, 4.0], [4, 2, 3]), rel=SINGLE)


def test_map_of_conductivities_stands_for_labels(mixed):
    volume = volume_of(mixed, True, layers=17.3)
    table = np.array(THREE)
    by_label = effective_conductivity(volume, table, 1e-8)
    by_cell = effective_conductivity(volume, table[mixed], 1e-8)
    assert by_cell.value == pytest.approx(by_label.value, rel=SINGLE)
    assert pore_transport(volume, 1e-8).macmullin_number > 1.0


@pytest.mark.parametrize(
    ("conductivity", "words"),
    [
        (np.ones((3, 3, 4)), "shape"),
        (np.full((3, 3, 3), -1.0), "below 0"),
        (np.full((3, 3, 3), np.nan), "not finite"),
    ],
)
def test_impossible_maps_are_refused(conductivity, words):
    with pytest.raises(InputError, match=words):
        effective_conductivity(volume_of(np.zeros((3, 3, 3))), conductivity)


def test_unknown_axis_is_refused():
    with pytest.raises(InputError, match="expected one of z, y, x"):
        effective_conductivity(volume_of(np.zeros((3, 3, 3))), THREE, axis="w")

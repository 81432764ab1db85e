"""Particles divided into bonded grains: what is kept, what is bonded, what is refused."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from dem.bonding.strength import BondStrength
from dem.errors import InputError
from dem.grains import ACTIVE, CBD
from dem.jit import use_threads
from voxelize.divide import partition
from voxelize.divide.decompose import (
    DecompositionSettings,
    SolidPhase,
    decompose,
)
from voxelize.divide.partition import divide
from voxelize.divide.quality import assess
from voxelize.split.watershed import equivalent_diameter
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, Volume

H = 0.4e-6
NMC = SolidPhase(4760.0, BondStrength(400e6, 300e6, 10.0))
BINDER = SolidPhase(1980.0, BondStrength(40e6, 30e6, 5.0))
SHAPE = (44, 40, 40)


def spheres(centres, radii, shape=SHAPE, periodic=True):
    """Particle numbers of spheres, drawn in turn, in voxels."""
    index = np.indices(shape) + 0.5
    particle = np.full(shape, -1, dtype=np.int32)
    for number, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        offset = [index[a] - centre[a] for a in range(3)]
        if periodic:
            offset[1:] = [
                d - n * np.round(d / n) for d, n in zip(offset[1:], shape[1:], strict=True)
            ]
        inside = sum(d**2 for d in offset) < radius**2
        particle[inside & (particle < 0)] = number
    return particle


def electrode(periodic=True, thickness=None):
    """Foil, two large particles (one across the sides), a small one, a speck, binder between."""
    particle = spheres(
        [(14.5, 20, 20), (30.0, 39, 2), (15.0, 4, 38), (38.0, 20, 20)],
        [12.2, 12.2, 5.0, 3.0],
        periodic=periodic,
    )
    particle[:2] = -1
    labels = np.where(particle >= 0, ACTIVE_MATERIAL, 0).astype(np.uint8)
    labels[2:6][labels[2:6] == 0] = CARBON_BINDER
    labels[24:27, 10:30, :][labels[24:27, 10:30, :] == 0] = CARBON_BINDER
    labels[:2] = COLLECTOR
    thickness = 42 * H if thickness is None else thickness
    return Volume(labels, H, periodic, thickness, 0.4, particle)


@cache
def divided(periodic=True, seed=1, **settings):
    return decompose(electrode(periodic), DecompositionSettings(**settings), NMC, BINDER, seed)


def weighted_voxels(volume, phase):
    return ((volume.labels == phase).sum(axis=(1, 2)) * volume.layer_weights).sum() * H**3


@pytest.mark.parametrize("thickness", [42 * H, 41.3 * H])
def test_grains_hold_the_volume_and_mass_of_their_voxels(thickness):
    volume = electrode(thickness=thickness)
    top = np.s_[-1, 18:22, 18:22]
    volume.labels[top], volume.particle[top] = ACTIVE_MATERIAL, 3
    grains = decompose(volume, DecompositionSettings(), NMC, BINDER, 1).grains
    for material, phase, density in (
        (ACTIVE, ACTIVE_MATERIAL, 4760.0),
        (CBD, CARBON_BINDER, 1980.0 * 0.6),
    ):
        mine = grains.material == material
        whole = weighted_voxels(volume, phase)
        assert grains.volume[mine].sum() == pytest.approx(whole, rel=1e-12, abs=0.0)
        assert grains.mass[mine].sum() == pytest.approx(whole * density, rel=1e-12, abs=0.0)


def test_centre_of_mass_of_the_grains_is_that_of_the_voxels():
    volume = electrode(periodic=False, thickness=41.3 * H)
    grains = decompose(volume, DecompositionSettings(), NMC, BINDER, 1).grains
    k, j, i = np.nonzero(volume.particle == 0)
    mine = (grains.material == ACTIVE) & (grains.particle == 0)
    centre = np.average(grains.position[mine], axis=0, weights=grains.volume[mine])
    # z = 0 is the foil's coated face, two layers up.
    expected = H * np.array([i.mean() + 0.5, j.mean() + 0.5, k.mean() - 2 + 0.5])
    assert np.allclose(centre, expected, rtol=1e-10, atol=0)


def test_cut_top_layer_keeps_only_its_lower_part():
    labels = np.full((10, 4, 4), ACTIVE_MATERIAL, dtype=np.uint8)
    volume = Volume(labels, H, False, 9.5 * H, 0.5, np.zeros(labels.shape, dtype=np.int32))
    whole = DecompositionSettings(single_grain_below=1.0)
    grains = decompose(volume, whole, NMC, BINDER, 1).grains
    assert len(grains.radius) == 1
    assert grains.volume[0] == pytest.approx(9.5 * 16 * H**3, rel=1e-12, abs=0.0)
    assert np.allclose(grains.position[0], [2 * H, 2 * H, 4.75 * H], rtol=1e-12, atol=0)


def test_every_active_grain_is_one_piece_and_every_voxel_has_one():
    result = divided(periodic=False)
    solid = np.isin(result.volume.labels, (ACTIVE_MATERIAL, CARBON_BINDER))
    assert np.array_equal(result.grain >= 0, solid)
    assert np.array_equal(np.unique(result.grain[solid]), np.arange(len(result.grains.radius)))
    for grain in np.flatnonzero(result.grains.material == ACTIVE):
        assert label(result.grain == grain)[1] == 1
    active = result.grain[result.particle >= 0]
    assert np.array_equal(result.grains.particle[active], result.particle[result.particle >= 0])


@pytest.mark.parametrize("periodic", [False, True])
def test_bonds_hold_each_particle_together_and_no_two(periodic):
    result = divided(periodic)
    grains, bonds = result.grains, result.bonds
    first, second = bonds.first.astype(np.int64), bonds.second.astype(np.int64)
    assert (first < second).all()
    assert (np.diff(first * len(grains.radius) + second) > 0).all()
    both = (grains.material[first] == ACTIVE) & (grains.material[second] == ACTIVE)
    assert (grains.particle[first] == grains.particle[second])[both].all()
    assert (~both).any()
    n = len(grains.radius)
    graph = coo_array((np.ones(both.sum()), (first[both], second[both])), shape=(n, n))
    clump = connected_components(graph, directed=False)[1][grains.material == ACTIVE]
    owner = grains.particle[grains.material == ACTIVE]
    assert len(np.unique(np.stack((clump, owner)), axis=1).T) == len(np.unique(owner))
    assert len(np.unique(clump)) == len(np.unique(owner))


def test_particle_across_periodic_sides_is_like_one_inside():
    across, inside = (
        decompose(
            Volume((particle >= 0).astype(np.uint8), H, True, 44 * H, 0.5, particle),
            DecompositionSettings(),
            NMC,
            BINDER,
            1,
        )
        for particle in (spheres([(22.0, 0, 0)], [12.0]), spheres([(22.0, 20, 20)], [12.0]))
    )
    assert len(across.grains.radius) == pytest.approx(len(inside.grains.radius), abs=3)
    # Each with its own random seeds: some 1 500 bonds, of a Voronoi count that scatters by 2 %.
    assert len(across.bonds.first) == pytest.approx(len(inside.bonds.first), rel=0.05)
    for result in (across, inside):
        assert (np.linalg.norm(result.bonds.rest, axis=1) < 3 * 1.5e-6).all()
        assert (result.grains.position >= 0).all()
        assert (result.grains.position[:, :2] < 40 * H).all()
    box = 40 * H
    leap = across.grains.position[across.bonds.second] - across.grains.position[across.bonds.first]
    turns = (leap - across.bonds.rest)[:, :2] / box
    assert np.allclose(turns, np.round(turns), atol=1e-9)
    assert np.abs(turns).max() > 0.5


def test_bonded_area_inside_a_particle_is_that_of_its_cells():
    result = divided(grain_size=2.5e-6)
    grains, bonds = result.grains, result.bonds
    inner = (grains.material[bonds.first] == ACTIVE) & (grains.material[bonds.second] == ACTIVE)
    in_first = inner & (grains.particle[bonds.first] == 0)
    count = (grains.particle == 0).sum()
    volume = grains.volume[grains.particle == 0].sum()
    # Cells of volume v have 5.3 v^(2/3) of surface (truncated octahedra: 5.315, Voronoi 5.4 ± 2 %),
    # a face has two sides, and the sphere's surface belongs to no bond.
    cells = 5.4 * count * (volume / count) ** (2 / 3)
    outer = np.pi * equivalent_diameter(volume) ** 2
    assert bonds.area[in_first].sum() == pytest.approx((cells - outer) / 2, rel=0.06)


def test_grains_have_the_wanted_size_and_contact_radius():
    result = divided()
    grains = result.grains
    large = np.isin(grains.particle, (0, 1)) & (grains.material == ACTIVE)
    diameter = equivalent_diameter(grains.volume[large])
    # Volumes scatter by a fifth, diameters so by 7 %; slivers joined take away a few per cent.
    assert equivalent_diameter(grains.volume[large].mean()) == pytest.approx(1.5e-6, rel=0.03)
    assert grains.volume[large].std() < 0.3 * grains.volume[large].mean()
    assert np.allclose(grains.radius[large], 0.85 * diameter / 2, rtol=1e-12, atol=0)


def test_lloyd_makes_cells_compact():
    def second_moment(result):
        inside = np.argwhere(result.particle == 0)[:, ::-1] + 0.5 - [0, 0, 2]
        centre = result.grains.position[result.grain[result.particle == 0]]
        return ((inside * H - centre) ** 2).sum(axis=1).mean()

    rough, compact = divided(lloyd_iterations=0), divided()
    # Voronoi cells of random points have 1.25 times the moment of centroidal ones or more
    # (Du et al. 1999); slivers and the sphere's rim blur it.
    assert second_moment(compact) < 0.85 * second_moment(rough)


def test_small_particles_get_smaller_grains_or_one():
    result = divided(minimum_grains=40)
    number = np.bincount(result.grains.particle[result.grains.material == ACTIVE])
    assert number[0] > 200
    # 5 voxels radius: 515 voxels, 18 grains of 28 voxels, but 40 were asked for.
    assert 38 <= number[2] <= 40
    assert number[3] == 1
    assert np.bincount(divided().grains.particle)[2] == 27


def test_small_particles_are_whole_where_that_is_asked_for():
    result = divided(minimum_grains=40, small_particles="single_grain")
    number = np.bincount(result.grains.particle[result.grains.material == ACTIVE])
    assert number[0] > 200
    assert number[2] == number[3] == 1
    # Such a particle's sphere is that of its whole volume.
    alone = np.flatnonzero(result.grains.particle == 2)
    volume = (result.particle == 2).sum() * H**3
    assert result.grains.radius[alone] == pytest.approx(equivalent_diameter(volume) / 2, rel=1e-12)


@pytest.mark.parametrize("minimum", [27, 60])
def test_no_breakable_particle_has_fewer_grains_than_asked_for(minimum):
    """Crumpled particles, whose cells come in pieces and leave slivers."""
    rng = np.random.default_rng(8)
    field = gaussian_filter(rng.standard_normal((60, 60, 60)), 2.5, mode="wrap")
    particle = label(field > np.quantile(field, 0.86))[0].astype(np.int32) - 1
    volume = Volume((particle >= 0).astype(np.uint8), H, False, 60 * H, 0.5, particle)
    settings = DecompositionSettings(
        grain_size=3e-6, minimum_grains=minimum, single_grain_below=0.0
    )
    result = decompose(volume, settings, NMC, BINDER, 1)
    number = np.bincount(result.grains.particle)
    voxels = np.bincount(result.particle[result.particle >= 0])
    resolved = voxels >= 8 * minimum
    assert resolved.sum() > 3
    assert (number[resolved] >= minimum).all()
    assert (number[~resolved] == 1).all()
    assert assess(result).disconnected_particles == 0


@pytest.mark.parametrize("periodic", [False, True])
def test_voxels_belong_to_the_nearest_centroid(periodic):
    """At Lloyd's fixed point, by an independent search tree."""
    particle = spheres([(22.0, 2, 38)], [14.0], periodic=periodic)
    region = np.ascontiguousarray(particle)
    cells, least = np.array([60]), np.array([1])
    grain, _ = divide(region, cells, least, periodic, 200, 4, lambda done: None)
    voxel = np.argwhere(grain >= 0)
    if periodic:
        # Unwrapped about the centre, where no image can be nearer.
        voxel[:, 1:] = (voxel[:, 1:] - [2, 38] + 20) % 40
    of = grain[grain >= 0]
    centroid = np.stack([np.bincount(of, voxel[:, a]) for a in range(3)], 1)
    centroid = centroid / np.bincount(of)[:, None]
    distance, nearest = cKDTree(centroid).query(voxel)
    # The rest stand on a border, or in a sliver that was joined to its neighbour.
    own = np.linalg.norm(voxel - centroid[of], axis=1)
    assert (np.isclose(own, distance, atol=1e-3)).mean() > 0.99
    assert (nearest == of).mean() > 0.95


def test_any_number_of_threads_gives_the_same_bits():
    one, two = np.full((64, 64, 64), 0, np.int32), None
    one[30:34] = -1
    one[34:] = 1
    one[34:50, :20] = 2
    found = []
    for threads in (1, 2):
        use_threads(threads)
        cells, least = np.array([3000, 2000, 500]), np.array([1, 27, 27])
        found.append(divide(one, cells, least, True, 3, 4, lambda done: None))
    use_threads(None)
    one, two = found
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_large_regions_are_divided_as_small_ones(monkeypatch):
    region = spheres([(22.0, 2, 38)], [14.0])
    cells, least = np.array([300]), np.array([27])
    found = []
    for large in (10, 10**9):
        monkeypatch.setattr(partition, "_LARGE", large)
        found.append(divide(region, cells, least, True, 4, 4, lambda done: None)[0])
    assert np.array_equal(*found)


def test_separate_binder_regions_share_no_grain():
    result = divided(periodic=False)
    lower = result.grain[2:6][result.volume.labels[2:6] == CARBON_BINDER]
    upper = result.grain[24:27][result.volume.labels[24:27] == CARBON_BINDER]
    assert not np.intersect1d(lower, upper).size
    assert (result.grains.material[lower] == CBD).all()
    active = result.grains.particle[result.grains.material == ACTIVE]
    assert result.grains.particle[lower].min() > active.max()
    assert not np.intersect1d(result.grains.particle[lower], result.grains.particle[upper]).size


def test_particle_in_two_pieces_is_two_particles():
    particle = spheres([(12, 20, 20), (32, 20, 20)], [8.0, 8.0], periodic=False)
    volume = Volume(
        (particle >= 0).astype(np.uint8), H, False, 44 * H, 0.5, np.minimum(particle, 0)
    )
    result = decompose(volume, DecompositionSettings(), NMC, BINDER, 1)
    assert np.array_equal(result.particle, particle)


@pytest.mark.parametrize(("periodic", "row"), [(False, 20), (True, 38)])
def test_touching_particles_of_an_image_are_split_first(periodic, row):
    particle = spheres([(12, row, 20), (31, row, 20)], [10.0, 10.0], periodic=periodic)
    volume = Volume((particle >= 0).astype(np.uint8), H, periodic, 44 * H, 0.5)
    result = decompose(volume, DecompositionSettings(), NMC, BINDER, 1)
    assert (result.particle == particle).mean() > 0.99
    assert result.particle.max() == 1


def test_strengths_scatter_as_weibull_about_the_given_mean():
    result = divided()
    grains, bonds = result.grains, result.bonds
    inner = (grains.material[bonds.first] == ACTIVE) & (grains.material[bonds.second] == ACTIVE)
    for phase, mine, variation in ((NMC, inner, 0.12034), (BINDER, ~inner, 0.22905)):
        tensile = bonds.tensile_strength[mine]
        # Coefficient of variation for m = 10 and 5: √(Γ(1+2/m)/Γ(1+1/m)² − 1); 4 standard errors.
        error = 4 * variation / np.sqrt(len(tensile))
        assert tensile.mean() == pytest.approx(phase.strength.tensile, rel=error)
        assert tensile.std() / tensile.mean() == pytest.approx(variation, rel=0.15)
        ratio = phase.strength.cohesion / phase.strength.tensile
        assert np.allclose(bonds.cohesion[mine], ratio * tensile, rtol=1e-12, atol=0)
    plain = dataclasses.replace(NMC, strength=BondStrength(4e8, 3e8, np.inf))
    exact = decompose(electrode(), DecompositionSettings(), plain, plain, 1).bonds
    assert (exact.tensile_strength == 4e8).all()


def test_particles_differ_by_a_factor_of_their_own():
    scattered = dataclasses.replace(
        NMC, strength=NMC.strength._replace(particle_modulus=4.0, reference_volume=1e-16)
    )
    plain = divided()
    changed = decompose(electrode(), DecompositionSettings(), scattered, BINDER, 1)
    grains, bonds = plain.grains, plain.bonds
    assert np.array_equal(bonds.first, changed.bonds.first)
    ratio = changed.bonds.tensile_strength / bonds.tensile_strength
    inner = (grains.material[bonds.first] == ACTIVE) & (grains.material[bonds.second] == ACTIVE)
    assert (ratio[~inner] == 1.0).all()
    owner = grains.particle[bonds.first]
    factors = [ratio[inner & (owner == number)] for number in (0, 1, 2)]
    # One factor for all bonds of a particle, in tension and shear; another for the next.
    for factor in factors:
        assert factor == pytest.approx(np.full(len(factor), factor[0]), rel=1e-12)
    assert len({round(float(factor[0]), 6) for factor in factors}) == 3
    assert np.allclose(changed.bonds.cohesion / bonds.cohesion, ratio, rtol=1e-12, atol=0)
    # Eight times the reference volume: each factor falls by 8^(1/4).
    less = scattered.strength._replace(reference_volume=1e-16 / 8)
    smaller = decompose(
        electrode(), DecompositionSettings(), SolidPhase(4760.0, less), BINDER, 1
    ).bonds
    fall = smaller.tensile_strength[inner] / changed.bonds.tensile_strength[inner]
    assert fall == pytest.approx(np.full(inner.sum(), 8 ** (-1 / 4)), rel=1e-12)


def test_large_faces_are_weaker_where_a_reference_face_is_given():
    sized = dataclasses.replace(NMC, strength=NMC.strength._replace(reference_area=1e-12))
    plain = divided()
    changed = decompose(electrode(), DecompositionSettings(), sized, BINDER, 1).bonds
    ratio = changed.tensile_strength / plain.bonds.tensile_strength
    material = plain.grains.material
    inner = (material[changed.first] == ACTIVE) & (material[changed.second] == ACTIVE)
    expected = np.where(inner, (1e-12 / changed.area) ** (1 / 10), 1.0)
    assert ratio == pytest.approx(expected, rel=1e-12)


def test_same_seed_gives_the_same_bits_and_another_does_not():
    one, again, other = (
        decompose(electrode(), DecompositionSettings(), NMC, BINDER, seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(one.grain, again.grain)
    assert all(map(np.array_equal, one.grains, again.grains))
    assert all(map(np.array_equal, one.bonds, again.bonds))
    assert not np.array_equal(one.grain, other.grain)


def test_progress_rises_to_one():
    told = []
    decompose(
        electrode(),
        DecompositionSettings(),
        NMC,
        BINDER,
        1,
        progress=lambda fraction, note: told.append(fraction),
    )
    assert told == sorted(told)
    assert told[-1] == 1.0


REFUSED = {
    "grain under two voxels": ({"grain_size": 0.7e-6}, "grain_size is 0.7 µm"),
    "binder grain under two voxels": ({"cbd_grain_size": 0.7e-6}, "cbd_grain_size is 0.7 µm"),
    "particles smaller than a grain": ({"grain_size": 20e-6}, "smaller than a grain"),
    "voxels too coarse": ({"minimum_grains": 1000, "single_grain_below": 0.0}, "too coarse"),
    "small ones whole, which most are": (
        {"small_particles": "single_grain", "grain_size": 4e-6},
        "nothing could break; expected a grain_size of at most 3",
    ),
    "small particles unknown": ({"small_particles": "crumbs"}, "small_particles is 'crumbs'"),
    "no grains": ({"minimum_grains": 0}, "minimum_grains must be ≥ 1"),
    "no radius": ({"contact_radius_factor": 0.0}, "contact_radius_factor is 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_setting_that_cannot_be_met_is_refused(case):
    changed, message = REFUSED[case]
    with pytest.raises(InputError, match=message):
        decompose(electrode(), DecompositionSettings(**changed), NMC, BINDER, 1)


def test_impossible_material_is_refused():
    weak = dataclasses.replace(NMC, strength=BondStrength(-4e8, 4e8, 10.0))
    with pytest.raises(InputError, match="tensile of active material bonds is -4e"):
        decompose(electrode(), DecompositionSettings(), weak, BINDER, 1)
    with pytest.raises(InputError, match="density of the CBD is 0"):
        light = dataclasses.replace(BINDER, density=0.0)
        decompose(electrode(), DecompositionSettings(), NMC, light, 1)


def test_volume_that_cannot_be_pressed_is_refused():
    empty = dataclasses.replace(electrode(), labels=np.zeros(SHAPE, dtype=np.uint8))
    with pytest.raises(InputError, match="no active material"):
        decompose(empty, DecompositionSettings(), NMC, BINDER, 1)
    cut = dataclasses.replace(electrode(), thickness=20 * H)
    with pytest.raises(InputError, match="outside the coating's thickness of 8 µm"):
        decompose(cut, DecompositionSettings(), NMC, BINDER, 1)

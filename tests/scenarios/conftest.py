"""A small run folder, made without running anything, for what only reads one."""

import json
from pathlib import Path

import h5py
import numba
import numpy as np
import pytest
from scipy.spatial import cKDTree

from dem.bonds import Bonds
from dem.box import Box
from dem.breaks import Breaks
from dem.grains import ACTIVE, at_rest
from dem.skeleton import Skeleton
from dem.vtk_cracks import write_cracks
from dem.vtk_output import write_bonds, write_grains, write_series
from electrochem.structure.roughness import surface
from scenarios.runner.cli import main
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, Volume
from voxelize.write.height_map import write_height_map
from voxelize.write.vti import write_volume

LAYER = [[-20.0, 1.0, 0.0], [1.0, -22.0, 0.0], [0.0, 0.0, -35.0]]
STATES = ("as_coated", "2.80", "3.10")
UM = 1e-6


def write_synthetic_state(folder: Path, name: str, squeeze: float, cracked_share: float) -> None:
    """Spheres of a few grains each, moved together by `squeeze`; some split into two fragments."""
    rng = np.random.default_rng(3)
    layers, rows, columns, voxel = 48, 40, 40, 0.75
    spheres = rng.uniform([0, 0, 2], [30, 30, 32], (60, 3))
    sphere_radius = rng.choice([2.2, 4.2], 60, p=[0.6, 0.4])
    spheres[:, 2] *= squeeze
    thickness = 34.0 * squeeze
    grain_sphere = np.repeat(np.arange(60), 12)
    offset = rng.normal(size=(len(grain_sphere), 3))
    offset /= np.linalg.norm(offset, axis=1)[:, None]
    grain_centre = spheres[grain_sphere] + 0.7 * sphere_radius[grain_sphere, None] * offset

    k, j, i = np.indices((layers, rows, columns))
    centre = np.stack([i + 0.5, j + 0.5, k - 3 + 0.5], axis=-1).reshape(-1, 3) * voxel
    distance, nearest = cKDTree(spheres).query(centre)
    inside = (distance < sphere_radius[nearest]) & (centre[:, 2] > 0) & (centre[:, 2] < thickness)
    grain = np.full(len(centre), -1)
    grain[inside] = cKDTree(grain_centre).query(centre[inside])[1]
    labels = np.where(inside, ACTIVE_MATERIAL, 0)
    coat = ~inside & (distance < sphere_radius[nearest] + 0.8) & (centre[:, 2] < thickness)
    labels[coat & (np.sin(centre).sum(axis=1) > 0.8)] = CARBON_BINDER
    labels[centre[:, 2] < 0] = COLLECTOR
    shape = (layers, rows, columns)
    particle = np.where(grain >= 0, grain_sphere[grain], -1).reshape(shape).astype(np.int32)
    volume = Volume(
        labels.reshape(shape).astype(np.uint8), voxel * UM, True, thickness * UM, 0.45, particle
    )

    n = len(grain_centre)
    grains = at_rest(
        position=grain_centre * UM,
        radius=np.full(n, 0.6) * UM,
        volume=np.full(n, 1.0) * UM**3,
        mass=np.full(n, 4.7e-15),
        material=np.full(n, ACTIVE),
        particle=grain_sphere,
    )
    first = np.flatnonzero(grain_sphere[:-1] == grain_sphere[1:]).astype(np.int32)
    cracked = rng.permuted(np.arange(60) < 60 * cracked_share)[grain_sphere]
    upper = offset[:, 2] > 0
    fragment = 2 * grain_sphere + (cracked & upper)
    m = len(first)
    bonds = Bonds(
        first=first,
        second=first + 1,
        area=np.full(m, 0.5) * UM**2,
        rest=np.zeros((m, 3)),
        state=(fragment[first] != fragment[first + 1]).astype(np.uint8),
        tensile_strength=np.full(m, 400e6),
        cohesion=np.full(m, 400e6),
    )
    box = Box(np.array([rows, columns]) * voxel * UM, periodic=True)
    field = {"density_g_cm3": 2.4 / squeeze, "pressure_MPa": 100 * (1 - squeeze)}
    for kind in ("particles", "bonds", "cracks", "height_map", "volume"):
        (folder / kind).mkdir(exist_ok=True)
    write_grains(
        folder / "particles" / f"{name}.vtp",
        grains,
        box=box,
        stress=rng.normal(size=(n, 3, 3)) * 50e6,
        displacement=np.zeros((n, 3)),
        fragment=fragment,
        cracked=cracked,
        field=field,
        skeleton=Skeleton(
            step=100, stress=-50e6 * np.eye(3), fabric=np.eye(3) / 3, bond_fabric=np.eye(3) / 3,
            contacts=np.full(n, 2, np.int32), neighbours=np.full(n, 4, np.int32),
            chain=np.where(grain_sphere % 3, -1, grain_sphere % 2).astype(np.int32),
        ),
    )  # fmt: skip
    force = rng.normal(size=(m, 3)) * 1e-6
    broken = np.flatnonzero(bonds.state)
    breaks = Breaks(
        step=10 * np.arange(len(broken)), bond=broken, first=first[broken],
        second=first[broken] + 1, mode=bonds.state[broken], energy=np.full(len(broken), 1e-12),
        place=grains.position[first[broken]],
    )  # fmt: skip
    write_bonds(
        folder / "bonds" / f"{name}.vtp", grains, bonds, box=box, force=force, field=field,
        breaks=breaks,
    )  # fmt: skip
    write_cracks(
        folder / "cracks" / f"{name}.vtp", grains, bonds, box=box, breaks=breaks, field=field,
        aperture=np.where(bonds.state > 0, 0.2 * UM, 0.0),
    )  # fmt: skip
    top = surface(volume)
    write_height_map(
        folder / "height_map" / f"{name}.vtp", top.height, top.deviation, volume.voxel_size,
        field=field,
    )  # fmt: skip
    write_volume(
        folder / "volume" / f"{name}.vti",
        volume,
        grain=grain.reshape(shape).astype(np.int32),
        of_grains={"von_mises_MPa": np.linspace(0.0, 300.0, n)},
        field=field,
    )


def write_synthetic_results(folder: Path) -> None:
    """Tables, loading path and discharge curves in the layout of a run folder."""
    density = [2.4, 2.8, 3.1]
    rows = [
        {
            "state": name,
            "target_density_g_cm3": target,
            "density_g_cm3": value,
            "crystal_density_g_cm3": 4.5,
            "thickness_um": 34.0 * 2.4 / value,
            "loaded_thickness_um": 33.0 * 2.4 / value,
            "springback": 0.03,
            "peak_pressure_MPa": pressure,
            "porosity": 1 - value / 4.5,
            "am_fraction": value / 5.2,
            "cbd_fraction": 0.06,
            "cbd_nanoporosity": 0.45,
            "pore_fraction": 1 - value / 4.5 - 0.027,
            "broken_bond_fraction": broken,
            "cracked_particle_fraction": 1.5 * broken,
            "cracked_volume_fraction": 2 * broken,
            "crack_area_m2_m3": 1e5 * broken,
            "am_pore_area_m2_m3": 3e5,
            "am_cbd_area_m2_m3": 1e5,
            "tortuosity_factor_z": tau,
            "effective_diffusivity_z": 0.2,
            "electronic_conductivity_z_S_m": 10 * value,
        }
        for name, target, value, pressure, broken, tau in zip(
            STATES,
            (None, 2.8, 3.1),
            density,
            (0.0, 35.0, 110.0),
            (0.0, 0.05, 0.2),
            (1.9, 2.6, float("inf")),
            strict=True,
        )
    ]
    text = ",".join(rows[0]) + "\n"
    for row in rows:
        text += ",".join("" if value is None else str(value) for value in row.values()) + "\n"
    (folder / "summary.csv").write_text(text)
    finite = [
        {key: None if value == float("inf") else value for key, value in row.items()}
        for row in rows
    ]
    summary = {
        "scenario": {"name": "synthetic", "description": "Spheres that nobody pressed."},
        "states": finite,
        "observed": {
            "as_coated": {"fragment_count": 60, "fragment_d50_um": 8.0},
            "2.80": {"fragment_count": 66, "fragment_d50_um": 7.6, "layer_stress_MPa": LAYER},
            "3.10": {"fragment_count": 84, "fragment_d50_um": 6.1, "layer_stress_MPa": LAYER},
        },
        "warnings": ["The exchange current density is a placeholder & not measured."],
        "versions": {"calendem": "0.1.0", "numpy": np.__version__},
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "scenario.toml").write_text('[scenario]\nname = "synthetic"\nseed = 3\n')
    with h5py.File(folder / "run.h5", "w") as file:
        path = np.linspace(2.4, 3.3, 40)
        load = 120 * (path - 2.4) ** 2
        for name, values in {
            "density_g_cm3": path,
            "thickness_um": 34 * 2.4 / path,
            "pressure_top_MPa": load,
            "pressure_bottom_MPa": 0.9 * load,
            "broken_bond_fraction": 0.2 * (path - 2.4) ** 2,
            "inertial_number": np.full(40, 1e-3),
            "unbalanced_force": np.full(40, 2e-3),
            "elastic_contact_J": load * 1e-9,
            "elastic_bond_J": load * 2e-9,
            "kinetic_J": load * 1e-12,
            "friction_J": load * 1e-9,
            "damping_J": load * 1e-10,
            "broken_bond_J": load * 5e-10,
            "wall_work_J": load * 4.6e-9,
        }.items():
            file[f"path/{name}"] = values
        for name, peak in (("2.80", 35.0), ("3.10", 110.0)):
            thickness = np.linspace(27.0, 28.0, 20)
            file[f"release/{name}/thickness_um"] = thickness
            file[f"release/{name}/pressure_MPa"] = peak * (28.0 - thickness) ** 1.5
        states = file.create_group("states")
        states.attrs["order"] = list(STATES)
        for name in STATES:
            depth = np.linspace(0.5, 30, 30)
            file[f"states/{name}/profile_z_um"] = depth
            file[f"states/{name}/profile_porosity"] = 0.4 + 0.05 * np.sin(depth / 4)
            file[f"states/{name}/fragments/volume_um3"] = np.linspace(1.0, 300.0, 60)
        broken = np.arange(12)
        for name, values in {
            "mode": 1 + broken % 3,
            "density_g_cm3": np.where(broken < 10, 2.5 + 0.05 * broken, np.nan),
            "inside_particle": broken != 5,
        }.items():
            file[f"states/3.10/breaks/{name}"] = values.astype(float)
    (folder / "discharge").mkdir()
    for name, share in (("2.40_1C", 0.9), ("2.80_1C", 1.0)):
        capacity = np.linspace(0, 2.5 * share, 50)
        voltage = 4.2 - 0.4 * capacity - 0.2 * np.exp(8 * (capacity - 2.5 * share))
        table = np.column_stack([capacity * 1440, voltage, capacity])
        np.savetxt(
            folder / "discharge" / f"{name}.csv",
            table,
            delimiter=",",
            header="time_s,voltage_V,capacity_mAh_cm2",
            comments="",
        )


@pytest.fixture(scope="session")
def synthetic_run(tmp_path_factory) -> Path:
    """A run folder of three states with tables, path, discharge curves and VTK series."""
    folder = tmp_path_factory.mktemp("synthetic-run")
    write_synthetic_results(folder)
    for name, squeeze, cracked in zip(STATES, (1.0, 0.857, 0.774), (0, 0.1, 0.4), strict=True):
        write_synthetic_state(folder, name, squeeze, cracked)
    for series, kind, suffix in (
        ("particles", "particles", "vtp"),
        ("bonds", "bonds", "vtp"),
        ("cracks", "cracks", "vtp"),
        ("height_map", "height_map", "vtp"),
        ("volume", "volume", "vti"),
    ):
        write_series(
            folder / f"{series}.pvd",
            [(index, f"{kind}/{name}.{suffix}") for index, name in enumerate(STATES)],
        )
    return folder


SMALL_SIBLING = """
[scenario]
name = "small"
description = "The quickstart's small sibling."
seed = 3

[electrode]
kind = "recipe"
active_material_fraction = 0.96
carbon_fraction = 0.02
binder_fraction = 0.02
loading = "3 mg/cm^2"
coated_density = "2.3 g/cm^3"
footprint = ["11 um", "11 um"]
voxel_size = "0.5 um"
size_modes = [
    { median_diameter = "4.5 um", spread = 0.1, mass_share = 0.7 },
    { median_diameter = "3 um", spread = 0.1, mass_share = 0.3 },
]

[decomposition]
grain_size = "1.6 um"
single_grain_below = "3.8 um"

[mechanics]
inertial_number = 0.05

[calendering]
targets = ["2.6 g/cm^3", "2.9 g/cm^3"]

[cell]
rates = ["1C"]

[output]
pictures = false
"""


@pytest.fixture(scope="session")
def small_scenario(tmp_path_factory) -> Path:
    """File of an electrode that is pressed to two densities and discharged in seconds."""
    path = tmp_path_factory.mktemp("small-scenario") / "small.toml"
    path.write_text(SMALL_SIBLING)
    return path


@pytest.fixture(scope="session")
def small_run(small_scenario, tmp_path_factory) -> Path:
    """The run of the small scenario without any stop, on one thread; read it only."""
    folder = tmp_path_factory.mktemp("small") / "run"
    threads = numba.get_num_threads()
    try:
        assert main(["run", str(small_scenario), "-o", str(folder), "--threads", "1"]) == 0
    finally:
        numba.set_num_threads(threads)
    return folder

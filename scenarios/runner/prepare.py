"""From the scenario to grains: the electrode, its decomposition and the simulation of it."""

from dataclasses import replace

import numpy as np

from dem.bonding.strength import BondStrength
from dem.bonds import Bonds
from dem.box import Box
from dem.calender import Calendering, Pressing, median_diameter, start_calendering
from dem.calendering.passes import Passes, start_passes
from dem.calendering.rolls import Rolls
from dem.calendering.targets import DENSITY, LINE_LOAD, PRESSURE, Target
from dem.contact.laws import ContactLaws
from dem.crush import Crushing
from dem.errors import InputError
from dem.grains import ACTIVE, CBD, COLLECTOR, Grains, coating_mass
from dem.materials import Material, PairOverride
from dem.simulation import Numerics, Simulation, simulate
from scenarios.runner.densities import cbd_solid_density, target_density
from scenarios.runner.image import read_image
from scenarios.runner.meshes import read_bodies
from scenarios.runner.progress import Reporter
from scenarios.runner.recipe import coated
from scenarios.runner.roll_temperature import warm_binder
from scenarios.runner.schema import Image, Meshes, Particle, Scenario, Table
from scenarios.runner.schema import Target as Given
from scenarios.runner.schema.values import STRUCTURAL_TARGETS
from scenarios.runner.table import rebuilt_electrode
from voxelize.divide.decompose import (
    Decomposition,
    DecompositionSettings,
    SolidPhase,
    decompose,
)
from voxelize.generate.electrode import generate
from voxelize.generate.single_particle import single_particle
from voxelize.volume import ACTIVE_MATERIAL, Volume


def electrode_volume(scenario: Scenario, reporter: Reporter) -> Volume:
    """The unloaded electrode: generated, read, or a single particle."""
    electrode = scenario.electrode
    if isinstance(electrode, Particle):
        return single_particle(electrode.diameter, electrode.voxel_size)
    if isinstance(electrode, Table):
        return rebuilt_electrode(scenario, reporter)
    if isinstance(electrode, Image):
        with reporter.stage("Reading the volume"):
            volume = read_image(scenario, reporter.say)
        if not electrode.split:
            # One id for all: what touches is then taken as one particle.
            whole = np.where(volume.labels == ACTIVE_MATERIAL, 0, -1).astype(np.int32)
            volume = replace(volume, particle=whole)
        return volume
    if isinstance(electrode, Meshes):
        with reporter.stage("Reading the meshes"):
            return read_bodies(scenario, reporter.warn)
    with reporter.stage("Generating the electrode") as progress:
        return generate(coated(scenario, electrode), scenario.scenario.seed, progress)


def grains_of(volume: Volume, scenario: Scenario, reporter: Reporter) -> Decomposition:
    """Particles and binder divided into bonded grains."""
    d, materials = scenario.decomposition, scenario.materials
    settings = DecompositionSettings(
        grain_size=d.grain_size,
        cbd_grain_size=d.cbd_grain_size,
        minimum_grains=d.minimum_grains,
        small_particles=d.small_particles,
        single_grain_below=d.single_grain_below,
        contact_radius_factor=d.contact_radius_factor,
        neck=d.neck,
        merge_below=d.merge_below,
        foil_grain_size=d.foil_grain_size,
        foil_depth=d.foil_depth,
    )
    active = SolidPhase(materials.active_material.density, bond_strength(materials.active_material))
    cbd = SolidPhase(cbd_solid_density(scenario), bond_strength(warm_binder(scenario)))
    foil = SolidPhase(materials.collector.density, bond_strength(materials.collector))
    with reporter.stage("Dividing particles into grains") as progress:
        return decompose(volume, settings, active, cbd, scenario.scenario.seed, progress, foil)


def simulation_of(decomposition: Decomposition, scenario: Scenario) -> Simulation:
    """The decomposition between collector and plate, at rest."""
    volume = decomposition.volume
    _, ny, nx = volume.labels.shape
    return simulation_in(
        Box(np.array([nx, ny]) * volume.voxel_size, volume.periodic),
        decomposition,
        decomposition.grains,
        decomposition.bonds,
        scenario,
        plate_height=volume.thickness,
        wall_friction=scenario.calendering.plate_friction,
        floor=decomposition.floor,
    )


def simulation_in(
    box: Box,
    decomposition: Decomposition,
    grains: Grains,
    bonds: Bonds,
    scenario: Scenario,
    plate_height: float | None,
    **walls,
) -> Simulation:
    """Grains of a decomposition, or copies of them, in a box, at rest; walls : as of `simulate`."""
    foil = (grains.material == COLLECTOR).any()
    mechanics = scenario.mechanics
    return simulate(
        grains,
        bonds,
        box,
        _materials(decomposition, scenario),
        plate_height,
        Numerics(
            damping=mechanics.damping,
            step_factor=mechanics.step_factor,
            skin=mechanics.verlet_skin,
            process_time=mechanics.process_clock,
            # Of a single particle between platens, what moves inside it is all there is.
            light_particles=mechanics.light_particles
            and not isinstance(scenario.electrode, Particle),
        ),
        laws=ContactLaws(**mechanics.contact.model_dump()),
        overrides=_overrides(scenario, foil),
        # Rubble has no face-sharing neighbours left: it fills its whole volume.
        full_radius=np.maximum(grains.radius, np.cbrt(0.75 * grains.volume / np.pi)),
        **walls,
    )


def calendering_of(sim: Simulation, scenario: Scenario) -> Calendering | Passes:
    """The series or passes of the scenario's targets; raises InputError for one below the start."""
    grains = sim.grains
    mass = coating_mass(grains)
    start = mass / (sim.box.area * sim.height)
    crystal = crystal_density(scenario, grains)
    targets = [
        driven_target(target, start, crystal, sim.height) for target in scenario.calendering.targets
    ]
    for target in targets:
        low = target.measure == DENSITY and target.value <= start * (
            1 + scenario.calendering.tolerance
        )
        if low:
            raise InputError(
                f"calendering.targets: {target.text} is not above the "
                f"{start / 1000:.4g} g/cm³ that the electrode starts from"
            )
    passes = scenario.calendering.mode == "passes"
    pressing = pressing_of(sim, scenario, tuple(targets if passes else sorted(targets)))
    return (start_passes if passes else start_calendering)(sim, pressing)


def pressing_of(sim: Simulation, scenario: Scenario, targets: tuple[Target, ...]) -> Pressing:
    """How the scenario's plate closes and opens, to these targets."""
    mechanics, grains = scenario.mechanics, sim.grains
    return Pressing(
        targets=targets,
        coating_mass=coating_mass(grains),
        particle_diameter=median_diameter(grains),
        tolerance=scenario.calendering.tolerance,
        off_target_limit=scenario.calendering.off_target_limit,
        inertial_number=mechanics.inertial_number,
        pressure_floor=mechanics.pressure_floor,
        seating_pressure=scenario.calendering.seating_pressure,
        pressure_limit=scenario.calendering.pressure_limit,
        release_balance=mechanics.unbalanced_force,
        rolls=rolls_of(scenario),
        keep_released=mechanics.stiffness,
    )


def driven_target(given: Given, start: float, crystal: float, thickness: float) -> Target:
    """What the pressing is driven to, of a target as given."""
    if given.kind in STRUCTURAL_TARGETS:
        return Target(target_density(given, start, crystal, thickness), DENSITY)
    return Target(given.value, {"pressure": PRESSURE, "line_load": LINE_LOAD}[given.kind])


def rolls_of(scenario: Scenario) -> Rolls:
    """The rolls whose nip the pressing stands for."""
    pressed = scenario.calendering
    return Rolls(pressed.roll_diameter, pressed.web_speed, pressed.coated_sides)


def crushing_of(sim: Simulation, scenario: Scenario) -> Crushing:
    """The crushing of a single particle."""
    mechanics = scenario.mechanics
    return Crushing(
        sim=sim,
        diameter=sim.height,
        strain_limit=scenario.calendering.crush_strain,
        inertial_number=mechanics.inertial_number,
        pressure_floor=mechanics.pressure_floor,
    )


def crystal_density(scenario: Scenario, grains) -> float:
    """Density of the coating's solids without any pore, from masses and material densities."""
    of_coating = grains.material != COLLECTOR
    density = np.array([scenario.materials.active_material.density, cbd_solid_density(scenario)])
    volume = grains.mass[of_coating] / density[grains.material[of_coating]]
    return coating_mass(grains) / float(volume.sum())


def _materials(decomposition: Decomposition, scenario: Scenario) -> list[Material]:
    """By their index; the collector only where it is made of grains."""
    materials = scenario.materials
    # What a hard particle squeezes against a roll must not be pushed through it.
    binder = replace(
        _material(warm_binder(scenario)),
        flat_on_walls=True,
        porosity=decomposition.volume.cbd_nanoporosity,
        least_porosity=materials.cbd.minimum_nanoporosity,
    )
    found = [_material(materials.active_material), binder]
    if (decomposition.grains.material == COLLECTOR).any():
        foil = _material(materials.collector)
        found.append(replace(foil, keeps_volume=True, flat_on_walls=True))
    return found


def bond_strength(material) -> BondStrength:
    """Strength and scatter of the bonds of a section of `materials`."""
    face = getattr(material, "reference_face_diameter", None)
    particle = getattr(material, "reference_particle_diameter", None)
    return BondStrength(
        tensile=_or_never(material.bond_tensile_strength),
        cohesion=_or_never(material.bond_cohesion),
        weibull_modulus=material.weibull_modulus,
        reference_area=None if face is None else 0.25 * np.pi * face**2,
        particle_modulus=_or_never(getattr(material, "particle_weibull_modulus", None)),
        reference_volume=None if particle is None else np.pi / 6.0 * particle**3,
    )


def _material(material) -> Material:
    relaxation = getattr(material, "bond_relaxation_time", None)
    return Material(
        young_modulus=material.young_modulus,
        poisson_ratio=material.poisson_ratio,
        friction=material.friction,
        restitution=material.restitution,
        bond_modulus=material.bond_modulus,
        bond_poisson_ratio=material.bond_poisson_ratio,
        bond_internal_friction=material.bond_internal_friction,
        bond_moment_share=material.bond_moment_share,
        contact_yield_pressure=_or_never(material.contact_yield_pressure),
        bond_yield_strength=_or_never(material.bond_yield_strength),
        bond_failure_strain=_or_never(material.bond_failure_strain),
        bond_relaxation=0.0 if relaxation is None else 1.0 / relaxation,
        surface_energy=material.surface_energy,
        cohesion_energy_density=material.cohesion_energy_density,
        rolling_friction=material.rolling_friction,
    )


def _overrides(scenario: Scenario, foil: bool) -> tuple[PairOverride, ...]:
    index = {"active_material": ACTIVE, "cbd": CBD, "collector": COLLECTOR}
    found = []
    for pair in scenario.materials.pairs:
        if "collector" in pair.between and not foil:
            continue
        values = pair.model_dump(exclude={"between"}, exclude_none=True)
        if "contact_yield_pressure" in values:
            values["yield_pressure"] = values.pop("contact_yield_pressure")
        found.append(PairOverride(*(index[name] for name in pair.between), values))
    return tuple(found)


def _or_never(limit: float | None) -> float:
    return np.inf if limit is None else limit

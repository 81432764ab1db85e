"""What a scenario's values must be to each other: densities, sizes, shares and voltages."""

from collections.abc import Iterator

from dem.errors import InputError
from electrochem.materials import ACTIVE_MATERIALS
from electrochem.porous_electrode.balance import matched_negative
from electrochem.porous_electrode.cell import Electrode
from scenarios.runner.binder import binder_problems, nanopore_problems
from scenarios.runner.contact_problems import contact_problems
from scenarios.runner.recipe import refused_by_generator
from scenarios.runner.schema import Image, Meshes, Particle, Recipe, Scenario, Target
from scenarios.runner.schema.cell import Cell
from scenarios.runner.units import KINDS, write_rounded
from voxelize.deposit.output import fitting_voxel_size
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, Volume

Problem = tuple[str, str]
_ROUNDING = 1e-6


def cbd_solid_density(scenario: Scenario) -> float:
    """Density of the carbon-binder domain's solid [kg/m³]: of a recipe's mixture, else as given."""
    cbd, electrode = scenario.materials.cbd, scenario.electrode
    if not isinstance(electrode, Recipe):
        return cbd.solid_density
    mass = electrode.carbon_fraction + electrode.binder_fraction
    if mass == 0:
        return cbd.solid_density
    carbon = electrode.carbon_fraction / cbd.carbon_density
    return mass / (carbon + electrode.binder_fraction / cbd.binder_density)


def recipe_densities(scenario: Scenario) -> tuple[float, float]:
    """Crystal density of a recipe's mixture and the density [kg/m³] at which its pores are shut.

    The latter is lower: the carbon-binder domain keeps its smallest nanoporosity.
    """
    electrode = scenario.electrode
    active = electrode.active_material_fraction / scenario.materials.active_material.density
    cbd = (electrode.carbon_fraction + electrode.binder_fraction) / cbd_solid_density(scenario)
    shut = cbd / (1.0 - scenario.materials.cbd.minimum_nanoporosity)
    return 1.0 / (active + cbd), 1.0 / (active + shut)


def volume_densities(scenario: Scenario, volume: Volume) -> tuple[float, float, float]:
    """Density of an imaged coating as it is, its crystal density and with shut pores [kg/m³]."""
    active = volume.fraction(ACTIVE_MATERIAL)
    cbd = volume.fraction(CARBON_BINDER) * (1.0 - volume.cbd_nanoporosity)
    density = active * scenario.materials.active_material.density
    density += cbd * cbd_solid_density(scenario)
    shut = cbd / (1.0 - scenario.materials.cbd.minimum_nanoporosity)
    return density, density / (active + cbd), density / (active + shut)


def problems(scenario: Scenario) -> Iterator[Problem]:
    """Key and sentence of whatever does not fit together, as far as the scenario alone tells."""
    electrode = scenario.electrode
    if isinstance(electrode, Recipe):
        found = list(_recipe_problems(scenario, electrode))
        # What the generator would say of values that are refused already is no news.
        yield from found or refused_by_generator(scenario, electrode)
    elif isinstance(electrode, Image):
        yield from _image_problems(electrode)
    elif isinstance(electrode, Meshes):
        yield from _mesh_problems(scenario, electrode)
    elif isinstance(electrode, Particle):
        yield from _particle_problems(scenario, electrode)
    yield from contact_problems(scenario)
    yield from _pressed_voxel_problems(scenario)
    cbd, cell = scenario.materials.cbd, scenario.cell
    if cbd.minimum_nanoporosity > cbd.nanoporosity:
        yield (
            "materials.cbd.minimum_nanoporosity",
            f"is {cbd.minimum_nanoporosity:g}; expected at most materials.cbd.nanoporosity "
            f"({cbd.nanoporosity:g})",
        )
    yield from binder_problems(scenario)
    active = scenario.materials.active_material
    if active.reference_particle_diameter and not active.particle_weibull_modulus:
        yield (
            "materials.active_material.reference_particle_diameter",
            "has no effect without particle_weibull_modulus; expected both or neither",
        )
    if cell.lower_voltage >= cell.upper_voltage:
        yield (
            "cell.lower_voltage",
            f"is {cell.lower_voltage:g} V; expected less than cell.upper_voltage "
            f"({cell.upper_voltage:g} V)",
        )
    else:
        yield from _cell_problems(cell)
    names = [target.text for target in scenario.calendering.targets]
    for position, name in enumerate(names):
        if name in names[:position]:
            yield f"calendering.targets[{position}]", f'repeats "{name}"'


def volume_problems(scenario: Scenario, volume: Volume) -> Iterator[Problem]:
    """What does not fit between a scenario and the volume that it names."""
    yield from _resolution_problems(scenario, volume.voxel_size)
    start, crystal, shut = volume_densities(scenario, volume)
    yield from _target_problems(scenario, start, crystal, shut, volume.thickness)
    if scenario.voxels.voxel_size is not None:
        try:
            fitting_voxel_size(volume, scenario.voxels.voxel_size)
        except InputError as error:
            key, _, sentence = str(error).partition(": ")
            yield key, sentence


def _recipe_problems(scenario: Scenario, recipe: Recipe) -> Iterator[Problem]:
    total = recipe.active_material_fraction + recipe.carbon_fraction + recipe.binder_fraction
    if abs(total - 1.0) > _ROUNDING:
        yield (
            "electrode.active_material_fraction",
            f"and the fractions of carbon and binder make {total:g}; expected 1",
        )
        return
    sources = [key for key in ("size_modes", "size_table", "size_file") if getattr(recipe, key)]
    if len(sources) != 1:
        found = " and ".join(sources) or "none of them"
        yield (
            "electrode.size_modes",
            f"or size_table or size_file, one of them: found {found}; expected a list of at least "
            "one mode, or a table",
        )
        return
    shares = sum(mode.mass_share for mode in recipe.size_modes)
    if recipe.size_modes and abs(shares - 1.0) > _ROUNDING:
        yield "electrode.size_modes", f"have mass shares that make {shares:g}; expected 1"
    crystal, shut = recipe_densities(scenario)
    if recipe.coated_density >= crystal:
        yield (
            "electrode.coated_density",
            f"is {_density(recipe.coated_density)}; expected less than the crystal density of the "
            f"mixture, {_density(crystal)}",
        )
        return
    thickness = recipe.loading / recipe.coated_density
    for position, mode in enumerate(recipe.size_modes):
        key = f"electrode.size_modes[{position}].median_diameter"
        yield from _grain_problems(scenario, key, mode.median_diameter)
        narrowest = min(*recipe.footprint, thickness)
        if mode.median_diameter > narrowest:
            yield (
                key,
                f"is {_length(mode.median_diameter)}; expected at most the footprint's "
                f"edge and the coated thickness ({_length(narrowest)} here)",
            )
    yield from _resolution_problems(scenario, recipe.voxel_size)
    for axis, edge in enumerate(recipe.footprint):
        yield from _whole_voxels(f"electrode.footprint[{axis}]", edge, recipe.voxel_size)
    yield from _target_problems(scenario, recipe.coated_density, crystal, shut, thickness)


def _pressed_voxel_problems(scenario: Scenario) -> Iterator[Problem]:
    # A grain smaller than a voxel has no voxel of its own to be shown by.
    size, divided = scenario.voxels.voxel_size, scenario.decomposition
    name = min("grain_size", "cbd_grain_size", key=lambda each: getattr(divided, each))
    grain = getattr(divided, name)
    if size is not None and size > grain:
        yield (
            "voxels.voxel_size",
            f"is {_length(size)}, too coarse to show a grain; expected at most "
            f"decomposition.{name} ({_length(grain)})",
        )


def _whole_voxels(key: str, edge: float, voxel_size: float) -> Iterator[Problem]:
    voxels = edge / voxel_size
    if abs(voxels - round(voxels)) > 1e-6:
        whole = max(1, round(voxels)) * voxel_size
        yield (
            key,
            f"is {_length(edge)}; expected whole voxels of {_length(voxel_size)}, such as "
            f"{_length(whole)}",
        )


def _image_problems(image: Image) -> Iterator[Problem]:
    if not image.image.exists():
        yield (
            "electrode.image",
            f"does not exist: {image.image}; expected a label volume or a folder of slices",
        )
    if image.labels is not None and image.thresholds is not None:
        yield "electrode.thresholds", "stands beside electrode.labels; expected one of the two"
    for key in ("labels", "thresholds"):
        named = getattr(image, key)
        for phase in () if named is None else ("pore", "active_material"):
            if phase not in named:
                yield f"electrode.{key}.{phase}", "is missing; expected its value in the file"
    if image.labels and len(set(image.labels.values())) < len(image.labels):
        yield "electrode.labels", "gives one value to two phases; expected a value for each"
    if image.crop and len(image.crop) != 3:
        yield "electrode.crop", f"has {len(image.crop)} ranges; expected three (z, y, x) or none"
        return
    for axis, (start, stop) in enumerate(image.crop):
        unit = "" if isinstance(start, float) else "voxel "
        if isinstance(start, float) == isinstance(stop, float) and start >= stop:
            first, last = (_length(b) if isinstance(b, float) else b for b in (start, stop))
            yield (
                f"electrode.crop[{axis}]",
                f"goes from {unit}{first} to {last}; expected a range that is not empty",
            )


def _mesh_problems(scenario: Scenario, meshes: Meshes) -> Iterator[Problem]:
    if not meshes.meshes.exists():
        yield "electrode.meshes", f"does not exist: {meshes.meshes}; expected a file or a folder"
    if meshes.sides == "periodic" and meshes.box is None:
        yield "electrode.box", 'is missing; expected it where electrode.sides is "periodic"'
    for axis, edge in enumerate(meshes.box or ()):
        yield from _whole_voxels(f"electrode.box[{axis}]", edge, meshes.voxel_size)
    yield from _resolution_problems(scenario, meshes.voxel_size)


def _cell_problems(cell: Cell) -> Iterator[Problem]:
    """What no cell can have, whatever the positive electrode's structure: found before it runs."""
    if cell.kind == "none":
        return
    material = ACTIVE_MATERIALS[cell.active_material]
    try:
        material.stoichiometry_at(cell.upper_voltage)
    except InputError as error:
        yield "cell.upper_voltage", f"is {cell.upper_voltage:g} V, but {error}"
        return
    if cell.kind == "half":
        return
    filled = cell.negative_porosity + cell.negative_active_fraction
    if filled > 1.0:
        yield (
            "cell.negative_active_fraction",
            f"and cell.negative_porosity make {filled:g}; expected at most 1",
        )
        return
    any_structure = Electrode(
        thickness=50e-6, porosity=0.3, tortuosity_factor=2.0, active_fraction=0.6,
        surface_area=3e5, particle_radius=5e-6, electronic_conductivity=1.0, material=material,
    )  # fmt: skip
    try:
        matched_negative(
            any_structure,
            ACTIVE_MATERIALS["graphite_chen2020"],
            np_ratio=cell.np_ratio,
            lower_voltage=cell.lower_voltage,
            upper_voltage=cell.upper_voltage,
        )
    except InputError as error:
        yield (
            "cell",
            f"cannot be balanced between {cell.lower_voltage:g} and {cell.upper_voltage:g} V: "
            f"{error}; expected limits that the positive material and graphite can meet",
        )


def _particle_problems(scenario: Scenario, particle: Particle) -> Iterator[Problem]:
    key = "electrode.diameter"
    yield from _grain_problems(scenario, key, particle.diameter)
    yield from _resolution_problems(scenario, particle.voxel_size)
    if scenario.calendering.targets:
        yield (
            "calendering.targets",
            "is for electrodes; expected [] for a single particle, which is closed by "
            "calendering.crush_strain",
        )


def _resolution_problems(scenario: Scenario, voxel_size: float) -> Iterator[Problem]:
    # Two voxels written in decimals may fall short of twice the voxel by rounding.
    finest = 2 * voxel_size * (1 - 1e-9)
    for key in ("grain_size", "cbd_grain_size"):
        size = getattr(scenario.decomposition, key)
        if size >= finest:
            continue
        least = f"expected at least two voxels ({_length(2 * voxel_size)})"
        if key == "grain_size" and scenario.decomposition.primary_particle_size is not None:
            yield (
                "decomposition.primary_particle_size",
                f"is {_length(size)}, which the voxels do not resolve; {least}, or grain_size in "
                "its place, for grains that stand for several primary particles",
            )
        else:
            yield f"decomposition.{key}", f"is {_length(size)}; {least}"
    yield from nanopore_problems(scenario, finest)


def _grain_problems(scenario: Scenario, key: str, diameter: float) -> Iterator[Problem]:
    grain = scenario.decomposition.grain_size
    if diameter < grain:
        yield (
            key,
            f"is {_length(diameter)}: the particle is smaller than a grain; expected at least "
            f"decomposition.grain_size ({_length(grain)})",
        )


def _target_problems(
    scenario: Scenario, start: float, crystal: float, shut: float, thickness: float
) -> Iterator[Problem]:
    for position, target in enumerate(scenario.calendering.targets):
        density = target_density(target, start, crystal, thickness)
        if density < start * (1.0 + scenario.calendering.tolerance):
            why = f"not denser than the electrode at the start ({_density(start)})"
        elif density >= crystal:
            why = f"not below the crystal density ({_density(crystal)})"
        elif density >= shut:
            why = (
                f"denser than the electrode with all pores shut but the carbon-binder domain's "
                f"smallest nanoporosity ({_density(shut)})"
            )
        else:
            continue
        given = target.given or target.text
        as_shown = target.kind == "density" and given == target.text
        known = "" if as_shown else f", that is {_density(density)},"
        yield (
            f"calendering.targets[{position}]",
            f'"{given}"{known} is {why}; expected between {_density(start)} and {_density(shut)}',
        )


def target_density(target: Target, start: float, crystal: float, thickness: float) -> float:
    """Density [kg/m³] that a target means for an electrode of known start and crystal density."""
    if target.kind == "density":
        return target.value
    if target.kind == "thickness":
        return start * thickness / target.value
    return crystal * (1.0 - target.value)


def _density(value: float) -> str:
    return write_rounded(value, KINDS["density"])


def _length(value: float) -> str:
    return write_rounded(value, KINDS["length"])

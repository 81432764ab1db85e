"""What does not fit together in the section `electrode`, and between it and its grains."""

from collections.abc import Iterator

from scenarios.runner.binder import nanopore_problems
from scenarios.runner.densities import recipe_densities
from scenarios.runner.part_problems import part_problems
from scenarios.runner.schema import Image, Meshes, Particle, Recipe, Scenario
from scenarios.runner.target_problems import target_problems
from scenarios.runner.units import density_in_words, length_in_words

Problem = tuple[str, str]
_ROUNDING = 1e-6


def recipe_problems(scenario: Scenario, recipe: Recipe) -> Iterator[Problem]:
    """Key and sentence of what a recipe cannot be."""
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
            f"is {density_in_words(recipe.coated_density)}; expected less than the crystal "
            f"density of the mixture, {density_in_words(crystal)}",
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
                f"is {length_in_words(mode.median_diameter)}; expected at most the footprint's "
                f"edge and the coated thickness ({length_in_words(narrowest)} here)",
            )
    yield from resolution_problems(scenario, recipe.voxel_size)
    for axis, edge in enumerate(recipe.footprint):
        yield from _whole_voxels(f"electrode.footprint[{axis}]", edge, recipe.voxel_size)
    yield from target_problems(scenario, recipe.coated_density, crystal, shut, thickness)
    across = recipe.footprint[::-1]
    yield from part_problems(
        scenario, recipe.coated_density, crystal, thickness, across, recipe.voxel_size
    )


def image_problems(image: Image) -> Iterator[Problem]:
    """Key and sentence of what an image cannot be read by."""
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
            first, last = (length_in_words(b) if isinstance(b, float) else b for b in (start, stop))
            yield (
                f"electrode.crop[{axis}]",
                f"goes from {unit}{first} to {last}; expected a range that is not empty",
            )


def mesh_problems(scenario: Scenario, meshes: Meshes) -> Iterator[Problem]:
    """Key and sentence of what bodies cannot be drawn by."""
    if not meshes.meshes.exists():
        yield "electrode.meshes", f"does not exist: {meshes.meshes}; expected a file or a folder"
    if meshes.sides == "periodic" and meshes.box is None:
        yield "electrode.box", 'is missing; expected it where electrode.sides is "periodic"'
    for axis, edge in enumerate(meshes.box or ()):
        yield from _whole_voxels(f"electrode.box[{axis}]", edge, meshes.voxel_size)
    yield from resolution_problems(scenario, meshes.voxel_size)


def particle_problems(scenario: Scenario, particle: Particle) -> Iterator[Problem]:
    """Key and sentence of what a single particle cannot be."""
    key = "electrode.diameter"
    yield from _grain_problems(scenario, key, particle.diameter)
    yield from resolution_problems(scenario, particle.voxel_size)
    if scenario.calendering.targets:
        yield (
            "calendering.targets",
            "is for electrodes; expected [] for a single particle, which is closed by "
            "calendering.crush_strain",
        )


def resolution_problems(scenario: Scenario, voxel_size: float) -> Iterator[Problem]:
    """Key and sentence of what voxels of this size [m] do not resolve."""
    # Two voxels written in decimals may fall short of twice the voxel by rounding.
    finest = 2 * voxel_size * (1 - 1e-9)
    for key in ("grain_size", "cbd_grain_size", "foil_grain_size"):
        size = getattr(scenario.decomposition, key)
        if size is None or size >= finest:
            continue
        least = f"expected at least two voxels ({length_in_words(2 * voxel_size)})"
        if key == "grain_size" and scenario.decomposition.primary_particle_size is not None:
            yield (
                "decomposition.primary_particle_size",
                f"is {length_in_words(size)}, which the voxels do not resolve; {least}, or "
                "grain_size in its place, for grains that stand for several primary particles",
            )
        else:
            yield f"decomposition.{key}", f"is {length_in_words(size)}; {least}"
    yield from nanopore_problems(scenario, finest)


def _grain_problems(scenario: Scenario, key: str, diameter: float) -> Iterator[Problem]:
    grain = scenario.decomposition.grain_size
    if diameter < grain:
        yield (
            key,
            f"is {length_in_words(diameter)}: the particle is smaller than a grain; expected at "
            f"least decomposition.grain_size ({length_in_words(grain)})",
        )


def _whole_voxels(key: str, edge: float, voxel_size: float) -> Iterator[Problem]:
    voxels = edge / voxel_size
    if abs(voxels - round(voxels)) > 1e-6:
        whole = max(1, round(voxels)) * voxel_size
        yield (
            key,
            f"is {length_in_words(edge)}; expected whole voxels of "
            f"{length_in_words(voxel_size)}, such as {length_in_words(whole)}",
        )

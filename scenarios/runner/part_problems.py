"""Parts of a coating that would be too thin to measure, told before it is pressed."""

from collections.abc import Iterator
from math import ceil

from electrochem.graded import SMALLEST_PART
from scenarios.runner.densities import target_density
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.values import STRUCTURAL_TARGETS
from scenarios.runner.units import length_in_words


def part_problems(
    scenario: Scenario,
    start: float,
    crystal: float,
    thickness: float,
    footprint: tuple[float, float],
    voxel_size: float,
) -> Iterator[tuple[str, str]]:
    """Key and sentence where `cell.parts` has parts of fewer voxels than can be measured.

    start, crystal : densities of the electrode and of its solids [kg/m³]; thickness, voxel_size :
    of the electrode [m]; footprint : its edges along y and x [m]. What a pressure or a line load
    leaves is not known before: of these the electrode counts as it is.
    """
    parts = scenario.cell.parts
    if scenario.cell.kind == "none" or parts == (1, 1, 1):
        return
    densities = [
        target_density(target, start, crystal, thickness)
        for target in scenario.calendering.targets
        if target.kind in STRUCTURAL_TARGETS
    ]
    thinnest = thickness * start / max([start, *densities])
    size = scenario.voxels.voxel_size or voxel_size
    # A cut top layer counts; two quotients of decimals may miss a whole number by rounding.
    voxels = [ceil(thinnest / size - 1e-6), *(round(edge / size) for edge in footprint)]
    most = [max(count // SMALLEST_PART, 1) for count in voxels]
    if any(part > limit for part, limit in zip(parts, most, strict=True)):
        yield (
            "cell.parts",
            f"is {list(parts)}, but a part has {SMALLEST_PART} voxels an edge or more and the "
            f"thinnest state some {' × '.join(map(str, voxels))} (z, y, x) of "
            f"{length_in_words(size)}; expected at most {most}",
        )

"""Rounds of a calibration: all its particles, of one material, crushed one after the other."""

from dataclasses import dataclass

import numpy as np

from scenarios.runner.calibration.crushes import Crush, Particle, crush, keep, kept_crush
from scenarios.runner.calibration.statistics import AtDiameter, at_diameter, covariance
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.progress import Reporter
from scenarios.runner.run_folder import RunFailed, RunFolder
from scenarios.runner.schema.calibration import Calibration
from scenarios.runner.schema.materials import ActiveMaterial


@dataclass(frozen=True)
class Round:
    """The crushes of one material, and what they show at the reference diameter.

    modulus, strength, secant : [Pa], the figures that are fitted; hertz : [Pa], of the whole
    particle; covariance : (3, 3), of the logarithms of the first three
    """

    material: ActiveMaterial
    crushes: tuple[Crush, ...]
    modulus: AtDiameter
    strength: AtDiameter
    secant: AtDiameter
    hertz: AtDiameter
    covariance: np.ndarray


@dataclass
class Crusher:
    """Crushes rounds of particles in a folder, which keeps each once it is done."""

    calibration: Calibration
    folder: RunFolder
    reporter: Reporter
    stop: StopRequest

    def round(self, name: str, material: ActiveMaterial, inertial_number: float) -> Round:
        """Crush every size and seed of a material; raises Interrupted and RunFailed."""
        chosen = self.calibration.particles
        particles = [
            Particle(diameter, seed, material, inertial_number)
            for diameter in chosen.diameters
            for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds)
        ]
        # Steps go with the diameter, and what a step costs about so too.
        cost = np.cumsum([0.0] + [p.diameter**2 for p in particles])
        crushes = []
        with self.reporter.stage(name) as progress:
            for index, particle in enumerate(particles):
                begun, share = cost[index] / cost[-1], np.diff(cost)[index] / cost[-1]
                who = f"{1e6 * particle.diameter:g} um, {index + 1} of {len(particles)}"

                def tell(done: float, note: str, begun=begun, share=share, who=who) -> None:
                    progress(begun + share * done, f"{who}: {note}")

                crushes.append(self._crush(particle, tell))
        return round_of(self.calibration, material, crushes)

    def _crush(self, particle: Particle, progress) -> Crush:
        name, kept = kept_crush(self.calibration, particle, self.folder)
        if kept is not None:
            progress(1.0, "kept")
            return kept
        crushed = crush(self.calibration, particle, self.stop, progress)
        keep(crushed, name, self.folder)
        return crushed


def round_of(calibration: Calibration, material: ActiveMaterial, crushes: list[Crush]) -> Round:
    """The figures of crushes at the reference diameter; RunFailed where too few show any."""
    target = calibration.target
    diameter = np.array([each.diameter for each in crushes])
    hertz = np.array([each.hertz_modulus for each in crushes])
    inner = np.array([each.inner_modulus for each in crushes])
    values = np.column_stack(
        [
            inner if target.modulus_of == "material" else hertz,
            [each.strength for each in crushes],
            [each.secant_modulus for each in crushes],
        ]
    )
    # A particle that crumbles before it is loaded shows no stiffness.
    values[~(values > 0)] = np.nan
    sizes = len(np.unique(diameter[np.isfinite(values[:, 0])]))
    if np.isfinite(values[:, 0]).sum() < 2 + min(sizes, 2) - 1 or sizes == 0:
        raise RunFailed(
            "too few of the particles carried enough for their stiffness to be read; expected "
            "larger particles, smaller grains or a lower target.crush_strength"
        )
    figures = [at_diameter(diameter, column, target.reference_diameter) for column in values.T]
    return Round(
        material,
        tuple(crushes),
        *figures,
        hertz=at_diameter(diameter, hertz, target.reference_diameter),
        covariance=covariance(diameter, values, target.reference_diameter),
    )

"""One crush of a calibration: a particle of a size, a seed and a material, kept once it is done."""

import hashlib
import io
import json
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dem.crush import Crushing, apparent_modulus
from dem.errors import Unstable
from dem.sources import SOURCES
from scenarios.runner.interrupt import StopRequest
from scenarios.runner.prepare import electrode_volume, grains_of, simulation_of
from scenarios.runner.progress import ProgressCallback, Reporter
from scenarios.runner.run_folder import RunFailed, RunFolder
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.calibration import Calibration
from scenarios.runner.schema.materials import ActiveMaterial
from scenarios.runner.units import KINDS, write_quantity
from voxelize.divide.decompose import Decomposition

_PROBE_SHARE = 0.1
"""Share of the wanted crush strength at which the inside's stiffness is read: nothing broke yet."""

logger = logging.getLogger("calendem")


@dataclass(frozen=True)
class Particle:
    """What is crushed: diameter [m], seed, material, and the inertial number of the crushing."""

    diameter: float
    seed: int
    material: ActiveMaterial
    inertial_number: float


@dataclass(frozen=True)
class Crush:
    """What a crushed particle has shown.

    curve : (k, 4) of CURVE_COLUMNS; inner_modulus : [Pa], of its inside, NaN where too few grains
    span it; crushed : whether the force dropped before the platens had closed as far as they may
    """

    diameter: float
    seed: int
    curve: np.ndarray
    inner_modulus: float
    inner_poisson_ratio: float
    grains: int
    crushed: bool
    poisson_ratio: float

    @property
    def strength(self) -> float:
        """Largest nominal stress 2.48 F/(π d²) [Pa]."""
        return float(self.curve[self._peak, 2])

    @property
    def closing(self) -> float:
        """Closing of the platens at the largest force, over the diameter."""
        return float(self.curve[self._peak, 0])

    @property
    def secant_modulus(self) -> float:
        """Nominal stress over closing at the largest force [Pa]."""
        return self.strength / self.closing

    @property
    def hertz_modulus(self) -> float:
        """Modulus of the Hertz sphere that carries half the largest force [Pa]."""
        return apparent_modulus(self.curve, self.diameter, self.poisson_ratio)

    @property
    def broken_before(self) -> float:
        """Share of the bonds that broke before the largest force."""
        return float(self.curve[self._peak, 3])

    @property
    def _peak(self) -> int:
        return int(np.argmax(self.curve[:, 1]))


def scenario_of(calibration: Calibration, particle: Particle) -> Scenario:
    """The scenario in which a particle is crushed."""
    given = calibration.model_dump(
        mode="json", include={"decomposition", "mechanics"}, exclude_none=True
    )
    length = KINDS["length"]
    finest = calibration.decomposition.grain_size / calibration.particles.voxels_per_grain
    across = int(np.ceil(particle.diameter / finest * (1 - 1e-9)))
    bare = Scenario.model_validate(
        {
            **given,
            "scenario": {"name": "crush", "seed": particle.seed},
            "electrode": {
                "kind": "particle",
                "diameter": write_quantity(particle.diameter, length),
                "voxel_size": write_quantity(particle.diameter / across, length),
            },
            "calendering": {"crush_strain": calibration.fit.crush_strain},
            "cell": {"kind": "none"},
        }
    )
    materials = bare.materials.model_copy(update={"active_material": particle.material})
    mechanics = bare.mechanics.model_copy(update={"inertial_number": particle.inertial_number})
    return bare.model_copy(update={"materials": materials, "mechanics": mechanics})


def divided(scenario: Scenario, stop: StopRequest) -> Decomposition:
    """The particle's grains and bonds."""
    # A hundred particles would each tell that they are being divided.
    silent = Reporter(stop, io.StringIO())
    return grains_of(electrode_volume(scenario, silent), scenario, silent)


def crush(
    calibration: Calibration, particle: Particle, stop: StopRequest, progress: ProgressCallback
) -> Crush:
    """Crush a particle; raises Interrupted, and RunFailed where its motion blows up."""
    scenario = scenario_of(calibration, particle)
    sim = simulation_of(divided(scenario, stop), scenario)
    machine = Crushing(
        sim=sim,
        diameter=sim.height,
        strain_limit=calibration.fit.crush_strain,
        inertial_number=particle.inertial_number,
        pressure_floor=calibration.mechanics.pressure_floor,
        keep_peak=False,
        until_drop=calibration.fit.drop,
        probe_stress=_PROBE_SHARE * calibration.target.crush_strength,
    )
    try:
        while not machine.finished:
            machine.advance()
            progress(machine.progress, machine.note)
    except Unstable as error:
        raise RunFailed(
            f"particle of {1e6 * particle.diameter:g} um, seed {particle.seed}: {error}"
        ) from error
    inner = machine.inner or (np.nan, np.nan)
    return Crush(
        diameter=machine.diameter,
        seed=particle.seed,
        curve=np.array(machine.record),
        inner_modulus=inner[0],
        inner_poisson_ratio=inner[1],
        grains=len(sim.body),
        crushed=machine.crushed,
        poisson_ratio=particle.material.poisson_ratio,
    )


def kept_crush(
    calibration: Calibration, particle: Particle, folder: RunFolder
) -> tuple[str, Crush | None]:
    """Name of the file in which a crush is kept, and the crush if it is there."""
    scenario = scenario_of(calibration, particle).model_dump(mode="json")
    # Crushes of other sources count for nothing, as their bits may differ.
    what = [scenario, calibration.fit.drop, calibration.target.crush_strength, SOURCES]
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:12]
    name = f"crushes/{1e6 * particle.diameter:g}um-seed{particle.seed}-{digest}.npz"
    path = folder.path / name
    if not path.is_file():
        return name, None
    try:
        # Of a damaged file NumPy would leave open what it opened itself.
        with path.open("rb") as stream, np.load(stream) as file:
            values = {key: file[key] for key in file.files}
        curve = values.pop("curve")
        return name, Crush(curve=curve, **{key: value.item() for key, value in values.items()})
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        logger.warning("%s cannot be read (%s): the particle is crushed again", path, error)
        return name, None


def keep(crushed: Crush, name: str, folder: RunFolder) -> None:
    """Write a crush, whole or not at all."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez_compressed(file, **vars(crushed))

    folder.write(name, write)

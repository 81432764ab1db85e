"""The way of a volume through our code, stage by stage, each measured: file to bonds and back.

Run as a process of its own: `python -m benchmarks.voxel_way.stages VOLUME.tif FOLDER PERIODIC
THREADS VOXEL_SIZE` prints JSON. A stage is one block of `way`; what it hands on stands in local
names.
"""

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.voxel_way.measure import Meter
from benchmarks.voxel_way.packing import VOXEL_SIZE, electrode
from dem.bonding.strength import BondStrength
from dem.jit import use_threads
from voxelize.deposit.electrode import deposit
from voxelize.divide.decompose import DecompositionSettings, SolidPhase, decompose
from voxelize.meshes.surface import particle_surfaces
from voxelize.meshes.write import write_surfaces
from voxelize.read.volume import read_volume
from voxelize.split.watershed import split_particles
from voxelize.volume import ACTIVE_MATERIAL, Volume
from voxelize.write.tiff import write_labels

LABELS = {"pore": 0, "active_material": 1, "cbd": 2}
ACTIVE = SolidPhase(4760.0, BondStrength(400e6, 300e6, 10.0))
BINDER = SolidPhase(1935.0, BondStrength(40e6, 30e6, 5.0))
WARMING_SIDE, LARGE_SIDE = 48, 60
SQUEEZE = 0.95


def way(image: Path, folder: Path, periodic: bool, voxel_size: float) -> dict:
    """Times [s], peaks and counts of one volume from its file to its bonds and back to files."""
    meter = Meter()
    settings = DecompositionSettings()
    with meter.stage("read"):
        volume = replace(read_volume(image, voxel_size, LABELS), periodic=periodic)
    with meter.stage("split"):
        particle = split_particles(
            volume.labels == ACTIVE_MATERIAL,
            volume.voxel_size,
            settings.neck,
            merge_below=settings.merge_below,
            periodic=periodic,
        )
    found = {"particles": int(particle.max()) + 1}
    # Held by nobody else, so that what dividing replaces is freed, as in a run.
    handed = [replace(volume, particle=particle)]
    del particle, volume
    with meter.stage("divide"):
        bonding = None

        def tell(fraction, note):
            nonlocal bonding
            if note.startswith("bonding"):
                bonding = meter.now()

        d = decompose(handed.pop(), settings, ACTIVE, BINDER, 1, tell)
        done = meter.now()
    meter.part("divide", "bonds", bonding, done)
    found |= {"grains": len(d.grains.radius), "bonds": len(d.bonds.first)}
    volume = d.volume
    back = deposit(d, d.grains, d.bonds, volume.thickness)
    found["round_trip_changed_voxels"] = int((back.volume.labels != volume.labels).sum())
    del back
    pressed = d.grains._replace(position=d.grains.position * [1.0, 1.0, SQUEEZE])
    with meter.stage("deposit"):
        back = deposit(d, pressed, d.bonds, SQUEEZE * volume.thickness)
    with meter.stage("write"):
        write_labels(folder / "pressed.tif", back.volume)
    with meter.stage("surfaces"):
        surfaces = particle_surfaces(back.volume)
        write_surfaces(folder / "pressed.stl", surfaces, back.volume, each=False)
    return found | {
        "voxels": int(np.prod(volume.labels.shape)),
        "seconds": meter.seconds,
        "cpu_seconds": meter.cpu_seconds,
        "peak_bytes": meter.peak_bytes,
        "held_bytes": meter.held_bytes,
    }


def warm() -> None:
    """Compile or load every kernel on a small volume."""
    with tempfile.TemporaryDirectory() as name:
        for periodic in (False, True):
            small = electrode(WARMING_SIDE, periodic)
            write_labels(Path(name) / "small.tif", small)
            way(Path(name) / "small.tif", Path(name), periodic, VOXEL_SIZE)
    # Large regions are divided by kernels of their own.
    block = np.full((LARGE_SIDE,) * 3, ACTIVE_MATERIAL, dtype=np.uint8)
    whole = Volume(block, VOXEL_SIZE, False, LARGE_SIDE * VOXEL_SIZE, 0.5, block.astype(np.int32))
    decompose(whole, DecompositionSettings(lloyd_iterations=1), ACTIVE, BINDER, 1)


def main() -> None:
    image, folder, periodic, threads, voxel_size = sys.argv[1:]
    use_threads(int(threads) or None)
    warm()
    print(json.dumps(way(Path(image), Path(folder), periodic == "1", float(voxel_size))))


if __name__ == "__main__":
    main()

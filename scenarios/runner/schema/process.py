"""Sections `mechanics` and `calendering`: pressing the electrode."""

from typing import Literal

from pydantic import Field

from scenarios.runner.schema.contact import Contact
from scenarios.runner.schema.quantities import (
    Diameter,
    NumberOrZero,
    PositiveShare,
    Pressure,
    Section,
    Share,
    Speed,
    Switch,
    Temperature,
    bounded,
)
from scenarios.runner.schema.values import TargetValue


class Mechanics(Section):
    """How the quasi-static motion is integrated."""

    inertial_number: bounded(PositiveShare, at_most=0.1) = Field(
        0.01,
        description="Bound on the inertial number of a median particle; sets the plate's speed.",
    )
    pressure_floor: Pressure = Field(
        "20 MPa", description="The inertial number is taken at no lower pressure than this."
    )
    step_factor: bounded(PositiveShare, at_most=1.0) = Field(
        0.9, description="Time step over its stability estimate."
    )
    damping: bounded(Share, below=1) = Field(
        0.7, description="Local damping: share of the unbalanced force that opposes the motion."
    )
    light_particles: Switch = Field(
        True,
        description="Particles of several grains move as a whole with the little inertia that is "
        "stable there, and not with that of their stiff bonds: as quasi-static with fewer steps.",
    )
    contact: Contact = Field(default_factory=Contact, description="The laws of contacts.")
    process_clock: NumberOrZero = Field(
        0.0,
        description="Seconds of the machine that a second of simulated time stands for; binder "
        "that relaxes does so on that clock.",
    )
    verlet_skin: bounded(PositiveShare, at_most=2.0) = Field(
        0.3, description="Reach of the neighbour list beyond contact, over the mean grain radius."
    )
    unbalanced_force: bounded(PositiveShare, at_most=0.1) = Field(
        0.01,
        description="A release is at rest when the mean net force on a grain is below this share "
        "of the mean contact force at peak load.",
    )
    companion: Switch = Field(
        True,
        description="Press a second time with bonds that hold, for the volume of active material "
        "above von Mises stresses of 100 and 150 MPa; takes a loading path more, without releases.",
    )
    stiffness: Switch = Field(
        False,
        description="Press each released layer anew and strain it in plane both ways, for its "
        "moduli in compression and tension; checkpoints grow by each state's grains.",
    )
    prove_quasi_static: Switch = Field(
        False,
        description="Press a second time at half the inertial number and say how far pressure and "
        "broken bonds change; takes about three times as long.",
    )


class Calendering(Section):
    """What the electrode is pressed to."""

    targets: tuple[TargetValue, ...] = Field(
        (),
        description="States to reach: densities, thicknesses or porosities as left after "
        "springback, pressures at peak load, or line loads; empty presses nothing.",
    )
    mode: Literal["series", "passes", "strip"] = Field(
        "series",
        description="series: each target is branched off one loading path from the unloaded "
        "electrode, in rising order; passes: each presses what the one before it left, in the "
        "order given; strip: a roll passes over copies of the electrode, as section strip says.",
    )
    tolerance: bounded(PositiveShare, at_most=0.1) = Field(
        5e-3, description="Relative error of a reached density or line load."
    )
    off_target_limit: bounded(PositiveShare, at_most=0.2) = Field(
        0.02,
        description="Where the released density jumps over a target, the nearest state stands for "
        "it, with a warning, if it is off by no more than this; over a line load, if the density "
        "jumps by no more.",
    )
    roll_diameter: bounded(Diameter, at_least=10, at_most=2000) = Field(
        "400 mm",
        description="Diameter of the rolls whose nip the pressing stands for; sets the line load "
        "and the lengths of contact, not the states.",
    )
    web_speed: Speed = Field(
        "10 m/min", description="Speed of the web between the rolls; sets the residence time."
    )
    roll_temperature: Temperature = Field(
        "25 degC",
        description="Temperature of the rolls, which the binder takes on in the nip: "
        "materials.cbd.temperature_table tells how soft it then is.",
    )
    coated_sides: Literal[1, 2] = Field(
        1,
        description="1: both rolls close on one coating on a rigid foil; 2: on a coating each, "
        "the foil in the middle.",
    )
    seating_pressure: Pressure = Field(
        "0.1 MPa", description="Pressure at which the plate counts as free: the thickness gauge's."
    )
    pressure_limit: Pressure = Field(
        "2000 MPa", description="A target that this pressure does not reach is missed."
    )
    plate_friction: NumberOrZero = Field(
        0.0, description="Coulomb friction between the grains and the plates."
    )
    crush_strain: bounded(PositiveShare, at_most=0.5) = Field(
        0.1, description="One particle between platens: closed by this share of its diameter."
    )

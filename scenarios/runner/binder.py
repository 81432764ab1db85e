"""The binder section at work: before pressing, after it, and in voxels of its own pores."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from dem.errors import InputError
from scenarios.runner.densities import domain_fraction
from scenarios.runner.schema import Particle, Recipe, Scenario
from scenarios.runner.units import length_in_words
from voxelize.binder.nanopores import resolve_nanopores
from voxelize.binder.place import place_binder
from voxelize.binder.put_back import put_back
from voxelize.deposit.electrode import Deposit
from voxelize.volume import CRACK, PORE, Volume

BY_MASS = ("binder.carbon_fraction", "binder.binder_fraction")
"""The keys that give a domain by mass."""


def with_domain(volume: Volume, scenario: Scenario) -> Volume:
    """The unloaded volume with its domain brought up to what the section asks for.

    Raises InputError where its pores have no room for it.
    """
    binder = scenario.binder
    fraction = domain_fraction(scenario, volume)
    if fraction is None:
        return volume
    try:
        return place_binder(
            volume,
            domain_fraction=fraction,
            method=binder.method,
            contact_angle=binder.contact_angle,
            nanoporosity=scenario.materials.cbd.nanoporosity,
            seed=scenario.scenario.seed,
        )
    except InputError as error:
        asked = f"{' and '.join(BY_MASS)} ask for " if binder.by_mass else ""
        raise InputError(f"{asked}binder.{error}") from None


def marks_cracks(scenario: Scenario) -> bool:
    """Whether cracks must be told from pores: as asked for, or to keep new binder out of them."""
    return scenario.voxels.mark_cracks or scenario.binder.after_pressing == "replaced"


def pressed_domain(back: Deposit, index: int, scenario: Scenario) -> Deposit:
    """A state's deposit with the domain as the section asks for it.

    back : with cracks marked where `marks_cracks`; they stay so only where the scenario says it
    index : of the state, 0 unloaded
    """
    binder, seed = scenario.binder, scenario.scenario.seed
    if binder.after_pressing == "replaced" and index > 0:
        back = put_back(
            back,
            method=binder.method,
            contact_angle=binder.contact_angle,
            seed=seed,
        )
    if binder.nanopore_size is not None:
        back = replace(back, volume=resolve_nanopores(back.volume, binder.nanopore_size, seed))
    if marks_cracks(scenario) and not scenario.voxels.mark_cracks:
        labels = np.where(back.volume.labels == CRACK, np.uint8(PORE), back.volume.labels)
        back = replace(back, volume=replace(back.volume, labels=labels))
    return back


def binder_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Key and sentence of what the section asks of an electrode that cannot have it."""
    binder = scenario.binder
    by_volume, by_mass = ["binder.domain_fraction"], list(BY_MASS)
    given = [
        key
        for key in by_volume + by_mass
        if getattr(binder, key.removeprefix("binder.")) is not None
    ]
    if given and isinstance(scenario.electrode, Recipe | Particle):
        yield (
            given[0],
            f'is given for an electrode of kind "{scenario.electrode.kind}"; expected none: a '
            "recipe has its binder from its fractions, a single particle has no pores for it",
        )
    elif given not in ([], by_volume, by_mass):
        yield (
            given[-1],
            f"stands {'with ' + ' and '.join(given[:-1]) if given[:-1] else 'alone'}; expected "
            "binder.domain_fraction alone, or binder.carbon_fraction and binder.binder_fraction",
        )
    elif binder.by_mass and binder.carbon_fraction + binder.binder_fraction >= 1.0:
        yield (
            "binder.binder_fraction",
            "leaves no active material beside binder.carbon_fraction; expected a sum below 1",
        )
    if scenario.voxels.phase_fractions and binder.after_pressing == "replaced":
        yield (
            "voxels.phase_fractions",
            'is true beside binder.after_pressing = "replaced", but counts the binder as carried '
            'along; expected false, or binder.after_pressing = "carried"',
        )
    placed = bool(given) or binder.after_pressing == "replaced"
    if binder.contact_angle is not None and (binder.method == "film" or not placed):
        why = "a film has none" if binder.method == "film" else "nothing is placed"
        yield (
            "binder.contact_angle",
            f'has no effect, as {why}; expected binder.method "contacts" or "random", and '
            'binder.domain_fraction or binder.after_pressing = "replaced"',
        )


def nanopore_problems(scenario: Scenario, finest: float) -> Iterator[tuple[str, str]]:
    """The same of nanopores smaller than the finest structure [m] that the voxels resolve."""
    pores = scenario.binder.nanopore_size
    if pores is not None and pores < finest:
        least = length_in_words(finest)
        yield (
            "binder.nanopore_size",
            f"is {length_in_words(pores)}; expected at least two voxels ({least}), "
            "or none: the nanoporosity then stays below the voxel size",
        )

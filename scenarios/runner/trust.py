"""What a reader of a run's figures must beware of: laws stretched, bounds missed, speed."""

from collections.abc import Mapping
from typing import Any

from dem.calender import Pressing, State
from dem.calendering.targets import DENSITY
from dem.half_speed import FEWEST_BROKEN, at_rest, speed_shows
from dem.release import HERTZ_LIMIT
from scenarios.runner import grain_figures
from scenarios.runner.stresses import loaded_density

QUASI_STATIC = 1e-3
"""Inertial number up to which a compression is commonly taken for quasi-static without a proof."""
STRETCHED_CONTACTS = 0.05
"""Share of contacts beyond the law's limit that a reader must know of."""
VOLUME_TOLERANCE = 1e-3
"""Relative change of a phase's volume, from grains to voxels, that a reader must know of."""
DISPLACED = 0.05
"""Share of the active voxels put back beside others from which the voxels show another structure
than the mechanics: grains as soft as contacts of metal oxides overlap by a few per cent."""


def warnings(work, states: list[State], names: list[str]) -> list[str]:
    """What the reader of the figures must know: where a law was stretched or a bound missed."""
    found = []
    proven = proof(work)
    if work.pressing.record and work.pressing.pressing.inertial_number > QUASI_STATIC:
        how = "the proof says" if proven else "mechanics.prove_quasi_static=true says"
        found.append(
            f"pressed at an inertial number of {work.pressing.pressing.inertial_number:g}, above "
            f"the {QUASI_STATIC:g} that counts as quasi-static: {how} what the speed costs"
        )
    if proven and not proven["quasi_static"]:
        found.append(proof_sentence(proven))
    for figures in work.figures:
        for what in ("active_volume_change", "cbd_solid_volume_change", "foil_volume_change"):
            if abs(figures.checks.get(what, 0.0)) > VOLUME_TOLERANCE:
                name = what.replace("_", " ")
                found.append(f"{figures.name}: {name} of {100 * figures.checks[what]:.2f} %")
        found.extend(put_back_sentences(figures.name, figures.checks, figures.row))
    beyond = [
        f"{name} ({100 * state.overlap_beyond_hertz:.0f} %)"
        for name, state in zip(names, states, strict=True)
        if state.overlap_beyond_hertz > STRETCHED_CONTACTS
    ]
    if beyond:
        found.append(
            f"overlaps above {HERTZ_LIMIT} of the reduced radius at peak load, where "
            "independent Hertz contacts lose their meaning: share of contacts in "
            f"{', '.join(beyond)}"
        )
    found.extend(
        f"{name}: off target by {100 * state.off_target:+.2g} %: between two states of the loading "
        f"path the {_jumping(state)} jumps over the target, and this is the nearest"
        for name, state in zip(names, states, strict=True)
        if abs(state.off_target) > off_target_limit(state, work.pressing.pressing)
    )
    found.extend(missed_targets(work))
    found.extend(grain_figures.warnings(work.quality))
    found.extend(
        f"{name}: the release was cut off before plate and grains came to rest; its thickness may "
        "still have been changing"
        for name, state in zip(names, states, strict=True)
        if not state.settled
    )
    return found


def put_back_sentences(name: str, checks: Mapping[str, float], row: Mapping) -> list[str]:
    """Where so much active material, or so far off, was put back beside others that it misleads.

    checks : of a state; row : its columns of summary.csv. States of older runs have fewer checks
    """
    displaced = checks.get("displaced_fraction", 0.0)
    found = []
    if displaced > DISPLACED:
        found.append(
            f"{name}: {100 * displaced:.1f} % of the active voxels lay in other particles or "
            "plates and were put back beside; surfaces are the mechanics' to that share only"
        )
    far, radius = checks.get("put_back_distance_p95_um", 0.0), 0.5 * row["particle_diameter_um"]
    # A handful of voxels far off is no matter.
    if displaced > VOLUME_TOLERANCE and far > radius:
        found.append(
            f"{name}: of the active voxels put back, {100 * displaced:.2f} % of all, one in "
            f"twenty went farther than {far:.3g} µm, the median particle's radius being "
            f"{radius:.3g} µm: around their particle, not beside where they overlapped"
        )
    if checks.get("detached_fraction", 0.0) > VOLUME_TOLERANCE:
        found.append(
            f"{name}: {100 * checks['detached_fraction']:.2f} % of the active voxels lie apart "
            "from their fragment, which others shut in"
        )
    return found


def off_target_limit(state: State, pressing: Pressing) -> float:
    """From where on a reader must know how far a state is from its target."""
    # A load rises by per cents between two states that are hardly apart.
    of_density = state.target is None or state.target.measure == DENSITY
    return pressing.tolerance if of_density else pressing.off_target_limit


def _jumping(state: State) -> str:
    measure = state.target.measure
    return "released density" if measure == DENSITY else measure


def missed_targets(work) -> list[str]:
    """A sentence for each target that has no state."""
    return [f"{target.text} was missed: {why}" for target, why in work.pressing.missed]


def proof(work) -> dict[str, Any] | None:
    """How far half the speed changes the loading path, by keys of summary.json; None unproven."""
    if work.proof is None or not work.proof.finished:
        return None
    pressing = work.pressing.pressing
    found = speed_shows(work.pressing.record, work.proof.record, pressing.seating_pressure)
    for name in ("pressure_change_at", "broken_bond_change_at"):
        at = found.pop(name)
        found[f"{name}_g_cm3"] = None if at is None else at / 1000
    if work.proof.ended:
        found |= {"quasi_static": False, "ended": work.proof.ended}
    numbers = [pressing.inertial_number, work.proof.pressing.inertial_number]
    return {"inertial_numbers": numbers, **found}


def summary(work, states: list[State], names: list[str]) -> dict[str, Any]:
    """What summary.json holds of the proof, if there is one."""
    found = proof(work)
    if found is None:
        return {}
    known = {
        name: at_rest(work.pressing.record, work.proof.record, loaded_density(state, work.pressing))
        for name, state in zip(names[1:], states[1:], strict=True)
    }
    found["states"] = {
        name: {
            "loading_pressure_MPa": {key: 1e-6 * value for key, value in pressure.items()},
            "broken_bond_fraction": broken,
        }
        for name, (pressure, broken) in (
            (name, [reading._asdict() for reading in readings])
            for name, readings in known.items()
            if readings is not None
        )
    }
    return {"quasi_static_proof": found}


def at_rest_sentence(found: Mapping[str, Any]) -> str:
    """What the proof says of each state without speed, in words; empty where it says nothing."""
    parts = []
    for name, readings in found.get("states", {}).items():
        pressure, broken = readings["loading_pressure_MPa"], readings["broken_bond_fraction"]
        part = f"state {name}: {pressure['at_rest']:.3g} ± {pressure['error']:.2g} MPa"
        if max(broken["full"], broken["half"]) >= FEWEST_BROKEN:
            part += (
                f" and {100 * broken['at_rest']:.3g} ± {100 * broken['error']:.2g} % of the bonds "
                "broken"
            )
        parts.append(part)
    return f"Extrapolated to no speed, under load: {'; '.join(parts)}." if parts else ""


def proof_sentence(found: Mapping[str, Any]) -> str:
    """The proof in words."""
    parts = []
    for name, what in (("pressure", "loading pressure"), ("broken_bond", "broken-bond share")):
        change = found[f"{name}_change"]
        if change is None:
            parts.append(f"the {what} was too low to compare")
        else:
            at = found[f"{name}_change_at_g_cm3"]
            parts.append(f"the {what} changes by up to {100 * change:+.2g} % (at {at:.3g} g/cm³)")
    verdict = "quasi-static" if found["quasi_static"] else "not proven quasi-static"
    ended = f"; the second path ended early: {found['ended']}" if "ended" in found else ""
    first, second = found["inertial_numbers"]
    return (
        f"{verdict}: from inertial number {first:g} to {second:g} {' and '.join(parts)}; "
        f"the limit is {100 * found['limit']:g} %{ended}"
    )

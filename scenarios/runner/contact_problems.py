"""Contact laws without the coefficient that they live of, and pairs of materials told twice."""

from collections.abc import Iterator

from scenarios.runner.schema import Scenario

_NEEDS = {
    ("normal", "jkr"): "surface_energy",
    ("cohesion", "sjkr"): "cohesion_energy_density",
    ("rolling", "spring"): "rolling_friction",
    ("rolling", "constant"): "rolling_friction",
}
"""Coefficient of the materials without which a law is that of its kind that does nothing."""


def contact_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Key and sentence of laws without effect and of pairs that are given more than once."""
    materials, contact = scenario.materials, scenario.mechanics.contact
    for (kind, law), coefficient in _NEEDS.items():
        holders = (materials.active_material, materials.cbd, materials.collector, *materials.pairs)
        if getattr(contact, kind) == law and not any(getattr(h, coefficient) for h in holders):
            yield (
                f"mechanics.contact.{kind}",
                f'is "{law}", which has no effect without a {coefficient}; expected '
                f"materials.active_material.{coefficient}, materials.cbd.{coefficient} or one of a "
                "pair in materials.pairs above 0",
            )
    seen: dict[frozenset[str], int] = {}
    for position, pair in enumerate(materials.pairs):
        between = frozenset(pair.between)
        if between in seen:
            yield (
                f"materials.pairs[{position}]",
                f"repeats the pair of materials.pairs[{seen[between]}]; expected each pair once",
            )
        seen.setdefault(between, position)

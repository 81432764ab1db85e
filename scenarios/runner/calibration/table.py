"""The table of a calibration's crushes, crushes.csv: a row a particle of the final round."""

import csv
import io

from scenarios.runner.calibration.rounds import Round

COLUMNS = (
    "diameter_um",
    "seed",
    "grains",
    "crushed",
    "crush_strength_MPa",
    "crush_force_mN",
    "closing_at_crush",
    "secant_modulus_GPa",
    "hertz_modulus_GPa",
    "inner_modulus_GPa",
    "inner_poisson_ratio",
    "broken_bond_fraction_before",
)


def crushes_csv(one: Round) -> str:
    """The crushes of a round as CSV, six digits, blank where a particle shows no such figure."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for crush in one.crushes:
        numbers = (
            crush.strength / 1e6,
            1e3 * float(crush.curve[:, 1].max()),
            crush.closing,
            crush.secant_modulus / 1e9,
            crush.hertz_modulus / 1e9,
            crush.inner_modulus / 1e9,
            crush.inner_poisson_ratio,
            crush.broken_before,
        )
        table.writerow(
            [
                f"{1e6 * crush.diameter:.6g}",
                crush.seed,
                crush.grains,
                "yes" if crush.crushed else "no",
                *("" if number != number else f"{number:.6g}" for number in numbers),
            ]
        )
    return text.getvalue()

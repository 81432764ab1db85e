"""The paragraph at the head of the page."""

import math

import numpy as np

from scenarios.runner.results import Run


def abstract(run: Run) -> str:
    """One paragraph of what the run found, from its tables."""
    parts = []
    rows = [row for row in run.rows if isinstance(row.get("density_g_cm3"), float)]
    if rows:
        first, last = rows[0], rows[-1]
        if run.strip:
            parts.append(
                f"A coating of {first['density_g_cm3']:.2f} g cm⁻³ left a turning roll at "
                f"{last['density_g_cm3']:.2f} g cm⁻³, and a plate with the same gap, the path "
                f"model, at {rows[1]['density_g_cm3']:.2f} g cm⁻³."
            )
        elif len(rows) > 1:
            parts.append(
                f"Calendered from {first['density_g_cm3']:.2f} to {last['density_g_cm3']:.2f} "
                f"g cm⁻³ in {len(rows) - 1} step{'s' if len(rows) > 2 else ''}, "
                "each density being the one left at zero load."
            )
        else:
            parts.append(f"One structure of {first['density_g_cm3']:.2f} g cm⁻³, not pressed.")
        if {"porosity"} <= first.keys() & last.keys():
            change = f"{100 * first['porosity']:.1f} %"
            if len(rows) > 1:
                change += f" before and {100 * last['porosity']:.1f} % after"
            parts.append(f"The porosity is {change}.")
        if len(rows) > 1 and "peak_pressure_MPa" in last:
            parts.append(f"The last state took {last['peak_pressure_MPa']:.0f} MPa at its peak.")
        if len(rows) > 1 and "cracked_particle_fraction" in last:
            parts.append(
                f"{100 * last['cracked_particle_fraction']:.0f} % of the particles cracked."
            )
        factor = last.get("tortuosity_factor_z")
        if isinstance(factor, float):
            parts.append(
                f"The pore space's tortuosity factor ends at {factor:.2f}."
                if math.isfinite(factor)
                else "The pore space of the last state does not percolate."
            )
    if run.crush:
        parts.append(
            f"One particle crushed between platens carried up to "
            f"{np.max(run.crush['stress_MPa']):.0f} MPa."
        )
    state = next(reversed(run.discharges), "").rpartition(", ")[0]
    of_last = [item for item in run.discharges.items() if item[0].rpartition(", ")[0] == state]
    for label, curve in of_last[:1]:
        if np.isfinite(curve.get("capacity_mAh_cm2", np.array([np.nan]))).any():
            capacity = np.nanmax(curve["capacity_mAh_cm2"])
            parts.append(f"Discharged ({label}), it gives {capacity:.2f} mAh cm⁻².")
    return " ".join(parts)

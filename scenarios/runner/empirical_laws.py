"""The empirical laws of calendering fitted to a run: for summary.json, run.h5 and the report."""

from collections.abc import Callable
from typing import Any, NamedTuple

import h5py
import numpy as np

from dem.calendering.empirical import (
    CONFIDENCE,
    MOST_COMPACTION,
    Fit,
    compaction_factor,
    power_law,
    saturation,
)
from dem.calendering.passes import Passes
from dem.grains import ACTIVE

OF_EQUATION_6 = (
    "gamma = (mu_0 - xi T) M needs runs at several roll temperatures and active loadings: one run "
    "gives one gamma, at one loading"
)
OF_PASSES = "the laws are of one pass from the unpressed electrode; this run has several"


class Pairs(NamedTuple):
    """Every release of a run, those tried on the way to a target too: each is a pressed electrode.

    load : (n,) line load [N/mm]; density : (n,) [g/cm³], start unpressed; crystal [g/cm³]
    active_loading : [mg/cm²]
    """

    load: np.ndarray
    density: np.ndarray
    start: float
    crystal: float
    active_loading: float

    @property
    def porosity(self) -> np.ndarray:
        """As a thickness gauge gives it, 1 − ρ/ρ_crystal: no voxels were made of trials."""
        return 1.0 - self.density / self.crystal

    @property
    def porosity_before(self) -> float:
        """Of the unpressed electrode."""
        return 1.0 - self.start / self.crystal


class Laws(NamedTuple):
    """A fit for each law, or why there is none."""

    pairs: Pairs
    equation_4: Fit | str
    equation_5: Fit | str
    equation_8: Fit | str


def laws_of(work) -> Laws | str:
    """The laws fitted to the releases of a run, its states analysed, or why there are none."""
    pressing = work.pressing
    if isinstance(pressing, Passes):
        return OF_PASSES
    if not pressing.samples:
        return "nothing was pressed"
    released = [sample for sample in pressing.samples if sample.index > 0]
    active = pressing.path.material == ACTIVE
    pairs = Pairs(
        load=np.array([sample.line_load for sample in released]) / 1e3,
        density=np.array([sample.density for sample in released]) / 1e3,
        start=pressing.start_density / 1e3,
        crystal=work.figures[0].row["crystal_density_g_cm3"],
        active_loading=float(pressing.path.mass[active].sum()) / pressing.path.box.area * 1e2,
    )
    return fitted(pairs)


def fitted(pairs: Pairs) -> Laws:
    """The laws fitted to pairs."""
    fifth = saturation(pairs.load, pairs.porosity, pairs.porosity_before)
    eighth = fifth if isinstance(fifth, str) else compaction_factor(fifth, pairs.porosity_before)
    return Laws(pairs, power_law(pairs.density, pairs.load, pairs.start), fifth, eighth)


_UNITS = {"A": "N/mm per (g/cm^3)^B", "gamma": "N/mm"}


def plain(laws: Laws | str) -> dict[str, Any]:
    """What summary.json holds of the laws under `empirical_laws`."""
    if isinstance(laws, str):
        return {"fitted": False, "reason": laws}
    pairs = laws.pairs
    return {
        "fitted": True,
        "confidence": CONFIDENCE,
        "pairs": {
            "line_load_N_mm": _rounded(pairs.load),
            "density_g_cm3": _rounded(pairs.density),
            "porosity_by_density": _rounded(pairs.porosity),
        },
        "density_before_g_cm3": _rounded(pairs.start),
        "porosity_before": _rounded(pairs.porosity_before),
        "equation_4": {"most_compaction": MOST_COMPACTION, **_plain_fit(laws.equation_4)},
        "equation_5": _plain_fit(laws.equation_5),
        "equation_6": {
            "fitted": False,
            "reason": OF_EQUATION_6,
            "active_loading_mg_cm2": _rounded(pairs.active_loading),
        },
        "equation_8": _plain_fit(laws.equation_8),
    }


def _plain_fit(fit: Fit | str) -> dict[str, Any]:
    if isinstance(fit, str):
        return {"fitted": False, "reason": fit}
    found: dict[str, Any] = {"fitted": True, "pairs": fit.pairs, "misfit": _rounded(fit.misfit)}
    for name, value, low, high in zip(fit.names, fit.value, fit.low, fit.high, strict=True):
        found[name] = {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}
        if name in _UNITS:
            found[name]["unit"] = _UNITS[name]
    return found


def write(file: h5py.File, laws: Laws | str) -> None:
    """Write pairs and fitted curves with their bands, as far as there are any."""
    if isinstance(laws, str):
        return
    pairs = laws.pairs
    file["empirical_laws/pairs/line_load_N_mm"] = pairs.load
    file["empirical_laws/pairs/density_g_cm3"] = pairs.density
    file["empirical_laws/pairs/porosity"] = pairs.porosity
    if not isinstance(laws.equation_4, str):
        most = min(pairs.density.max(), pairs.start / (1.0 - MOST_COMPACTION))
        density = pairs.start + (most - pairs.start) * np.linspace(0.0, 1.0, 61)[1:]
        _write_curve(file, "equation_4", "density_g_cm3", density, laws.equation_4.band)
    if not isinstance(laws.equation_5, str):
        load = np.linspace(0.0, pairs.load.max(), 61)
        _write_curve(file, "equation_5", "line_load_N_mm", load, laws.equation_5.band)


def _write_curve(file: h5py.File, name: str, along: str, at: np.ndarray, band: Callable) -> None:
    file[f"empirical_laws/{name}/{along}"] = at
    for bound, values in zip(("value", "low", "high"), band(at), strict=True):
        file[f"empirical_laws/{name}/{bound}"] = values


def _rounded(value: Any) -> Any:
    if np.ndim(value):
        return [_rounded(each) for each in value]
    return float(f"{value:.6g}")

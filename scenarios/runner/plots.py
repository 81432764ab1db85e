"""Plots of the report, each a function from tables of a run to one SVG."""

import io
from collections.abc import Callable, Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from scenarios.runner.pictures import StatePicture, section_image
from scenarios.runner.results import Rows, column, with_unit

Arrays = Mapping[str, np.ndarray]

COLOURS = ("#1f5a8a", "#d9531e", "#3f8f5b", "#8a4f9e", "#b8860b", "#5b6470", "#b03a48", "#2a9d9d")
MOST_INSIDE = 6  # entries of a legend that stands in its plot
SETTINGS = {
    "font.size": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#5b6470",
    "axes.grid": True,
    "grid.color": "#e4e7eb",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    # Equal runs shall give equal pages.
    "svg.hashsalt": "calendem",
}


def svg(draw: Callable[[Axes], None], size: tuple[float, float] = (5.4, 3.7)) -> bytes:
    """One plot as SVG, drawn by a function that fills the axes; `size` in inches."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.subplots())
        page = io.BytesIO()
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return page.getvalue()


def ramp(count: int) -> list[str]:
    """So many colours in an order, from dark to light."""
    return [to_hex(c) for c in matplotlib.colormaps["viridis"](np.linspace(0.0, 0.9, count))]


def colours_of(count: int) -> list[str]:
    """So many colours that tell lines apart; of many, in an order, as no eye knows so many."""
    return list(COLOURS[:count]) if count <= len(COLOURS) else ramp(count)


def by_state(names: Sequence[str]) -> dict[str, str]:
    """A colour for each state."""
    return dict(zip(names, colours_of(len(names)), strict=True))


def state_legend(axes: Axes, where: str = "best") -> None:
    """The legend of a line a state: where there are many, beside the plot, not over it."""
    if len(axes.get_legend_handles_labels()[1]) > MOST_INSIDE:
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    else:
        axes.legend(loc=where)


def has(rows: Rows, *names: str) -> bool:
    """Whether any of the columns holds a finite figure."""
    return any(np.isfinite(column(rows, name)).any() for name in names)


def pressure_density(path: Arrays, releases: Mapping[str, Arrays], rows: Rows) -> bytes:
    """Plate pressure along the loading path, with each state's release and what is left of it."""
    density = path["density_g_cm3"]
    path = {name: by_pass(density, values) for name, values in path.items()}
    density = path["density_g_cm3"]

    def draw(axes: Axes) -> None:
        axes.plot(density, path["pressure_top_MPa"], label="loading, plate")
        if "pressure_bottom_MPa" in path:
            axes.plot(
                density, path["pressure_bottom_MPa"], "--", color=COLOURS[5], label="loading, foil"
            )
        # Density times thickness is the areal mass, which pressing keeps.
        areal = np.nanmedian(density * path["thickness_um"]) if "thickness_um" in path else None
        for index, release in enumerate(releases.values()):
            if areal is not None and {"thickness_um", "pressure_MPa"} <= release.keys():
                label = None if index else "release"
                released = areal / release["thickness_um"]
                axes.plot(released, release["pressure_MPa"], color=COLOURS[1], lw=1.1, label=label)
        axes.plot(
            column(rows, "density_g_cm3"),
            np.zeros(len(rows)),
            "o",
            color=COLOURS[1],
            clip_on=False,
            zorder=5,
            label="states at zero load",
        )
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel("Pressure / MPa")
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    return svg(draw)


def by_pass(density: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values along a path with a gap, nan, before each pass: density falls there alone."""
    return np.insert(values, np.flatnonzero(np.diff(density) < 0) + 1, np.nan)


def crush(curve: Arrays) -> bytes:
    """Platen stress of a single particle against its compression, with the bonds broken."""

    def draw(axes: Axes) -> None:
        axes.plot(100 * curve["strain"], curve["stress_MPa"], label="platen stress")
        axes.set_xlabel("Compression / % of the diameter")
        axes.set_ylabel("Nominal stress / MPa")
        if "broken_bond_fraction" in curve:
            second = axes.twinx()
            second.grid(False)
            second.spines["right"].set_visible(True)
            second.plot(
                100 * curve["strain"], 100 * curve["broken_bond_fraction"], color=COLOURS[1]
            )
            second.set_ylabel("Broken bonds / %", color=COLOURS[1])
            second.set_ylim(bottom=0)

    return svg(draw)


def against_density(
    rows: Rows, series: Mapping[str, str], label: str, factor: float = 1.0
) -> bytes:
    """Columns of the summary against density; `series` maps a column's name to its legend."""
    density = column(rows, "density_g_cm3")
    known = {name: legend for name, legend in series.items() if any(name in row for row in rows)}

    def draw(axes: Axes) -> None:
        for index, (name, legend) in enumerate(known.items()):
            values = column(rows, name) * factor
            axes.plot(density, values, "o-", label=legend, color=COLOURS[index])
            blocked = density[np.isinf(values)]
            for place in blocked:
                axes.axvline(place, color=COLOURS[index], ls=":", lw=1)
                axes.annotate(
                    "does not percolate",
                    (place, 0.97),
                    xycoords=("data", "axes fraction"),
                    rotation=90,
                    ha="right",
                    va="top",
                    fontsize=8,
                    color=COLOURS[index],
                )
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel(label)
        axes.set_ylim(0, 1.08 * axes.get_ylim()[1])
        if len(known) > 1:
            axes.legend()

    return svg(draw)


def tortuosity(rows: Rows) -> bytes:
    """Both definitions of tortuosity against density."""
    both = [
        {
            "density_g_cm3": density,
            "factor": factor,
            "tortuosity": float(np.sqrt(factor)),
        }
        for density, factor in zip(
            column(rows, "density_g_cm3").tolist(),
            column(rows, "tortuosity_factor_z").tolist(),
            strict=True,
        )
    ]
    legends = {"factor": "tortuosity factor τ²", "tortuosity": "tortuosity τ"}
    return against_density(both, legends, "Tortuosity, through-plane / –")


ENERGIES = {
    "elastic_contact_J": "elastic, contacts",
    "elastic_bond_J": "elastic, bonds",
    "kinetic_J": "kinetic",
    "friction_J": "friction",
    "plastic_J": "plastic flow",
    "damping_J": "damping",
    "broken_bond_J": "broken bonds",
}


def energy_ledger(path: Arrays) -> bytes:
    """Where the plate's work went along the loading path, stacked, against that work."""
    # Passes overlap in density: their energies stand along the steps.
    passes = bool((np.diff(path["density_g_cm3"]) < 0).any()) and "step" in path
    along = path["step"] if passes else path["density_g_cm3"]
    stored = {name: path[name] for name in ENERGIES if name in path}

    def draw(axes: Axes) -> None:
        axes.stackplot(
            along,
            *(1e9 * values for values in stored.values()),
            labels=[ENERGIES[name] for name in stored],
            colors=COLOURS,
            alpha=0.75,
            lw=0,
        )
        if "wall_work_J" in path:
            axes.plot(along, 1e9 * path["wall_work_J"], "k--", lw=1.4, label="work of the plate")
        axes.set_xlabel("Step" if passes else "Coating density / g cm⁻³")
        axes.set_ylabel("Energy / nJ")
        axes.legend(loc="upper left")

    return svg(draw)


def quasi_static(path: Arrays) -> bytes:
    """Inertial number and unbalanced force along the loading path."""

    def draw(axes: Axes) -> None:
        for name, legend in (
            ("inertial_number", "inertial number"),
            ("unbalanced_force", "unbalanced force / mean contact force"),
        ):
            if name in path and (path[name] > 0).any():
                density = path["density_g_cm3"]
                axes.semilogy(by_pass(density, density), by_pass(density, path[name]), label=legend)
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel("Ratio / –")
        axes.legend()

    return svg(draw)


def half_speed(path: Arrays, half: Arrays) -> bytes:
    """Loading pressure along the path and along the one at half the speed."""
    both = 0.5 * (path["pressure_top_MPa"] + path["pressure_bottom_MPa"])

    def draw(axes: Axes) -> None:
        axes.plot(path["density_g_cm3"], both, label="as run")
        axes.plot(half["density_g_cm3"], half["pressure_MPa"], "--", label="at half the speed")
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel("Pressure / MPa")
        axes.legend(loc="upper left")

    return svg(draw)


def depth_profiles(profiles: Mapping[str, Arrays], name: str, label: str) -> bytes:
    """A figure over the height above the foil, one line a state."""

    def draw(axes: Axes) -> None:
        for state, colour in by_state(list(profiles)).items():
            arrays = profiles[state]
            if name in arrays:
                axes.plot(
                    arrays["profile_z_um"], arrays[name], color=colour, label=with_unit(state)
                )
        axes.set_xlabel("Height above the foil / µm")
        axes.set_ylabel(label)
        axes.set_ylim(bottom=0)
        state_legend(axes)

    return svg(draw)


def overlap_histogram(edges: np.ndarray, counts: Mapping[str, np.ndarray], limit: float) -> bytes:
    """Share of contacts by overlap over reduced radius, with the limit of the law."""

    def draw(axes: Axes) -> None:
        for state, colour in by_state(list(counts)).items():
            share = 100 * counts[state] / max(counts[state].sum(), 1)
            axes.stairs(share, edges, color=colour, label=with_unit(state), lw=1.6)
        axes.axvline(limit, color=COLOURS[1], ls="--", lw=1.2, label=f"law valid below {limit:g}")
        axes.set_xlabel("Overlap / reduced radius")
        axes.set_ylabel("Contacts / %")
        state_legend(axes)

    return svg(draw)


def cross_section(state: StatePicture, title: str, width_um: float, top_um: float) -> bytes:
    """Middle y-slice of a state as SVG; all states share the axes' limits [µm]."""
    image = section_image(state)
    height, width = (size * state.voxel_um for size in image.shape[:2])
    size = (5.4, 0.9 + 4.7 * (top_um - state.bottom_um) / width_um)

    def draw(axes: Axes) -> None:
        axes.grid(False)
        axes.imshow(
            image,
            origin="lower",
            extent=(0.0, width, state.bottom_um, state.bottom_um + height),
            interpolation="none",
        )
        if np.isfinite(state.thickness_um):
            axes.axhline(state.thickness_um, color=COLOURS[5], lw=0.8, ls="--")
        axes.set_xlim(0.0, width_um)
        axes.set_ylim(state.bottom_um, top_um)
        axes.set_xlabel("x / µm")
        axes.set_ylabel("z / µm")
        axes.set_title(title, fontsize=10, loc="left")

    return svg(draw, size)

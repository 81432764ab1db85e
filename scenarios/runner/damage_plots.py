"""Plots of what was loaded beyond its strength and of what broke, each one SVG."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from dem.bonds import BROKEN_SHEAR, BROKEN_STRAIN, BROKEN_TENSION
from scenarios.runner.plots import COLOURS, Arrays, by_state, depth_profiles, state_legend, svg
from scenarios.runner.results import Rows, column, with_unit

ABOVE = {"am_volume_above_100MPa": "above 100 MPa", "am_volume_above_150MPa": "above 150 MPa"}


def stressed_volume(companion: Arrays, rows: Rows) -> bytes:
    """Active volume above each stress against the density under load, unbroken and as it broke."""
    springback = column(rows, "thickness_um") / column(rows, "loaded_thickness_um")
    loaded = column(rows, "density_g_cm3") * springback

    def draw(axes: Axes) -> None:
        for index, (name, legend) in enumerate(ABOVE.items()):
            colour = COLOURS[index]
            if name in companion:
                shares = 100 * companion[name]
                axes.plot(companion["density_g_cm3"], shares, color=colour, label=legend)
            broke = 100 * column(rows, f"breaking_{name}")
            label = f"{legend}, as it broke"
            axes.plot(loaded, broke, "o", color=colour, mfc="none", label=label)
        axes.set_xlabel("Coating density under load / g cm⁻³")
        axes.set_ylabel("Share of the active volume / %")
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    return svg(draw)


def stress_profiles(profiles: Mapping[str, Arrays], limit: int) -> bytes:
    """Active volume above a stress [MPa] over the height, unbroken and as it broke, by state."""

    def draw(axes: Axes) -> None:
        shown: Sequence[str] = [
            state for state, arrays in profiles.items()
            if np.nanmax(arrays.get(f"profile_breaking_am_above_{limit}MPa", [0.0])) > 0.0
        ]  # fmt: skip
        for state, colour in by_state(shown).items():
            height = profiles[state]["profile_z_um"]
            for prefix, style in (("", "-"), ("breaking_", ":")):
                name = f"profile_{prefix}am_above_{limit}MPa"
                if name in profiles[state]:
                    share = 100 * profiles[state][name]
                    axes.plot(height, share, style, color=colour)
            axes.plot([], [], color=colour, label=with_unit(state))
        axes.set_xlabel("Height above the foil / µm")
        axes.set_ylabel(f"Active material above {limit} MPa / %")
        axes.set_ylim(bottom=0)
        state_legend(axes)

    return svg(draw)


BREAKING = {BROKEN_TENSION: "tension", BROKEN_SHEAR: "shear", BROKEN_STRAIN: "plastic strain"}


def breaks(path: Arrays, record: Arrays) -> bytes:
    """Bonds broken so far along the loading path, by where they were and what broke them."""
    span = [path["density_g_cm3"].min(), path["density_g_cm3"].max()]

    def draw(axes: Axes) -> None:
        for inside, where, style in ((1, "particles", "-"), (0, "binder", "--")):
            for index, (mode, how) in enumerate(BREAKING.items()):
                these = (record["mode"] == mode) & (record["inside_particle"] == inside)
                at = np.sort(record["density_g_cm3"][these])
                at = at[np.isfinite(at)]
                if len(at):
                    x = np.concatenate((span[:1], at, span[1:]))
                    count = np.append(np.arange(len(at) + 1), len(at))
                    label, colour = f"{where}, {how}", COLOURS[index]
                    axes.step(x, count, style, where="post", label=label, color=colour)
        axes.set_xlabel("Coating density / g cm⁻³")
        axes.set_ylabel("Broken bonds / –")
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")

    return svg(draw)


def fragment_sizes(fragments: Mapping[str, Arrays]) -> bytes:
    """Share of the active volume in fragments up to a diameter, one line a state."""

    def draw(axes: Axes) -> None:
        for state, colour in by_state(list(fragments)).items():
            volume = np.sort(fragments[state]["volume_um3"])
            diameter = (6 * volume / np.pi) ** (1 / 3)
            share = 100 * np.cumsum(volume) / volume.sum()
            axes.step(
                np.append(diameter[:1], diameter),
                np.append(0.0, share),
                where="post",
                color=colour,
                label=with_unit(state),
            )
        axes.set_xlabel("Diameter of the fragment / µm")
        axes.set_ylabel("Share of the active volume / %")
        axes.set_ylim(0, 103)
        state_legend(axes)

    return svg(draw)


def crack_profiles(profiles: Mapping[str, Arrays], name: str, factor: float, label: str) -> bytes:
    """A figure of the cracks over the height, one line a state that has any."""
    cracked = {
        state: {**arrays, name: factor * arrays[name]}
        for state, arrays in profiles.items()
        if np.nan_to_num(arrays.get(name, np.zeros(1))).any()
    }
    return depth_profiles(cracked, name, label)


MODES = {"tension": "in tension", "shear": "in shear", "strain": "by plastic strain"}


def cracks_by_mode(arrays: Arrays, state: str) -> bytes:
    """Crack area over the height of one state, by what broke it, stacked."""
    names = [f"profile_crack_area_{mode}_m2_m3" for mode in MODES]
    present = [name for name in names if name in arrays and arrays[name].any()]
    legends = dict(zip(names, MODES.values(), strict=True))

    def draw(axes: Axes) -> None:
        axes.stackplot(
            arrays["profile_z_um"],
            *(1e-6 * arrays[name] for name in present),
            labels=[legends[name] for name in present],
            colors=COLOURS,
            alpha=0.8,
            lw=0,
        )
        axes.set_xlabel("Height above the foil / µm")
        axes.set_ylabel("Crack area / m² cm⁻³")
        axes.set_title(with_unit(state), fontsize=10, loc="left")
        axes.legend()

    return svg(draw)

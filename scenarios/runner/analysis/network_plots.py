"""Plots of a pore network: radii, coordination and how far its connections reach."""

import numpy as np
from matplotlib.axes import Axes

from scenarios.runner.analysis.group import Curve
from scenarios.runner.plots import COLOURS, svg

_BINS = 40


def radii(pores: Curve, throats: Curve) -> bytes:
    """Radii by number, over one axis."""
    of = {
        "pores, equivalent": pores["equivalent_radius_um"],
        "pores, inscribed": pores["inscribed_radius_um"],
        "throats": throats["radius_um"],
    }
    edges = np.linspace(0.0, max(values.max(initial=0.0) for values in of.values()), _BINS + 1)

    def draw(axes: Axes) -> None:
        for k, (legend, values) in enumerate(of.items()):
            if not len(values):
                continue
            share = 100.0 * np.histogram(values, edges)[0] / len(values)
            axes.stairs(share, edges, color=COLOURS[k], label=legend)
            axes.axvline(values.mean(), color=COLOURS[k], lw=1, ls=":")
        axes.set_xlabel("Radius / µm")
        axes.set_ylabel("Share by number / %")
        axes.legend()

    return svg(draw)


def coordination(pores: Curve) -> bytes:
    """Share of the pores by the number that they are joined to."""
    number = pores["coordination"].astype(int)

    def draw(axes: Axes) -> None:
        share = 100.0 * np.bincount(number) / len(number)
        axes.bar(np.arange(len(share)), share, 0.85, color=COLOURS[0])
        axes.axvline(number.mean(), color=COLOURS[1], lw=1.2, ls=":", label="mean")
        axes.set_xlabel("Coordination number / –")
        axes.set_ylabel("Pores / %")
        axes.grid(False, axis="x")
        axes.legend()

    return svg(draw)


def matrix(throats: Curve, count: int) -> bytes:
    """The connectivity matrix as dots, pores numbered from the collector up."""
    first, second = throats["first_pore"], throats["second_pore"]

    def draw(axes: Axes) -> None:
        axes.plot(
            np.concatenate((first, second)), np.concatenate((second, first)), ".", ms=1.5,
            color=COLOURS[0], rasterized=True,
        )  # fmt: skip
        axes.set_xlim(0, count)
        axes.set_ylim(0, count)
        axes.set_aspect("equal")
        axes.set_xlabel("Number of the pore / –")
        axes.set_ylabel("Number of the pore / –")

    return svg(draw, (4.6, 4.2))


def offsets(throats: Curve, count: int, deviation: float) -> bytes:
    """Distance of the matrix's entries from its diagonal, with a normal distribution."""
    apart = (throats["second_pore"] - throats["first_pore"]) / max(count - 1, 1)
    reach = max(4.0 * deviation, 1e-3)
    edges = np.linspace(-reach, reach, 2 * _BINS + 1)
    both = np.concatenate((apart, -apart))

    def draw(axes: Axes) -> None:
        density = np.histogram(both, edges)[0] / len(both) / np.diff(edges)
        axes.stairs(density, edges, fill=True, alpha=0.35, color=COLOURS[0], label="entries")
        x = np.linspace(-reach, reach, 201)
        normal = np.exp(-0.5 * (x / deviation) ** 2) / (deviation * np.sqrt(2.0 * np.pi))
        axes.plot(x, normal, color=COLOURS[1], label=f"normal, deviation {deviation:.3g}")
        axes.set_xlabel("Distance from the diagonal over that of a corner / –")
        axes.set_ylabel("Probability density / –")
        axes.legend()

    return svg(draw)

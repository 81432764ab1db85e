"""Plots of mercury intrusion and extrusion."""

import numpy as np
from matplotlib.axes import Axes

from scenarios.runner.analysis.group import Curve
from scenarios.runner.analysis.plots import falling, logarithmic_sizes
from scenarios.runner.plots import COLOURS, svg


def intruded(way_in: Curve, way_out: Curve) -> bytes:
    """Mercury over the volume of the coating against the throats' diameter, and its pressure."""
    # Diameter times pressure is one for all points: −4 γ cos θ.
    product = float(way_in["throat_diameter_um"][0] * way_in["pressure_MPa"][0])

    def draw(axes: Axes) -> None:
        for curve, legend, style in ((way_in, "in", "-"), (way_out, "out", "--")):
            diameter, share = curve["throat_diameter_um"], curve["mercury_share_of_coating"]
            known = np.isfinite(diameter)
            axes.plot(diameter[known], 100.0 * share[known], style, marker=".", label=legend)
        left = 100.0 * way_out["mercury_share_of_coating"][-1]
        axes.axhline(left, color=COLOURS[5], lw=1, ls=":", label="trapped at no pressure")
        logarithmic_sizes(axes)
        axes.set_xlabel("Throat diameter / µm")
        axes.set_ylabel("Mercury in the coating / vol %")
        axes.set_ylim(bottom=0)
        axes.invert_xaxis()
        axes.legend()
        above = axes.twiny()
        logarithmic_sizes(above)
        above.set_xlim(*(product / diameter for diameter in axes.get_xlim()))
        above.grid(False)
        above.spines["top"].set_visible(True)
        above.set_xlabel("Pressure / MPa")

    return svg(draw, (5.4, 4.0))


def throats(way_in: Curve) -> bytes:
    """What each throat's diameter adds to the mercury in the coating."""
    share = way_in["mercury_share_of_coating"]
    return falling(
        way_in["throat_diameter_um"],
        np.diff(share, prepend=0.0),
        "Throat diameter / µm",
        "Mercury over coating volume",
    )

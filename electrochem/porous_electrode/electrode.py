"""A porous electrode and the separator; SI units throughout."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.materials.active_material import ActiveMaterial

Local = float | np.ndarray  # one value for all, or (n,) over thickness, or (n, ny, nx)
LOCAL = (
    "porosity", "tortuosity_factor", "active_fraction", "surface_area", "electronic_conductivity",
)  # fmt: skip


def require_positive(part, names) -> None:
    """Raises InputError, by name and value, where an attribute is not finite and above zero."""
    for name in names:
        value = np.asarray(getattr(part, name), dtype=float)
        if not (np.isfinite(value) & (value > 0.0)).all():
            worst = value[~(np.isfinite(value) & (value > 0.0))].flat[0]
            raise InputError(
                f"{type(part).__name__}.{name} is {worst:g}; a finite value above zero was expected"
            )


@dataclass(frozen=True, eq=False)
class Electrode:
    """A porous electrode, uniform or with local properties.

    thickness [m]; surface_area : reacting area per electrode volume [m²/m³]
    porosity : electrolyte's volume share; active_fraction : active material's volume share
    tortuosity_factor : τ² with D_eff = porosity · D / τ², likewise for the conductivity
    electronic_conductivity : effective, of the solid network [S/m]
    particle_radius : [m], or one for each size of particles, with
    radius_shares : each size's share of the active material's volume (they sum to 1)
    film_resistance : on the reacting surface [Ω m²]

    Porosity, tortuosity_factor, active_fraction, surface_area and electronic_conductivity may each
    be one value, (n,) over the thickness or (n, ny, nx), axis 0 beginning at the collector as in a
    labelled volume; they are even within each part. With columns (ny, nx) `footprint` is the size
    [m] along y and x, and `plane_tortuosity_factor` and `plane_conductivity` are (2,) + that shape,
    along y and x, inf and 0 where nothing goes; left out, they are as through the plane.

    Surface and active fraction are independent: the reaction runs on `surface_area`, and a sphere
    takes up so much that lithium is kept, N = a R j / (3 ε_s F); with a = 3 ε_s / R that is j / F.
    Sizes share the surface as spheres would, by share/R. Raises InputError on what cannot be.
    """

    thickness: float
    porosity: Local
    tortuosity_factor: Local
    active_fraction: Local
    surface_area: Local
    particle_radius: float | tuple[float, ...]
    electronic_conductivity: Local
    material: ActiveMaterial
    radius_shares: tuple[float, ...] | None = None
    film_resistance: float = 0.0
    footprint: tuple[float, float] | None = None
    plane_tortuosity_factor: np.ndarray | None = None
    plane_conductivity: np.ndarray | None = None

    def __post_init__(self) -> None:
        require_positive(self, ("thickness", "particle_radius", *LOCAL))
        if (np.asarray(self.tortuosity_factor) < 1.0 - 1e-9).any():
            raise InputError(
                f"Electrode.tortuosity_factor is {np.min(self.tortuosity_factor):g}; "
                "at least 1 was expected (D_eff = porosity · D / tortuosity_factor)"
            )
        if not self.film_resistance >= 0.0:
            raise InputError("Electrode.film_resistance is negative; zero or more was expected")
        shares = self.sizes[1]
        if shares.shape != self.sizes[0].shape or not (
            (shares > 0.0).all() and abs(shares.sum() - 1.0) < 1e-6
        ):
            raise InputError(
                "Electrode.radius_shares: one share above zero for each particle_radius was "
                "expected, summing to 1"
            )
        shapes = {np.shape(getattr(self, name)) for name in LOCAL} - {()}
        if any(len(shape) not in (1, 3) for shape in shapes):
            raise InputError("Electrode: local properties are (n,) or (n, ny, nx)")
        if len({shape[0] for shape in shapes}) > 1 or len({s for s in shapes if len(s) == 3}) > 1:
            raise InputError(
                "Electrode: its local properties have different shapes: "
                + ", ".join(str(shape) for shape in sorted(shapes))
            )
        if any(len(shape) == 3 for shape in shapes) and self.footprint is None:
            raise InputError("Electrode.footprint is due where properties change in the plane")
        filled = self.local("porosity") + self.local("active_fraction")
        if (filled > 1.0 + 1e-9).any():
            raise InputError(
                f"Electrode.porosity and active_fraction together exceed 1: {filled.max():g}"
            )
        for name in ("plane_tortuosity_factor", "plane_conductivity"):
            value = getattr(self, name)
            if value is None:
                continue
            least = 1.0 - 1e-9 if name == "plane_tortuosity_factor" else 0.0
            if not (np.asarray(value) >= least).all():
                raise InputError(
                    f"Electrode.{name} is {np.min(value):g}; at least {least:.0f} was expected"
                )
            expected = (2, self.parts, *(self.columns or (1, 1)))
            if np.shape(getattr(self, name)) != expected:
                raise InputError(
                    f"Electrode.{name} has the shape {np.shape(getattr(self, name))}; "
                    f"{expected} was expected"
                )

    @property
    def sizes(self) -> tuple[np.ndarray, np.ndarray]:
        """(k,) radii [m] of the sizes of particles, and each one's share of their volume."""
        radii = np.atleast_1d(np.asarray(self.particle_radius, dtype=float))
        shares = np.ones(1) if self.radius_shares is None else np.asarray(self.radius_shares)
        return radii, shares

    @property
    def parts(self) -> int:
        """Into how many even parts local properties divide the thickness."""
        return max((np.shape(getattr(self, name)) or (1,))[0] for name in LOCAL)

    @property
    def columns(self) -> tuple[int, int] | None:
        """(ny, nx) of local properties in the plane; None where nothing changes in it."""
        shapes = [np.shape(getattr(self, name)) for name in LOCAL]
        return next((shape[1:] for shape in shapes if len(shape) == 3), None)

    def local(self, name: str) -> np.ndarray:
        """(parts, ny or 1, nx or 1) values of a local property."""
        value = np.asarray(getattr(self, name), dtype=float)
        if value.ndim < 3:
            value = value.reshape(-1, 1, 1)
        return np.broadcast_to(value, (self.parts, *value.shape[1:]))

    @property
    def transport_efficiency(self) -> np.ndarray:
        """(parts, ny or 1, nx or 1) D_eff / D through the plane."""
        return self.local("porosity") / self.local("tortuosity_factor")

    @property
    def lithium_capacity(self) -> float:
        """Lithium that the active material holds from stoichiometry 0 to 1 [mol/m²]."""
        share = float(np.mean(self.local("active_fraction")))
        return self.thickness * share * self.material.maximum_concentration


@dataclass(frozen=True)
class Separator:
    """The porous, insulating layer between the electrodes; units as in `Electrode`."""

    thickness: float
    porosity: float
    tortuosity_factor: float

    def __post_init__(self) -> None:
        require_positive(self, ("thickness", "porosity", "tortuosity_factor"))
        if self.tortuosity_factor < 1.0 - 1e-9:
            raise InputError(
                f"Separator.tortuosity_factor is {self.tortuosity_factor:g}; "
                "at least 1 was expected"
            )
        if self.porosity > 1.0:
            raise InputError(f"Separator.porosity is {self.porosity:g}; at most 1 was expected")

    @property
    def transport_efficiency(self) -> float:
        """D_eff / D."""
        return self.porosity / self.tortuosity_factor

"""What a cell is made of; SI units throughout."""

from dataclasses import dataclass

import numpy as np

from dem.errors import InputError
from electrochem.materials.active_material import (
    REFERENCE_TEMPERATURE,
    TEMPERATURE_TOLERANCE,
    ActiveMaterial,
)
from electrochem.materials.electrolyte import Electrolyte
from electrochem.materials.lithium_metal import LithiumMetal

Local = float | np.ndarray  # one value for all, or (n,) over thickness, or (n, ny, nx)


def _require_positive(part, names) -> None:
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
        _require_positive(self, ("thickness", "particle_radius", *LOCAL))
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
    def lithium_capacity(self) -> float:
        """Lithium that the active material holds from stoichiometry 0 to 1 [mol/m²]."""
        share = float(np.mean(self.local("active_fraction")))
        return self.thickness * share * self.material.maximum_concentration


LOCAL = (
    "porosity", "tortuosity_factor", "active_fraction", "surface_area", "electronic_conductivity",
)  # fmt: skip


@dataclass(frozen=True)
class Separator:
    """The porous, insulating layer between the electrodes; units as in `Electrode`."""

    thickness: float
    porosity: float
    tortuosity_factor: float

    def __post_init__(self) -> None:
        _require_positive(self, ("thickness", "porosity", "tortuosity_factor"))
        if self.tortuosity_factor < 1.0 - 1e-9:
            raise InputError(
                f"Separator.tortuosity_factor is {self.tortuosity_factor:g}; "
                "at least 1 was expected"
            )
        if self.porosity > 1.0:
            raise InputError(f"Separator.porosity is {self.porosity:g}; at most 1 was expected")


@dataclass(frozen=True, eq=False)
class Cell:
    """A full cell, or a half cell whose negative side is lithium metal.

    temperature [K]; lower_voltage, upper_voltage [V]; area of the electrodes [m²]
    contact_resistance : between coatings and collectors, both sides together [Ω m²], or (ny, nx)
    negative_stoichiometry, positive_stoichiometry : of the charged cell; left out, they follow
        from the voltage limits as `balance.stoichiometry_window` says (give both or neither; a
        half cell takes the positive one alone)

    Raises InputError on limits in the wrong order or a temperature that no parameter set covers.
    """

    negative: Electrode | LithiumMetal
    separator: Separator
    positive: Electrode
    electrolyte: Electrolyte
    lower_voltage: float
    upper_voltage: float
    temperature: float = REFERENCE_TEMPERATURE
    area: float = 1.0
    contact_resistance: float | np.ndarray = 0.0
    negative_stoichiometry: float | None = None
    positive_stoichiometry: float | None = None

    def __post_init__(self) -> None:
        _require_positive(self, ("area", "temperature", "upper_voltage"))
        if not self.lower_voltage < self.upper_voltage:
            raise InputError(
                f"Cell.lower_voltage {self.lower_voltage:g} V is not below "
                f"upper_voltage {self.upper_voltage:g} V"
            )
        if not 200.0 <= self.temperature <= 400.0:
            raise InputError(
                f"Cell.temperature is {self.temperature:g} K; 200 to 400 K was expected"
            )
        if self.electrolyte.fixed_temperature and (
            abs(self.temperature - REFERENCE_TEMPERATURE) > TEMPERATURE_TOLERANCE
        ):
            raise InputError(
                f"Cell.temperature is {self.temperature:g} K; {self.electrolyte.name} holds at "
                f"{REFERENCE_TEMPERATURE:g} K only"
            )
        for electrode in self.electrodes:
            electrode.material.at_temperature(self.temperature)
        columns = {electrode.columns for electrode in self.electrodes} - {None}
        footprints = {tuple(e.footprint) for e in self.electrodes if e.footprint is not None}
        if len(columns) > 1 or len(footprints) > 1:
            raise InputError("Cell: both electrodes must have the same columns and footprint")
        if np.shape(self.contact_resistance) not in ((), self.columns):
            raise InputError(
                f"Cell.contact_resistance has the shape {np.shape(self.contact_resistance)}; one "
                f"value or {self.columns} was expected"
            )
        if not np.all(np.asarray(self.contact_resistance) >= 0.0):
            raise InputError("Cell.contact_resistance is negative; zero or more was expected")
        if not self.electrolyte.initial_concentration > 0.0:
            raise InputError("Electrolyte.initial_concentration must be above zero")
        given = (self.negative_stoichiometry is not None, self.positive_stoichiometry is not None)
        if self.is_half and given[0]:
            raise InputError("Cell.negative_stoichiometry has no meaning for lithium metal")
        if not self.is_half and given[0] != given[1]:
            raise InputError("Cell: give both charged stoichiometries or neither")
        for side in ("negative", "positive"):
            value = getattr(self, f"{side}_stoichiometry")
            if value is None:
                continue
            material = getattr(self, side).material
            low, high = material.stoichiometry_range
            if not low <= value <= high:
                raise InputError(
                    f"Cell.{side}_stoichiometry is {value:g}; the potential of {material.name} is "
                    f"known from {low:g} to {high:g}"
                )

    @property
    def is_half(self) -> bool:
        """Whether the negative side is lithium metal."""
        return isinstance(self.negative, LithiumMetal)

    @property
    def columns(self) -> tuple[int, int]:
        """(ny, nx) of the columns into which the cell is divided in the plane."""
        return next((e.columns for e in self.electrodes if e.columns is not None), (1, 1))

    @property
    def footprint(self) -> tuple[float, float] | None:
        """Size along y and x [m]; None where nothing changes in the plane."""
        return next((e.footprint for e in self.electrodes if e.footprint is not None), None)

    @property
    def electrodes(self) -> tuple[Electrode, ...]:
        """The porous electrodes from the negative collector to the positive one."""
        return (self.positive,) if self.is_half else (self.negative, self.positive)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """One sentence for each parameter of the cell that has no source of its own."""
        parts = [electrode.material for electrode in self.electrodes] + [self.electrolyte]
        if self.is_half:
            parts.append(self.negative)
        return tuple(dict.fromkeys(note for part in parts for note in part.placeholders))

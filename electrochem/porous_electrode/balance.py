"""How much lithium moves between the voltage limits, and how large a negative that takes."""

from dataclasses import dataclass, replace

from dem.errors import InputError
from electrochem.crossing import crossing
from electrochem.kinetics import FARADAY
from electrochem.materials.active_material import ActiveMaterial
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.electrode import Electrode

SECONDS_PER_HOUR = 3600.0
# Stoichiometry from 0 or 1 to which an equilibrium comes; `reaction.END_POLE` is half a volt there,
# as much as lies between the end of a fit and a voltage limit.
EDGE = 2e-6
CAPACITY_MARGIN = 0.1  # of what a cell holds; a nominal capacity further off is told


@dataclass(frozen=True)
class StoichiometryWindow:
    """Stoichiometries at equilibrium; None for lithium metal. lithium : what moves [mol/m²]."""

    negative_charged: float | None
    negative_discharged: float | None
    positive_charged: float
    positive_discharged: float
    lithium: float

    @property
    def charge(self) -> float:
        """What moves [A h/m²]."""
        return self.lithium * FARADAY / SECONDS_PER_HOUR

    @property
    def charged(self) -> tuple[float, ...]:
        """Charged stoichiometries of the porous electrodes, the negative first."""
        both = (self.negative_charged, self.positive_charged)
        return tuple(x for x in both if x is not None)


def _half_cell_window(cell: Cell) -> StoichiometryWindow:
    (material,) = cell.materials
    charged = cell.positive_stoichiometry
    if charged is None:
        charged = material.stoichiometry_at(cell.upper_voltage)
    low, high = material.stoichiometry_range
    # Some fits end above the lower limit; the material then is full where its fit ends.
    empty = min(high, 1.0 - EDGE)
    if material.potential(high) < cell.lower_voltage:
        empty = material.stoichiometry_at(cell.lower_voltage)
    if not low <= charged < empty:
        raise InputError(
            f"Cell.positive_stoichiometry is {charged:g}; {material.name} discharges "
            f"from {low:g} to {empty:g} within the voltage limits"
        )
    return StoichiometryWindow(
        None, None, charged, empty, (empty - charged) * cell.positive.lithium_capacity
    )


def _moved_to(n: Electrode, p: Electrode, negative, positive, voltage: float, sign: float) -> float:
    """Lithium [mol/m²] to move from given stoichiometries until the equilibrium voltage is met."""
    (n_low, n_high), (p_low, p_high) = (
        n.material.stoichiometry_range,
        p.material.stoichiometry_range,
    )
    n_low, p_low, n_high, p_high = (
        min(max(x, EDGE), 1.0 - EDGE) for x in (n_low, p_low, n_high, p_high)
    )
    n_room = (negative - n_low) if sign > 0 else (n_high - negative)
    p_room = (p_high - positive) if sign > 0 else (positive - p_low)
    n_capacity, p_capacity = n.lithium_capacity, p.lithium_capacity
    limit = min(n_room * n_capacity, p_room * p_capacity) * (1.0 - 1e-9)

    def excess(lithium):
        u_p = p.material.potential(positive + sign * lithium / p_capacity)
        u_n = n.material.potential(negative - sign * lithium / n_capacity)
        return u_p - u_n - voltage

    if sign * excess(0.0) < 0.0:
        raise InputError(
            f"the cell's equilibrium voltage is {excess(0.0) + voltage:.3f} V at its given "
            f"stoichiometries, already past {voltage:g} V"
        )
    if sign * excess(limit) > 0.0:
        if sign < 0.0:
            raise InputError(
                "the negative electrode is full (or the positive empty) before the cell reaches "
                f"{voltage:g} V: make the negative electrode larger or lower upper_voltage"
            )
        return limit
    return crossing(excess, 0.0, limit)


def stoichiometry_window(cell: Cell) -> StoichiometryWindow:
    """Charged and discharged stoichiometries of a cell.

    Half cell: those whose open-circuit potentials are the voltage limits. Full cell: the charged
    ones given, discharged until the equilibrium voltage meets lower_voltage; where none are given,
    the empty cell stands at the positive material's `discharged_stoichiometry` with the negative
    at the potential that lower_voltage then asks, and is charged to upper_voltage. Raises
    InputError where the limits cannot be met.
    """
    if cell.is_half:
        return _half_cell_window(cell)
    n, p = (
        replace(electrode, material=material)
        for electrode, material in zip(cell.electrodes, cell.materials, strict=True)
    )
    if cell.negative_stoichiometry is not None:
        n_charged, p_charged = cell.negative_stoichiometry, cell.positive_stoichiometry
        lithium = _moved_to(n, p, n_charged, p_charged, cell.lower_voltage, 1.0)
        n_empty = n_charged - lithium / n.lithium_capacity
        p_empty = p_charged + lithium / p.lithium_capacity
        return StoichiometryWindow(n_charged, n_empty, p_charged, p_empty, lithium)
    n_empty, p_empty = _empty(n.material, p.material, cell.lower_voltage)
    lithium = _moved_to(n, p, n_empty, p_empty, cell.upper_voltage, -1.0)
    n_charged = n_empty + lithium / n.lithium_capacity
    p_charged = p_empty - lithium / p.lithium_capacity
    return StoichiometryWindow(n_charged, n_empty, p_charged, p_empty, lithium)


def _empty(negative: ActiveMaterial, positive: ActiveMaterial, voltage: float):
    p_empty = positive.discharged_stoichiometry
    if p_empty is None:
        raise InputError(
            f"{positive.name} has no discharged_stoichiometry; give the cell's stoichiometries"
        )
    return negative.stoichiometry_at(positive.potential(p_empty) - voltage), p_empty


def nominal_capacity(cell: Cell) -> float:
    """Charge per area [A h/m²] that the active material holds between the voltage limits."""
    return stoichiometry_window(cell).charge


def capacity_note(cell: Cell, nominal: float) -> tuple[str, ...]:
    """That a nominal capacity [A h/m²] is far from what the cell holds, in a sentence."""
    held = nominal_capacity(cell)
    if abs(nominal / held - 1.0) <= CAPACITY_MARGIN:
        return ()
    return (
        f"the nominal capacity of {nominal * cell.area:.4g} A h is {100.0 * nominal / held:.0f} % "
        f"of the {held * cell.area:.4g} A h that the cell holds between its voltage limits; "
        "C-rates are of the nominal one",
    )


def matched_negative(
    positive: Electrode,
    material: ActiveMaterial,
    *,
    np_ratio: float,
    lower_voltage: float,
    upper_voltage: float,
    porosity: float = 0.30,
    active_fraction: float = 0.65,
    particle_radius: float = 5.86e-6,
    tortuosity_factor: float | None = None,
    electronic_conductivity: float = 215.0,
) -> Electrode:
    """A negative electrode sized so that, full to stoichiometry 1, it holds np_ratio times what
    the positive gives between the voltage limits.

    Both are counted from the empty cell of `stoichiometry_window`, so the charged negative stands
    at x_empty + (1 − x_empty)/np_ratio. Surface 3 ε_s/R; tortuosity_factor defaults to
    Bruggeman's porosity^−0.5. Radius and conductivity default to Chen 2020. Raises InputError
    where np_ratio ≤ 1 (lithium would plate).
    """
    if not np_ratio > 1.0:
        raise InputError(f"np_ratio is {np_ratio:g}; above 1 was expected, else lithium plates")
    n_empty, p_empty = _empty(material, positive.material, lower_voltage)
    n_charged = n_empty + (1.0 - n_empty) / np_ratio
    p_charged = positive.material.stoichiometry_at(upper_voltage + material.potential(n_charged))
    lithium = (p_empty - p_charged) * positive.lithium_capacity
    capacity = np_ratio * lithium / (1.0 - n_empty)
    return Electrode(
        thickness=capacity / (active_fraction * material.maximum_concentration),
        porosity=porosity,
        tortuosity_factor=porosity**-0.5 if tortuosity_factor is None else tortuosity_factor,
        active_fraction=active_fraction,
        surface_area=3.0 * active_fraction / particle_radius,
        particle_radius=particle_radius,
        electronic_conductivity=electronic_conductivity,
        material=material,
    )

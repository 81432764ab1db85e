"""A cell's materials as tables, so that one compiled solver serves every parameter set.

Cubic Hermite pieces over even nodes with the fits' own slopes, smooth to Newton's method. What a
surface needs stands over ln(x/(1 − x)), in which potentials run straight towards empty and full.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dem.errors import InputError
from dem.jit import leaf
from electrochem.kinetics import FARADAY, GAS_CONSTANT
from electrochem.materials.active_material import ActiveMaterial
from electrochem.materials.electrolyte import Electrolyte
from electrochem.porous_electrode.cell import Cell

NODES = 4097
# Salt may gather under current: tables reach to so many times the concentration at rest.
SALT_RANGE = 8.0

SURFACE_RANGE = 18.0  # of ln(x/(1 − x)): to 1.5e-8 from empty and full, straight on beyond
SURFACE_NODES = (NODES - 1) / (2.0 * SURFACE_RANGE)

CONDUCTIVITY, DIFFUSIVITY, TRANSFERENCE, STRENGTH = range(4)  # columns of `Chemistry.salt`
POTENTIAL, EXCHANGE = range(2)  # columns of `Chemistry.surface`


class Chemistry(NamedTuple):
    """What the kernels know of a cell's materials, at its temperature.

    salt : (nodes, 4, 2) κ [S/m], D [m²/s], t₊ and 2RT/F (1 − t₊)(1 + dln f/dln c) [V] over the
        concentration, each with its slope times the step between nodes
    salt_nodes : nodes a mol/m³
    surface : (electrodes, nodes, 2, 2) U [V] and the prefactor of j0 over ln(x/(1 − x))
    solid : (electrodes, nodes, 1, 2) D_s [m²/s] over stoichiometry
    exponents : (electrodes, 3) of c_e, 1 − x and x in j0 = k(x) c_e^a (1 − x)^b x^d
    transfer : (electrodes,) anodic transfer coefficient; the cathodic one is 1 less it
    thermal : RT/F [V]
    metal : (3,) prefactor, exponent of c_e, anodic transfer coefficient of the metal's j0
    """

    salt: np.ndarray
    salt_nodes: float
    surface: np.ndarray
    solid: np.ndarray
    exponents: np.ndarray
    transfer: np.ndarray
    thermal: float
    metal: np.ndarray


@leaf
def look_up(table, column, place):
    """Value and slope (a node) of a table's column at `place`, in nodes; straight on beyond."""
    last = table.shape[0] - 1
    node = int(min(max(place, 0.0), last - 1.0))
    t = place - node
    beyond = 0.0
    if t > 1.0:
        beyond, t = t - 1.0, 1.0
    elif t < 0.0:
        beyond, t = t, 0.0
    a, da = table[node, column, 0], table[node, column, 1]
    b, db = table[node + 1, column, 0], table[node + 1, column, 1]
    square = 3.0 * (b - a) - 2.0 * da - db
    cube = 2.0 * (a - b) + da + db
    slope = da + t * (2.0 * square + t * 3.0 * cube)
    return a + t * (da + t * (square + t * cube)) + beyond * slope, slope


@leaf
def at_surface(table, column, x):
    """Value and slope by x of a column of `Chemistry.surface` at stoichiometry x."""
    place = (np.log(x / (1.0 - x)) + SURFACE_RANGE) * SURFACE_NODES
    value, slope = look_up(table, column, place)
    return value, slope * SURFACE_NODES / (x * (1.0 - x))


def _columns(at, step, functions, name) -> np.ndarray:
    table = np.empty((at.size, len(functions), 2))
    for column, function in enumerate(functions):
        value, slope = function(at)
        table[:, column, 0], table[:, column, 1] = value, np.asarray(slope) * step
    if not np.isfinite(table).all():
        raise InputError(f"{name}: its properties are not finite over the whole range needed")
    return table


@lru_cache(maxsize=64)
def _salt_table(electrolyte: Electrolyte, temperature: float) -> np.ndarray:
    """`Chemistry.salt`."""
    twice = 2.0 * GAS_CONSTANT * temperature / FARADAY

    def strength(c):
        t_plus, t_slope = electrolyte.transference_number(c, temperature)
        factor, factor_slope = electrolyte.thermodynamic_factor(c, temperature)
        slope = (1.0 - t_plus) * factor_slope - t_slope * factor
        return twice * (1.0 - t_plus) * factor, twice * slope

    c = np.linspace(0.0, SALT_RANGE * electrolyte.initial_concentration, NODES)
    properties = [
        lambda c: electrolyte.conductivity(c, temperature),
        lambda c: electrolyte.diffusivity(c, temperature),
        lambda c: electrolyte.transference_number(c, temperature),
        strength,
    ]
    return _columns(c, c[1], properties, electrolyte.name)


@lru_cache(maxsize=64)
def _solid_tables(material: ActiveMaterial, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """An electrode's `Chemistry.surface` and `Chemistry.solid`."""
    material = material.at_temperature(temperature)
    exchange = material.exchange_current_density
    x = np.linspace(0.0, 1.0, NODES)
    logit = np.linspace(-SURFACE_RANGE, SURFACE_RANGE, NODES)
    at_end = [_over_logit(f) for f in (material.open_circuit_potential, exchange.prefactor)]
    return (
        _columns(logit, logit[1] - logit[0], at_end, material.name),
        _columns(x, x[1], [material.diffusivity], material.name),
    )


def chemistry_of(cell: Cell) -> Chemistry:
    """Tables of a cell's electrolyte and active materials. Raises InputError where a property is
    not finite over the range."""
    materials = [electrode.material for electrode in cell.electrodes]
    tables = [_solid_tables(material, cell.temperature) for material in materials]
    exchanges = [material.exchange_current_density for material in materials]
    return Chemistry(
        salt=_salt_table(cell.electrolyte, cell.temperature),
        salt_nodes=(NODES - 1) / (SALT_RANGE * cell.electrolyte.initial_concentration),
        surface=np.array([surface for surface, _ in tables]),
        solid=np.array([solid for _, solid in tables]),
        exponents=np.array([exchange.exponents for exchange in exchanges], dtype=float),
        transfer=np.array([exchange.anodic_transfer for exchange in exchanges], dtype=float),
        thermal=GAS_CONSTANT * cell.temperature / FARADAY,
        metal=np.array(cell.negative.exchange if cell.is_half else (0.0, 0.0, 0.5), dtype=float),
    )


def _over_logit(function):
    """A function of x as one of ln(x/(1 − x)), with its slope."""

    def stretched(logit):
        x = 1.0 / (1.0 + np.exp(-logit))
        value, slope = function(x)
        return value, slope * x / (1.0 + np.exp(logit))

    return stretched

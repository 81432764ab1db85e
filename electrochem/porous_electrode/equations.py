"""Newman's porous electrode, discretised in space, with its exact linearisation.

Doyle, Fuller & Newman, J. Electrochem. Soc. 140 (1993) 1526. One state vector holds electrolyte
concentration c, electrolyte and solid potential, reaction current density j and the shells'
stoichiometries x. All balances are written as current densities [A/m²] of cell area. A Newton
update eliminates the shells, then j, exactly, and solves three unknowns per volume in a band.
The conserved sums are linear in the state, so every full update conserves lithium to rounding.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dgbsv, dgtsv

from electrochem.kinetics import FARADAY, GAS_CONSTANT, overpotential
from electrochem.porous_electrode.cell import Cell
from electrochem.porous_electrode.mesh import Mesh

MASS, CHARGE, SOLID = 0, 1, 2  # equations and unknowns of a volume: c, φ_e, φ_s
BAND = 5  # three unknowns a volume, coupled to both neighbours
# Nearer to 0 or 1 a surface's vacancy is lost to rounding.
SURFACE_MARGIN = 1e-13
END_POLE = 1e-6  # [V], as PyBaMM adds to every potential: 0.1 mV at 1 % from full or empty


class OutsideRangeError(ArithmeticError):
    """A state whose salt or surface stoichiometry has left the range where kinetics exist."""


@dataclass(frozen=True)
class Rate:
    """d/dt in an implicit step: `leading` [1/s] times the new state, plus `history`."""

    leading: float
    history: np.ndarray


@dataclass
class Linearisation:
    """Residuals of one state and their derivatives, grouped by equation."""

    mass: np.ndarray
    charge: np.ndarray
    solid: np.ndarray
    kinetic: np.ndarray
    shells: np.ndarray
    blocks: np.ndarray  # (n, equation, neighbour −1 0 +1, unknown) without the reaction
    kinetic_by_j: np.ndarray
    kinetic_by_c: np.ndarray
    kinetic_by_surface: np.ndarray
    surface: np.ndarray
    surface_by_outer: np.ndarray
    surface_by_j: np.ndarray
    tridiagonal: tuple[np.ndarray, np.ndarray, np.ndarray]


class PorousElectrodeEquations:
    """Residual, Newton update, voltage and lithium content of a cell on a mesh.

    The state is one vector; `parts` gives its views: c (n,) [mol/m³], φ_e (n,) [V], φ_s (m,) [V],
    j (m,) [A/m²], x (m, nr). m counts the volumes of all porous electrodes, negative first.
    """

    def __init__(self, cell: Cell, mesh: Mesh):
        self.cell, self.mesh = cell, mesh
        self.n = mesh.width.size
        self.solid_index = np.concatenate([np.arange(s.start, s.stop) for s in mesh.solid])
        self.m, self.nr = self.solid_index.size, mesh.shell_volume.size
        self.size = 2 * self.n + 2 * self.m + self.m * self.nr
        starts = np.concatenate([[0], np.cumsum([s.stop - s.start for s in mesh.solid])])
        # Where each electrode's volumes lie in the arrays of length m.
        self.electrode = tuple(
            (electrode, slice(int(a), int(b)))
            for electrode, a, b in zip(cell.electrodes, starts, starts[1:], strict=False)
        )

        def per_volume(value):
            return np.repeat([float(value(e)) for e in cell.electrodes], np.diff(starts))

        width = mesh.width[self.solid_index]
        self.reacting = per_volume(lambda e: e.surface_area) * width  # m² per m² of cell
        held = per_volume(lambda e: e.active_fraction * e.material.maximum_concentration)
        # Surface flux over c_max R: 1/3 of the rate at which j empties the whole sphere.
        self.uptake = per_volume(lambda e: e.surface_area) / (3.0 * held * FARADAY)
        self.held = held * width
        self.radius_squared = per_volume(lambda e: e.particle_radius) ** 2
        self.conductivity = per_volume(lambda e: e.electronic_conductivity)
        # Conductance between neighbouring volumes, zero where the separator cuts the solid.
        self.solid_conductance = np.where(
            np.diff(self.solid_index) == 1,
            2.0 / (width[:-1] / self.conductivity[:-1] + width[1:] / self.conductivity[1:]),
            0.0,
        )
        resistance = 0.5 * mesh.width / mesh.transport
        self.conductance = 1.0 / (resistance[:-1] + resistance[1:])
        self.weight = resistance[:-1] / (resistance[:-1] + resistance[1:])
        self.capacity = FARADAY * mesh.porosity * mesh.width
        self._band_index = self._index_of_blocks()

    def _index_of_blocks(self) -> np.ndarray:
        """Where each entry of the blocks goes in LAPACK's band storage; outside ones to the end."""
        rows = 3 * self.n
        volume, equation, neighbour, unknown = np.indices((self.n, 3, 3, 3))
        row = 3 * volume + equation
        column = 3 * (volume + neighbour - 1) + unknown
        index = column * (3 * BAND + 1) + 2 * BAND + row - column
        inside = (column >= 0) & (column < rows)
        return np.where(inside, index, rows * (3 * BAND + 1)).ravel()

    def parts(self, state):
        """Views of a state vector: c, φ_e, φ_s, j, x."""
        n, m = self.n, self.m
        return (
            state[:n],
            state[n : 2 * n],
            state[2 * n : 2 * n + m],
            state[2 * n + m : 2 * n + 2 * m],
            state[2 * n + 2 * m :].reshape(m, self.nr),
        )

    def rest(self, stoichiometry) -> np.ndarray:
        """The state at rest: even salt, each electrode at its stoichiometry, no reaction."""
        state = np.zeros(self.size)
        c, _, phi_s, _, x = self.parts(state)
        c[:] = self.cell.electrolyte.initial_concentration
        for (electrode, at), value in zip(self.electrode, stoichiometry, strict=True):
            x[at] = value
            phi_s[at] = electrode.material.potential(value)
        return state

    def linearise(self, state, rate: Rate | None, current: float) -> Linearisation:
        """Residuals and derivatives at a state; rate None freezes concentrations and shells.

        current : density through the cell [A/m²], positive on discharge. Raises OutsideRangeError
        where there is no salt or a surface is full or empty.
        """
        c, phi_e, phi_s, j, x = self.parts(state)
        if not c.min() > 0.0:
            raise OutsideRangeError("no salt is left in part of the electrolyte")
        blocks = np.zeros((self.n, 3, 3, 3))
        mass, charge = self._electrolyte(c, phi_e, current, blocks)
        solid = self._solid(phi_s, current, blocks)
        if rate is None:
            mass[:] = 0.0
            blocks[:, MASS] = 0.0
            blocks[:, MASS, 1, MASS] = 1.0
        else:
            c_history = self.parts(rate.history)[0]
            mass += self.capacity * (rate.leading * c + c_history)
            blocks[:, MASS, 1, MASS] += self.capacity * rate.leading
        source = self.reacting * j
        if rate is not None:
            mass[self.solid_index] -= source
        charge[self.solid_index] -= source
        solid += source
        # The charge balances sum to zero, so one says nothing new: it sets the zero of potential.
        charge[0] = phi_e[0]
        blocks[0, CHARGE] = 0.0
        blocks[0, CHARGE, 1, CHARGE] = 1.0

        shells, tridiagonal, outer, outer_slope = self._shells(x, j, rate)
        depth = self.radius_squared * self.mesh.surface_distance * self.uptake
        surface = x[:, -1] - depth * j / outer
        if surface.min() < SURFACE_MARGIN or surface.max() > 1.0 - SURFACE_MARGIN:
            raise OutsideRangeError("a particle's surface is full or empty")
        surface_by_j = -depth / outer
        surface_by_outer = 1.0 + depth * j * outer_slope / outer**2
        kinetic, by_j, by_c, by_surface = self._kinetics(c, phi_e, phi_s, j, surface)
        return Linearisation(
            mass, charge, solid, kinetic, shells, blocks, by_j, by_c, by_surface,
            surface, surface_by_outer, surface_by_j, tridiagonal,
        )  # fmt: skip

    def _electrolyte(self, c, phi_e, current, blocks):
        """Salt and charge balance without storage and reaction, and their derivatives."""
        electrolyte, temperature = self.cell.electrolyte, self.cell.temperature
        w, g = self.weight, self.conductance
        left, right = 1.0 - w, w
        face = left * c[:-1] + right * c[1:]
        kappa, kappa_c = electrolyte.conductivity(face, temperature)
        diffusivity, diffusivity_c = electrolyte.diffusivity(face, temperature)
        t_plus, t_plus_c = electrolyte.transference_number(face, temperature)
        factor, factor_c = electrolyte.thermodynamic_factor(face, temperature)
        twice = 2.0 * GAS_CONSTANT * temperature / FARADAY
        strength = twice * (1.0 - t_plus) * factor
        strength_c = twice * ((1.0 - t_plus) * factor_c - t_plus_c * factor)
        log_step = np.diff(np.log(c))
        drive = strength * log_step - np.diff(phi_e)
        i = kappa * g * drive
        common = g * (kappa_c * drive + kappa * strength_c * log_step)
        pull = kappa * g * strength
        i_left = common * left - pull / c[:-1]
        i_right = common * right + pull / c[1:]
        i_phi = kappa * g
        step = np.diff(c)
        m = t_plus * i - FARADAY * diffusivity * g * step
        common = t_plus_c * i - FARADAY * diffusivity_c * g * step
        conduct = FARADAY * diffusivity * g
        m_left = common * left + t_plus * i_left + conduct
        m_right = common * right + t_plus * i_right - conduct
        m_phi = t_plus * i_phi

        mass, charge = np.zeros(self.n), np.zeros(self.n)
        for balance, equation, flux, by_left, by_right, by_phi in (
            (mass, MASS, m, m_left, m_right, m_phi),
            (charge, CHARGE, i, i_left, i_right, i_phi),
        ):
            balance[:-1] += flux
            balance[1:] -= flux
            rows = blocks[:, equation]
            rows[:-1, 1, MASS] += by_left
            rows[:-1, 2, MASS] += by_right
            rows[:-1, 1, CHARGE] += by_phi
            rows[:-1, 2, CHARGE] -= by_phi
            rows[1:, 0, MASS] -= by_left
            rows[1:, 1, MASS] -= by_right
            rows[1:, 0, CHARGE] -= by_phi
            rows[1:, 1, CHARGE] += by_phi
        if self.cell.is_half:  # lithium metal sends all its current into the electrolyte as Li⁺
            mass[0] -= current
            charge[0] -= current
        return mass, charge

    def _solid(self, phi_s, current, blocks):
        """Charge balance of the solid without reaction; the separator gets an idle row."""
        g = self.solid_conductance
        flux = -g * np.diff(phi_s)
        balance = np.zeros(self.m)
        balance[:-1] += flux
        balance[1:] -= flux
        if not self.cell.is_half:
            balance[0] -= current
        balance[-1] += current
        rows = blocks[:, SOLID]
        diagonal = np.zeros(self.m)
        diagonal[:-1] += g
        diagonal[1:] += g
        rows[:, 1, SOLID] = 1.0
        rows[self.solid_index, 1, SOLID] = diagonal
        rows[self.solid_index[:-1], 2, SOLID] = -g
        rows[self.solid_index[1:], 0, SOLID] = -g
        return balance

    def _shells(self, x, j, rate):
        """Fick's law in the spheres: residual, tridiagonal matrix, D in the outermost shell."""
        value, slope = np.empty_like(x), np.empty_like(x)
        for electrode, at in self.electrode:
            value[at], slope[at] = electrode.material.diffusivity(x[at])
        outer, outer_slope = value[:, -1], slope[:, -1]
        if rate is None:
            idle = np.ones(x.size)
            return np.zeros_like(x), (0.0 * idle[1:], idle, 0.0 * idle[1:]), outer, outer_slope
        geometry = self.mesh.face_area / self.mesh.shell_distance / self.radius_squared[:, None]
        step = np.diff(x, axis=1)
        conduct = 0.5 * (value[:, :-1] + value[:, 1:]) * geometry
        flux = -conduct * step
        inner = conduct - 0.5 * slope[:, :-1] * geometry * step  # ∂flux/∂x inside the face
        beyond = -conduct - 0.5 * slope[:, 1:] * geometry * step  # and outside
        volume = self.mesh.shell_volume
        balance = volume * (rate.leading * x + self.parts(rate.history)[4])
        balance[:, :-1] += flux
        balance[:, 1:] -= flux
        balance[:, -1] += self.uptake * j
        diagonal = np.empty_like(x)
        diagonal[:] = volume * rate.leading
        diagonal[:, :-1] += inner
        diagonal[:, 1:] -= beyond
        lower, upper = np.zeros_like(x), np.zeros_like(x)
        upper[:, :-1] = beyond
        lower[:, :-1] = -inner
        matrix = (lower.ravel()[:-1], diagonal.ravel(), upper.ravel()[:-1])
        return balance, matrix, outer, outer_slope

    def _kinetics(self, c, phi_e, phi_s, j, surface):
        """Butler–Volmer as a balance of potentials: η(j) + U(surface) − φ_s + φ_e = 0."""
        local = c[self.solid_index]
        j0, j0_c, j0_x, potential, potential_x = (np.empty(self.m) for _ in range(5))
        for electrode, at in self.electrode:
            material = electrode.material
            j0[at], j0_c[at], j0_x[at] = material.exchange_current_density(local[at], surface[at])
            potential[at], potential_x[at] = material.open_circuit_potential(surface[at])
        # A fitted potential stays finite where a surface is full, and the particle could then only
        # stop the whole cell; a pole too weak to see elsewhere lets it drop out alone.
        potential += END_POLE * (1.0 / surface - 1.0 / (1.0 - surface))
        potential_x -= END_POLE * (1.0 / surface**2 + 1.0 / (1.0 - surface) ** 2)
        eta, eta_j, eta_j0 = overpotential(j, j0, self.cell.temperature)
        residual = eta + potential - phi_s + phi_e[self.solid_index]
        return residual, eta_j, eta_j0 * j0_c, potential_x + eta_j0 * j0_x

    def residual(self, state, rate: Rate | None, current: float) -> np.ndarray:
        """All residuals as one vector, in the order of the state's parts."""
        at = self.linearise(state, rate, current)
        return np.concatenate([at.mass, at.charge, at.solid, at.kinetic, at.shells.ravel()])

    def newton_update(self, state, rate: Rate | None, current: float):
        """Newton's update of a state, and the surface stoichiometries before and after it.

        Raises numpy.linalg.LinAlgError where the linearised system is singular, and
        OutsideRangeError as `linearise` does.
        """
        at = self.linearise(state, rate, current)
        outermost = slice(self.nr - 1, None, self.nr)
        sides = np.zeros((self.m * self.nr, 2), order="F")
        sides[:, 0] = -at.shells.ravel()
        if rate is not None:
            sides[outermost, 1] = -self.uptake
        *_, answer, failed = dgtsv(*at.tridiagonal, sides, overwrite_b=True)
        if failed:
            raise np.linalg.LinAlgError("singular diffusion in the particles")
        still, per_j = answer[:, 0].reshape(self.m, self.nr), answer[:, 1].reshape(self.m, self.nr)
        surface_still = at.surface_by_outer * still[:, -1]
        surface_per_j = at.surface_by_outer * per_j[:, -1] + at.surface_by_j
        # δj = j_free + (δφ_s − δφ_e − kinetic_by_c δc) · gain
        gain = 1.0 / (at.kinetic_by_j + at.kinetic_by_surface * surface_per_j)
        j_free = -gain * (at.kinetic + at.kinetic_by_surface * surface_still)

        index, blocks = self.solid_index, at.blocks
        right = np.zeros((self.n, 3))
        right[:, MASS], right[:, CHARGE] = -at.mass, -at.charge
        right[index, SOLID] = -at.solid
        for equation, sign in ((MASS, 1.0), (CHARGE, 1.0), (SOLID, -1.0)):
            source = sign * self.reacting
            if equation == MASS and rate is None:
                continue
            if equation == CHARGE and index[0] == 0:
                source = source.copy()
                source[0] = 0.0  # this row sets the zero of potential
            right[index, equation] += source * j_free
            blocks[index, equation, 1, MASS] += source * gain * at.kinetic_by_c
            blocks[index, equation, 1, CHARGE] += source * gain
            blocks[index, equation, 1, SOLID] -= source * gain
        band = np.zeros(3 * self.n * (3 * BAND + 1) + 1)
        band[self._band_index] = blocks.ravel()
        matrix = band[:-1].reshape(3 * self.n, 3 * BAND + 1).T
        *_, solved, failed = dgbsv(BAND, BAND, matrix, right.ravel(), overwrite_ab=True)
        if failed:
            raise np.linalg.LinAlgError("singular balance of charge and salt")
        volumes = solved.reshape(self.n, 3)

        update = np.empty(self.size)
        c, phi_e, phi_s, j, x = self.parts(update)
        c[:], phi_e[:], phi_s[:] = volumes[:, MASS], volumes[:, CHARGE], volumes[index, SOLID]
        j[:] = j_free + gain * (phi_s - phi_e[index] - at.kinetic_by_c * c[index])
        x[:] = still + per_j * j[:, None]
        return update, at.surface, surface_still + surface_per_j * j

    def surface_stoichiometry(self, state) -> np.ndarray:
        """(m,) stoichiometry at the particles' surface."""
        _, _, _, j, x = self.parts(state)
        surface = np.empty(self.m)
        depth = self.radius_squared * self.mesh.surface_distance * self.uptake
        for electrode, at in self.electrode:
            value, _ = electrode.material.diffusivity(x[at, -1])
            surface[at] = x[at, -1] - depth[at] * j[at] / value
        return surface

    def voltage(self, state, current: float) -> float:
        """Cell voltage [V] between the collectors at a current density [A/m²]."""
        c, phi_e, phi_s, _, _ = self.parts(state)
        half_width = 0.5 * self.mesh.width[[0, -1]]
        positive = phi_s[-1] - current * half_width[1] / self.conductivity[-1]
        positive -= current * self.cell.contact_resistance
        if self.cell.is_half:
            return float(positive - self._metal_potential(c[:1], phi_e[0], current))
        return float(positive - phi_s[0] - current * half_width[0] / self.conductivity[0])

    def _metal_potential(self, c, phi_e, current):
        """Potential of the lithium metal that sends `current` into the first volume."""
        electrolyte, temperature = self.cell.electrolyte, self.cell.temperature
        resistance = 0.5 * self.mesh.width[0] / self.mesh.transport[0]
        kappa = electrolyte.conductivity(c, temperature)[0][0]
        diffusivity = electrolyte.diffusivity(c, temperature)[0][0]
        t_plus = electrolyte.transference_number(c, temperature)[0][0]
        factor = electrolyte.thermodynamic_factor(c, temperature)[0][0]
        at_metal = c[0] + (1.0 - t_plus) * current * resistance / (FARADAY * diffusivity)
        strength = 2.0 * GAS_CONSTANT * temperature / FARADAY * (1.0 - t_plus) * factor
        phi = phi_e + current * resistance / kappa + strength * np.log(at_metal / c[0])
        j0 = self.cell.negative.exchange_current_density(at_metal)
        return phi + overpotential(current, j0, temperature)[0]

    def lithium(self, state) -> tuple[list[float], float]:
        """Lithium per cell area [mol/m²]: in each porous electrode's particles, in the salt."""
        c, _, _, _, x = self.parts(state)
        filling = 3.0 * (x @ self.mesh.shell_volume) * self.held
        salt = float((self.mesh.porosity * self.mesh.width * c).sum())
        return [float(filling[at].sum()) for _, at in self.electrode], salt

"""Where a state's unknowns lie in one vector."""

from typing import NamedTuple


class Layout(NamedTuple):
    """p columns of n volumes, m particles of nr shells.

    The vector holds, one after the other: c (p, n) [mol/m³], φ_e (p, n) [V], φ_s (p, n) [V] (zero
    in the separator), the current density (p,) of lithium metal [A/m²], the cell's voltage, the
    reaction current density (m,) [A/m²] and the shells' stoichiometries (m, nr).
    """

    columns: int
    volumes: int
    particles: int
    shells: int

    @property
    def size(self) -> int:
        """Length of the vector."""
        return (
            3 * self.columns * self.volumes + self.columns + 1 + self.particles * (1 + self.shells)
        )

    def parts(self, state):
        """Views (c, φ_e, φ_s, metal, voltage, j, x) of a vector, or of rows of vectors."""
        lead, p, n, m = state.shape[:-1], self.columns, self.volumes, self.particles
        fields, rest = state[..., : 3 * p * n], state[..., 3 * p * n :]
        c, phi_e, phi_s = (
            fields[..., k * p * n : (k + 1) * p * n].reshape(*lead, p, n) for k in range(3)
        )
        metal, voltage, j = rest[..., :p], rest[..., p], rest[..., p + 1 : p + 1 + m]
        x = rest[..., p + 1 + m :].reshape(*lead, m, self.shells)
        return c, phi_e, phi_s, metal, voltage, j, x

"""Labels and particles of the cells that grains own."""

from dem.grains import ACTIVE
from dem.grains import COLLECTOR as FOIL
from dem.jit import njit
from voxelize.deposit.surroundings import IN_CRACK
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, CRACK


@njit
def label(owner, room, material, of_particle, labels, particle):
    """Fill `labels` where grains and cracks are, and `particle` everywhere.

    owner, particle : (nz, ny, nx) int32; room, labels : (nz, ny, nx) uint8
    material, of_particle : (g,) int32
    """
    for k in range(owner.shape[0]):
        for j in range(owner.shape[1]):
            for i in range(owner.shape[2]):
                g = owner[k, j, i]
                particle[k, j, i] = -1
                if g >= 0 and material[g] == ACTIVE:
                    labels[k, j, i] = ACTIVE_MATERIAL
                    particle[k, j, i] = of_particle[g]
                elif g >= 0 and material[g] == FOIL:
                    labels[k, j, i] = COLLECTOR
                elif g >= 0:
                    labels[k, j, i] = CARBON_BINDER
                elif room[k, j, i] == IN_CRACK:
                    labels[k, j, i] = CRACK

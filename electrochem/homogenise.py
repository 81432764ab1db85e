"""From the figures of a structure to the layer that the cell model sees."""

import math

from dem.errors import InputError
from electrochem.materials.active_material import ActiveMaterial
from electrochem.porous_electrode.electrode import Electrode


class NotPercolatingError(InputError):
    """A structure through which ions or electrons find no way: it has no discharge curve."""


def reacting_area(am_pore_area: float, am_cbd_area: float, cbd_nanoporosity: float) -> float:
    """Active surface per electrode volume that the electrolyte wets [m²/m³].

    Open surface counts in full; under the carbon-binder domain electrolyte stands in the domain's
    nanopores only, and the share of covered surface it wets is the nanoporosity (a random plane
    section of a porous medium cuts pores in proportion to their volume: Delesse's principle).
    """
    return am_pore_area + cbd_nanoporosity * am_cbd_area


def positive_electrode(
    *,
    thickness: float,
    porosity: float,
    tortuosity_factor: float,
    am_fraction: float,
    am_pore_area: float,
    am_cbd_area: float,
    cbd_nanoporosity: float,
    electronic_conductivity: float,
    particle_radius: float,
    material: ActiveMaterial,
    conducting_porosity: float | None = None,
) -> Electrode:
    """A structure's means as a uniform porous electrode.

    thickness, particle_radius [m]; areas per electrode volume [m²/m³]; electronic_conductivity :
    effective, through-plane [S/m]; porosity : total, the carbon-binder domain's nanopores included
    tortuosity_factor : τ² of the space whose share is `conducting_porosity` (by default the total
    porosity), D_eff/D = conducting_porosity/τ²; the electrode's own refers to the total porosity
    particle_radius : of the sphere whose diffusion stands for the particles', usually their
    volume-weighted mean; lithium is kept whatever its surface (see `Electrode`)

    Raises NotPercolatingError where the pores or the solid do not connect through the layer, and
    InputError on values that cannot be.
    """
    if not math.isfinite(tortuosity_factor):
        raise NotPercolatingError(
            "the pore space does not connect through the layer, so no ion reaches its depth: "
            "no discharge curve"
        )
    if not electronic_conductivity > 0.0:
        raise NotPercolatingError(
            "the solid does not connect through the layer, so no electron leaves it: "
            "no discharge curve"
        )
    conducting = porosity if conducting_porosity is None else conducting_porosity
    if not (conducting > 0.0 and tortuosity_factor > 0.0):
        raise InputError(
            "positive_electrode: a porosity and a tortuosity factor above zero were expected"
        )
    return Electrode(
        thickness=thickness,
        porosity=porosity,
        tortuosity_factor=tortuosity_factor * porosity / conducting,
        active_fraction=am_fraction,
        surface_area=reacting_area(am_pore_area, am_cbd_area, cbd_nanoporosity),
        particle_radius=particle_radius,
        electronic_conductivity=electronic_conductivity,
        material=material,
    )

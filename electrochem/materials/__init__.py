"""Cited parameter sets of electrochemical materials, one a file."""

from electrochem.materials import (
    graphite_chen2020,
    lipf6_landesfeind2019,
    lipf6_nyman2008,
    nmc622,
    nmc811_chen2020,
)
from electrochem.materials.active_material import ActiveMaterial, Constant
from electrochem.materials.electrolyte import ConstantProperty, Electrolyte
from electrochem.materials.lithium_metal import LithiumMetal

# Names that a scenario may use.
ACTIVE_MATERIALS = {
    "nmc622": nmc622.MATERIAL,
    "nmc811_chen2020": nmc811_chen2020.MATERIAL,
    "graphite_chen2020": graphite_chen2020.MATERIAL,
}
ELECTROLYTES = {
    "lipf6_nyman2008": lipf6_nyman2008.electrolyte,
    "lipf6_landesfeind2019": lipf6_landesfeind2019.electrolyte,
}

__all__ = [
    "ACTIVE_MATERIALS",
    "ELECTROLYTES",
    "ActiveMaterial",
    "Constant",
    "ConstantProperty",
    "Electrolyte",
    "LithiumMetal",
]

"""Cited parameter sets of electrochemical materials, one a file."""

from electrochem.materials import (
    graphite_chen2020,
    graphite_mohtat2020,
    lipf6_landesfeind2019,
    lipf6_nyman2008,
    lipf6_valoen2005,
    nmc532_mohtat2020,
    nmc622,
    nmc711_song2025,
    nmc811_chen2020,
)
from electrochem.materials.active_material import ActiveMaterial, Constant
from electrochem.materials.electrolyte import ConstantProperty, Electrolyte
from electrochem.materials.lithium_metal import LithiumMetal

# Names that a scenario may use.
POSITIVE_MATERIALS = {
    "nmc622": nmc622.MATERIAL,
    "nmc811_chen2020": nmc811_chen2020.MATERIAL,
    "nmc711_song2025": nmc711_song2025.MATERIAL,
    "nmc532_mohtat2020": nmc532_mohtat2020.MATERIAL,
}
NEGATIVE_MATERIALS = {
    "graphite_chen2020": graphite_chen2020.MATERIAL,
    "graphite_mohtat2020": graphite_mohtat2020.MATERIAL,
}
ACTIVE_MATERIALS = POSITIVE_MATERIALS | NEGATIVE_MATERIALS
ELECTROLYTES = {
    "lipf6_nyman2008": lipf6_nyman2008.electrolyte,
    "lipf6_landesfeind2019": lipf6_landesfeind2019.electrolyte,
    "lipf6_valoen2005": lipf6_valoen2005.electrolyte,
}

__all__ = [
    "ACTIVE_MATERIALS",
    "ELECTROLYTES",
    "NEGATIVE_MATERIALS",
    "POSITIVE_MATERIALS",
    "ActiveMaterial",
    "Constant",
    "ConstantProperty",
    "Electrolyte",
    "LithiumMetal",
]

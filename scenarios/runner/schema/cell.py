"""Section `cell`: what a cell of the structure delivers."""

from typing import Annotated, Literal

from pydantic import Field

from scenarios.runner.schema.protocol import Impedance, Step
from scenarios.runner.schema.quantities import (
    ArealCapacity,
    Concentration,
    ContactResistanceOrZero,
    Integer,
    Length,
    OpenShare,
    PositiveNumber,
    Section,
    Share,
    Temperature,
    Voltage,
    bounded,
)
from scenarios.runner.schema.values import Rate

PartCount = Annotated[Integer, Field(ge=1, le=200)]


DONE_TO_IT = ("rates", "protocol", "cycles", "initial_state_of_charge", "impedance")
"""Keys that say what is done to the cell; the others say what it is."""


class Cell(Section):
    """The cell whose discharge is simulated."""

    kind: Literal["full", "half", "none"] = Field(
        "full", description="Against graphite, against lithium metal, or no discharge at all."
    )
    active_material: Literal[
        "nmc622", "nmc811_chen2020", "nmc711_song2025", "nmc532_mohtat2020"
    ] = Field("nmc622", description="Parameter set of the positive active material.")
    negative_material: Literal["graphite_chen2020", "graphite_mohtat2020"] = Field(
        "graphite_chen2020", description="Full cell: parameter set of the negative electrode."
    )
    electrolyte: Literal["lipf6_nyman2008", "lipf6_landesfeind2019", "lipf6_valoen2005"] = Field(
        "lipf6_nyman2008",
        description="Parameter set of the LiPF6 electrolyte, in EC:EMC 3:7 or, valoen2005, in "
        "PC:EC:DMC.",
    )
    concentration: Concentration = Field("1.0 mol/L", description="Salt concentration at rest.")
    temperature: bounded(Temperature, at_least=-20, at_most=60) = Field(
        "25 degC",
        description="Temperature of the cell, one everywhere; a parameter set without activation "
        "energies holds at 25 degC only.",
    )
    rates: Annotated[tuple[Rate, ...], Field(min_length=1)] = Field(
        ("1C",), description="C-rates to discharge at, of the nominal capacity."
    )
    protocol: tuple[Step, ...] = Field(
        (), description="Steps to take the cell through, beside the rates; empty for none."
    )
    cycles: Annotated[Integer, Field(ge=1, le=100)] = Field(
        1, description="How often the protocol is gone through."
    )
    initial_state_of_charge: Share = Field(
        1.0,
        description="Where the protocol begins, as a share of the charge between the voltage "
        "limits; discharges at the rates begin charged.",
    )
    impedance: Impedance | None = Field(
        None, description="A spectrum of the rested cell, such as { state_of_charge = 0.5 }."
    )
    lower_voltage: Voltage = Field("3.0 V", description="The discharge ends here.")
    upper_voltage: Voltage = Field("4.2 V", description="Open-circuit voltage at the start.")
    nominal_capacity: ArealCapacity | None = Field(
        None,
        description="Basis of the C-rates; by default what the active material holds between the "
        "voltage limits.",
    )
    np_ratio: bounded(PositiveNumber, above=1) = Field(
        1.1, description="Full cell: negative over positive areal capacity; at 1 lithium plates."
    )
    negative_porosity: OpenShare = Field(0.3, description="Full cell: porosity of the graphite.")
    negative_active_fraction: OpenShare = Field(
        0.65, description="Full cell: volume share of graphite in the negative electrode."
    )
    sizes: Annotated[Integer, Field(ge=1, le=20)] = Field(
        1,
        description="Classes of particles of equal volume, each with the median diameter of its "
        "own; 1 takes the median of all.",
    )
    parts: tuple[PartCount, PartCount, PartCount] = Field(
        (1, 1, 1),
        description="Parts of the coating along z, y and x whose own porosity, transport, surface "
        "and active share the cell has; one part takes the means.",
    )
    contact_resistance: ContactResistanceOrZero = Field(
        "0 ohm*cm^2",
        description="Of coating on collector where all of the foil is touched; where a run has a "
        "foil, the cell's is this over the share that is.",
    )
    film_resistance: ContactResistanceOrZero = Field(
        "0 ohm*cm^2", description="Of a film on the positive particles' reacting surface."
    )
    separator_thickness: Length = Field("20 um", description="Thickness of the separator.")
    separator_porosity: OpenShare = Field(0.45, description="Porosity of the separator.")
    separator_tortuosity_factor: bounded(PositiveNumber, at_least=1) = Field(
        2.5, description="Tortuosity factor of the separator, D_eff = porosity D / factor."
    )

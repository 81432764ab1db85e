"""The scenario: a typed, frozen tree of sections; SI floats inside, units in the file."""

from typing import Annotated

from pydantic import Field

from scenarios.runner.schema.analysis import Analysis
from scenarios.runner.schema.binder import Binder
from scenarios.runner.schema.cell import Cell
from scenarios.runner.schema.decomposition import Decomposition
from scenarios.runner.schema.electrode import Electrode
from scenarios.runner.schema.image import Image
from scenarios.runner.schema.materials import Materials
from scenarios.runner.schema.meshes import Meshes
from scenarios.runner.schema.output import Output
from scenarios.runner.schema.particle import Particle
from scenarios.runner.schema.process import Calendering, Mechanics
from scenarios.runner.schema.quantities import Integer, Section, Text
from scenarios.runner.schema.recipe import Recipe
from scenarios.runner.schema.strip import Strip
from scenarios.runner.schema.table import Table
from scenarios.runner.schema.values import Target
from scenarios.runner.schema.voxels import Voxels

__all__ = ["Image", "Meshes", "Particle", "Recipe", "Scenario", "Table", "Target"]


class Heading(Section):
    """What the scenario is called, and its seed."""

    name: Annotated[Text, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)] = Field(
        description="Name of the scenario; names the run folder. By default the file's name."
    )
    description: Text = Field("", description="One sentence on what the scenario shows.")
    seed: Annotated[Integer, Field(ge=0, lt=2**63)] = Field(
        1, description="Seed of every random draw: same scenario, same seed, same result."
    )
    versions: dict[str, str] = Field(
        {}, description="Versions that a run was made with; written by the run, not read."
    )


class Scenario(Section):
    """Everything that a run does; every section but `electrode` may be left out."""

    scenario: Heading = Field(description="Name, description and seed.")
    electrode: Electrode = Field(description="Where the electrode comes from.")
    materials: Materials = Field(
        default_factory=Materials, description="What the electrode is made of."
    )
    binder: Binder = Field(
        default_factory=Binder, description="How the carbon-binder domain is placed."
    )
    decomposition: Decomposition = Field(
        default_factory=Decomposition, description="How particles are divided into grains."
    )
    mechanics: Mechanics = Field(
        default_factory=Mechanics, description="How the quasi-static motion is integrated."
    )
    calendering: Calendering = Field(
        default_factory=Calendering, description="What the electrode is pressed to."
    )
    strip: Strip = Field(
        default_factory=Strip, description="A strip of web that passes under a real roll."
    )
    voxels: Voxels = Field(
        default_factory=Voxels, description="How moved grains become a volume again."
    )
    analysis: Analysis = Field(
        default_factory=Analysis, description="Transport through the structure."
    )
    cell: Cell = Field(default_factory=Cell, description="The cell that is discharged.")
    output: Output = Field(
        default_factory=Output, description="What a run writes beside its tables."
    )

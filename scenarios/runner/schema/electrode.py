"""Section `electrode`: where the electrode comes from, one kind a file."""

from typing import Annotated

from pydantic import Field

from scenarios.runner.schema.image import Image
from scenarios.runner.schema.meshes import Meshes
from scenarios.runner.schema.particle import Particle
from scenarios.runner.schema.recipe import Recipe
from scenarios.runner.schema.table import Table

Electrode = Annotated[Recipe | Image | Meshes | Particle | Table, Field(discriminator="kind")]

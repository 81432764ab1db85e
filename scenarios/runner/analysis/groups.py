"""All groups of figures in their order, and which of them are chosen."""

from dem.errors import InputError
from scenarios.runner.analysis.areas import AREAS
from scenarios.runner.analysis.chords import CHORDS
from scenarios.runner.analysis.connectivity import CONNECTIVITY
from scenarios.runner.analysis.fractions import FRACTIONS
from scenarios.runner.analysis.group import Group
from scenarios.runner.analysis.mercury import MERCURY, MERCURY_SIDES
from scenarios.runner.analysis.network import NETWORK
from scenarios.runner.analysis.particles import PARTICLES
from scenarios.runner.analysis.paths import PATHS
from scenarios.runner.analysis.porosities import POROSITIES
from scenarios.runner.analysis.representativeness import REPRESENTATIVENESS
from scenarios.runner.analysis.sizes import SIZES
from scenarios.runner.analysis.surface import SURFACE
from scenarios.runner.analysis.transport import TRANSPORT
from scenarios.runner.refusals import suggestion

FIRST = FRACTIONS
"""Always measured: it takes no time, and says whether there is a coating at all."""
GROUPS: dict[str, Group] = {
    group.name: group
    for group in (
        POROSITIES, CONNECTIVITY, PATHS, AREAS, PARTICLES, SIZES, MERCURY, MERCURY_SIDES, CHORDS,
        NETWORK, SURFACE, REPRESENTATIVENESS, TRANSPORT,
    )
}  # fmt: skip


def chosen(only: str | None, without: str | None) -> list[Group]:
    """The groups of `--only NAMES` in the order of the names, those that `--without NAMES` leaves,
    or all, in their own; FIRST not among them. Raises InputError for both and for names of no
    group."""
    if only is not None and without is not None:
        raise InputError("--only and --without were both given; expected one of the two")
    if only is not None:
        return [GROUPS[name] for name in _names(only, "--only")]
    names = _names(without, "--without") if without is not None else []
    return [group for name, group in GROUPS.items() if name not in names]


def _names(text: str, option: str) -> list[str]:
    """Each name once, in the order given."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in GROUPS:
            raise InputError(
                f'{option}: "{name}" is no group of figures{suggestion(name, GROUPS)}; expected '
                f"some of {', '.join(GROUPS)}"
            )
    return names

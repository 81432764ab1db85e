"""The arguments of the command `calendem`."""

import argparse
from collections.abc import Sequence
from importlib import metadata


def parser() -> argparse.ArgumentParser:
    """Subcommands and their options; `command` names the one that was given."""
    top = argparse.ArgumentParser(
        prog="calendem",
        description="Calender a lithium-ion electrode in the computer: from a tomography or a "
        "recipe to its structure, transport and discharge.",
        epilog="Exit codes: 0 done; 2 the input is wrong, nothing was written; 3 the run failed, "
        "its last checkpoint is good; 130 interrupted, can be resumed.",
    )
    top.add_argument("--version", action="version", version=f"calendem {_version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("list", help="name the bundled scenarios")

    check = commands.add_parser("check", help="explain a scenario, or say what is wrong with it")
    _add_file(check, optional=True)
    check.add_argument(
        "--json-schema", action="store_true", help="print the JSON Schema of scenarios, for editors"
    )

    run = commands.add_parser("run", help="run a scenario")
    _add_file(run)
    run.add_argument(
        "-o", "--output", metavar="DIR", help="folder of the run (default: ./<scenario name>-run)"
    )
    _add_threads(run)

    resume = commands.add_parser("resume", help="continue a run that was stopped")
    resume.add_argument("folder", metavar="DIR", help="folder of the run")
    _add_threads(resume)

    report = commands.add_parser("report", help="write the report of a run again")
    report.add_argument("folder", metavar="DIR", help="folder of the run")

    analyse = commands.add_parser("analyse", help="measure the structure of a label volume")
    _add_reading(analyse)
    analyse.add_argument(
        "-o", "--output", metavar="DIR", help="folder of the results (default: ./<volume>-run)"
    )
    analyse.add_argument(
        "--only",
        metavar="NAMES",
        help="measure these groups of figures alone, such as "
        "sizes,mercury; a wrong name lists them all",
    )
    analyse.add_argument("--without", metavar="NAMES", help="measure all groups but these")
    analyse.add_argument(
        "--sides",
        choices=("symmetric", "periodic"),
        help="in-plane boundary (default: as the file says, else symmetric)",
    )
    analyse.add_argument(
        "--fractions",
        metavar="FILE",
        help="HDF5 file with the phases' shares of each voxel, as voxels.phase_fractions has a run "
        "write it: areas come from these, and a second diffusivity",
    )
    analyse.add_argument(
        "--tensor", action="store_true", help="transport along y and x too: the full tensors"
    )
    analyse.add_argument(
        "--richardson",
        action="store_true",
        help="transport at half the resolution too, extrapolated with its uncertainty",
    )
    analyse.add_argument(
        "--fields", action="store_true", help="potentials and fluxes of transport for ParaView"
    )
    _add_set(
        analyse,
        "a value of the scenario, such as "
        "materials.active_material.density='4.7 g/cm^3'; may be repeated",
    )
    _add_threads(analyse)

    export = commands.add_parser("export", help="volumes in other formats, particles as surfaces")
    export.add_argument(
        "source", metavar="RUN_DIR|VOLUME", help="folder of a run, or a label volume with its size"
    )
    export.add_argument(
        "--formats", metavar="LIST", default="", help="some of tif,vti,h5,nrrd (default: none)"
    )
    export.add_argument(
        "--surfaces", choices=("none", "stl", "ply"), default="none", help="(default: none)"
    )
    export.add_argument(
        "-o", "--output", metavar="DIR", help="folder of the files (default: ./<source>-export)"
    )

    discharge = commands.add_parser(
        "discharge", help="discharge the cells of a finished run, or of a BPX file"
    )
    discharge.add_argument("folder", metavar="RUN_DIR", nargs="?", help="folder of the run")
    discharge.add_argument("--bpx", metavar="FILE", help="a cell in the BPX format instead")
    discharge.add_argument(
        "--rates", metavar="RATES",
        help="such as 0.1C,1C,C/3, of the nominal capacity of the scenario or the file (default: "
        "what the scenario asks)",
    )  # fmt: skip
    discharge.add_argument(
        "--protocol", metavar="FILE",
        help="TOML file with protocol, cycles, initial_state_of_charge or impedance, as in [cell]",
    )  # fmt: skip
    _add_set(
        discharge,
        "another cell of a run's structures, such as cell.contact_resistance='5 ohm*cm^2'; may be "
        "repeated",
    )
    discharge.add_argument(
        "-o", "--output", metavar="DIR",
        help="folder of a BPX cell's results (default: ./<file>-discharge)",
    )  # fmt: skip

    calibrate = commands.add_parser("calibrate", help="fit bonds and contacts to crushed particles")
    calibrate.add_argument(
        "file", metavar="FILE", help="a calibration file, or the name of a bundled one"
    )
    calibrate.add_argument(
        "-o", "--output", metavar="DIR", help="folder to work in, or to go on in (default: "
        "./<name>-calibration)",
    )  # fmt: skip
    _add_threads(calibrate)
    return top


def _version() -> str:
    try:
        return metadata.version("calendem")
    except metadata.PackageNotFoundError:
        return "(run from its source, not installed)"


def _add_file(command: argparse.ArgumentParser, optional: bool = False) -> None:
    command.add_argument(
        "file",
        metavar="FILE",
        nargs="?" if optional else None,
        help="a scenario file, or the name of a bundled one",
    )
    _add_set(command, "put a value over the file's; may be repeated")


def _add_set(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument(
        "--set", metavar="SECTION.KEY=VALUE", action="append", default=[], help=text
    )


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "volume",
        metavar="VOLUME",
        help="label volume (TIFF, NPY, NPZ, HDF5, NRRD, VTI) or folder of TIFF or PNG slices",
    )
    command.add_argument(
        "--voxel-size",
        metavar="LENGTH",
        help='such as "398 nm", or three along z, y, x: "32.5 nm, 37.2 nm, 37.2 nm"; else from '
        "the file",
    )
    command.add_argument(
        "--labels",
        metavar="NAME=VALUE,…",
        help="such as pore=0,active_material=1,cbd=2; else from the file",
    )
    command.add_argument(
        "--axis-order",
        metavar="AXES",
        help="such as zyx or -zyx, z through-plane from the collector up (default: as the file "
        "says, else zyx; a cube needs it)",
    )
    command.add_argument(
        "--dataset", metavar="NAME", help="dataset of an HDF5 file, array of an NPZ or VTI file"
    )
    command.add_argument(
        "--crop",
        metavar="FROM:TO,…",
        help='along z, y, x in voxels or lengths, such as "0:120, 0:120, 10 um:50 um"',
    )
    command.add_argument(
        "--thresholds",
        metavar="NAME=FROM:TO,…",
        help="grey values of each phase, such as pore=0:90,active_material=90:255",
    )
    command.add_argument(
        "--resample-to", metavar="LENGTH", help="edge of cubes that the voxels are resampled to"
    )
    command.add_argument(
        "--coarsening", metavar="N", type=_positive, help="merge N x N x N voxels into one"
    )


def _add_threads(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--threads", metavar="N", type=_positive, help="threads to use (default: all cores)"
    )


def joined(argv: Sequence[str]) -> list[str]:
    """Arguments in which a value that begins with a minus is joined to its option.

    argparse would take "-zyx" after --axis-order, "-1:5,…" after --crop, or "-1C" after --rates,
    for an option.
    """
    found: list[str] = []
    for text in argv:
        bare = text.startswith("-") and not text.startswith("--")
        if bare and found and found[-1] in ("--axis-order", "--crop", "--rates"):
            found[-1] = f"{found[-1]}={text}"
        else:
            found.append(text)
    return found


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}"; expected a whole number from 1 up')
    return int(text)

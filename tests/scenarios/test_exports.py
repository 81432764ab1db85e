"""What `output.formats` and `output.surfaces` put into a run folder."""

import h5py
import numpy as np
import tifffile

from scenarios.runner.cli import main
from voxelize.read.written import read_written

BALL = 9.0
"""Radius [voxels]."""


def ball(tmp_path):
    """A ball of active material on a plane, in a label file."""
    z, y, x = np.indices((18, 24, 24)) + 0.5
    inside = (z - BALL) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 <= BALL**2
    path = tmp_path / "ball.tif"
    tifffile.imwrite(path, inside.astype(np.uint8))
    return path, inside


def unpressed(path, folder, *settings):
    """Run the template on a label file without pressing or discharging it."""
    settings = (
        f"electrode.image={path}", "electrode.voxel_size=0.5 um", "calendering.targets=[]",
        "cell.kind=none", "output.pictures=false", "decomposition.grain_size=4 um", *settings,
    )  # fmt: skip
    options = [part for setting in settings for part in ("--set", setting)]
    return main(["run", "tomography", "-o", str(folder), *options])


def test_volume_is_written_in_every_format_asked_for(tmp_path):
    path, inside = ball(tmp_path)
    folder = tmp_path / "run"
    formats = 'output.formats=["h5", "nrrd", "vti"]'
    assert unpressed(path, folder, formats, "output.vtk=false") == 0
    assert sorted(file.name for file in (folder / "volume").iterdir()) == [
        "as_imaged.h5", "as_imaged.nrrd", "as_imaged.particle.nrrd", "as_imaged.tif",
        "as_imaged.tif.json", "as_imaged.vti",
    ]  # fmt: skip
    with h5py.File(folder / "volume" / "as_imaged.h5") as file:
        assert np.array_equal(file["labels"][:], inside)
        assert np.array_equal(file["particle"][:], np.where(inside, 0, -1))


def test_run_is_exported_with_its_particles_and_a_volume_by_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path, inside = ball(tmp_path)
    assert unpressed(path, tmp_path / "run") == 0
    assert main(["export", "run", "--formats", "h5", "--surfaces", "stl"]) == 0
    assert sorted(p.name for p in (tmp_path / "run-export").iterdir()) == [
        "as_imaged", "as_imaged.h5", "as_imaged.stl", "as_imaged.stl.json",
    ]  # fmt: skip
    assert main(["export", "run-export/as_imaged.h5", "--formats=tif,nrrd", "-o", "again"]) == 0
    again = read_written("again/as_imaged.nrrd")
    assert np.array_equal(again.labels, inside)
    assert np.array_equal(again.particle, np.where(inside, 0, -1))
    # A TIFF has no ids: its particles are split anew.
    assert main(["export", "again/as_imaged.tif", "--surfaces=ply", "-o", "third"]) == 0
    assert (tmp_path / "third" / "as_imaged" / "particle_000000.ply").is_file()
    capsys.readouterr()
    for arguments, words in (
        (["run"], ["nothing to write", "--formats"]),
        (["run", "--formats=stl"], ["--formats", '"stl"', "tif, vti, h5, nrrd"]),
        (["third", "--formats=h5", "-o", "x"], ["third", "holds no volume"]),
        (["absent.vti", "--formats=h5", "-o", "x"], ["absent.vti", "no such file"]),
        (["ball.tif", "--formats=h5", "-o", "x"], ["ball.tif", "voxel size"]),
        (["run", "--formats=h5"], ["run-export", "not empty"]),
    ):
        assert main(["export", *arguments]) == 2
        told = capsys.readouterr().err
        assert "Traceback" not in told and all(word in told for word in words), told
    assert not (tmp_path / "x").exists()

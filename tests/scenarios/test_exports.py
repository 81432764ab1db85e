"""What `output.formats` and `output.surfaces` put into a run folder."""

import h5py
import numpy as np
import tifffile

from scenarios.runner.cli import main
from tests.voxelize.meshes.shapes import balls
from voxelize.deposit.fractions import Fractions
from voxelize.read.written import read_written
from voxelize.split.watershed import split_particles
from voxelize.volume import Volume
from voxelize.write.formats import WRITERS
from voxelize.write.fractions import write_fractions

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
    fractions = "voxels.phase_fractions=true"
    assert unpressed(path, folder, formats, fractions, "output.vtk=false") == 0
    assert sorted(file.name for file in (folder / "volume").iterdir()) == [
        "as_imaged.h5", "as_imaged.nrrd", "as_imaged.particle.nrrd", "as_imaged.tif",
        "as_imaged.tif.json", "as_imaged.vti", "as_imaged_fractions.h5",
    ]  # fmt: skip
    with h5py.File(folder / "volume" / "as_imaged.h5") as file:
        assert np.array_equal(file["labels"][:], inside)
        assert np.array_equal(file["particle"][:], np.where(inside, 0, -1))
    again = tmp_path / "again"
    assert main(["export", str(folder), "--formats=h5", "-o", str(again)]) == 0
    assert [file.name for file in again.iterdir()] == ["as_imaged.h5"]


def test_states_of_a_run_are_exported_with_the_particles_that_it_wrote(tmp_path, monkeypatch):
    """Two balls numbered against the order that splitting gives, phase fractions beside."""
    monkeypatch.chdir(tmp_path)
    volume = balls([(5, 6, 18), (5, 6, 6)], [4.0, 4.0], (10, 12, 24))
    anew = split_particles(volume.labels == 1, volume.voxel_size, periodic=False)
    assert anew.max() == 1 and not np.array_equal(anew, volume.particle)
    (tmp_path / "run" / "volume").mkdir(parents=True)
    for ending in ("tif", "vti"):
        WRITERS[ending](tmp_path / "run" / "volume" / f"2.80.{ending}", volume)
    share = Fractions(*np.zeros((3, *volume.labels.shape), np.float32))
    write_fractions(tmp_path / "run" / "volume" / "2.80_fractions.h5", share, volume)
    assert main(["export", "run", "--formats=h5", "--surfaces=stl"]) == 0
    assert sorted(p.name for p in (tmp_path / "run-export").iterdir()) == [
        "2.80", "2.80.h5", "2.80.stl", "2.80.stl.json",
    ]  # fmt: skip
    assert np.array_equal(read_written("run-export/2.80.h5").particle, volume.particle)


def test_export_that_fails_leaves_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    volume = balls([(5, 6, 6)], [4.0], (10, 12, 12))
    (tmp_path / "run" / "volume").mkdir(parents=True)
    WRITERS["tif"](tmp_path / "run" / "volume" / "2.80.tif", volume)
    (tmp_path / "run" / "volume" / "2.90.tif").write_bytes(b"II*\0")
    (tmp_path / "empty").mkdir()
    for folder in ("new", "empty"):
        assert main(["export", "run", "--formats=h5", "-o", folder]) == 2
        assert "2.90.tif" in capsys.readouterr().err
    assert not (tmp_path / "new").exists() and not any((tmp_path / "empty").iterdir())


def test_what_was_exported_is_exported_again_and_what_cannot_be_is_refused(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    _, inside = ball(tmp_path)
    particle = np.where(inside, np.int32(0), np.int32(-1))
    volume = Volume(inside.astype(np.uint8), 0.5e-6, False, 9e-6, 0.5, particle)
    (tmp_path / "run" / "volume").mkdir(parents=True)
    WRITERS["vti"](tmp_path / "run" / "volume" / "as_imaged.vti", volume)
    assert main(["export", "run", "--formats", "h5", "--surfaces", "stl"]) == 0
    assert sorted(p.name for p in (tmp_path / "run-export").iterdir()) == [
        "as_imaged", "as_imaged.h5", "as_imaged.stl", "as_imaged.stl.json",
    ]  # fmt: skip
    assert main(["export", "run-export/as_imaged.h5", "--formats=tif,nrrd", "-o", "again"]) == 0
    again = read_written("again/as_imaged.nrrd")
    assert np.array_equal(again.labels, inside)
    assert np.array_equal(again.particle, np.where(inside, 0, -1))
    # A TIFF has no ids: its particles are split anew, which is said.
    capsys.readouterr()
    assert main(["export", "again/as_imaged.tif", "--surfaces=ply", "-o", "third"]) == 0
    assert (tmp_path / "third" / "as_imaged" / "particle_000000.ply").is_file()
    assert "as_imaged.tif: holds no ids of particles" in capsys.readouterr().out
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

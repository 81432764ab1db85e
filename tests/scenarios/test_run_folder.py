"""The run folder: made only for good input, its files whole, two checkpoints kept."""

import errno
import logging
import stat

import h5py
import numpy as np
import pytest

from dem import sealed
from dem.errors import CheckpointError, InputError
from scenarios.runner.load import load
from scenarios.runner.results_file import read_figures
from scenarios.runner.run_folder import RunFolder, versions


@pytest.fixture
def folder(tmp_path):
    """A new run of the quickstart."""
    return RunFolder.create(tmp_path / "run", load("quickstart"))


def leave(path, text) -> None:
    """Write a text behind the block that seals it."""
    path.write_bytes(bytes(sealed.BLOCK) + text.encode())


def kept_text(path) -> str:
    """What a checkpoint holds behind the block that seals it."""
    return path.read_bytes()[sealed.BLOCK :].decode()


def test_new_folder_holds_the_resolved_scenario_with_versions(folder):
    assert [path.name for path in folder.path.iterdir()] == ["scenario.toml"]
    again = folder.scenario()
    assert again.electrode == load("quickstart").electrode
    assert again.scenario.versions == versions()
    assert "numpy" in versions()


def test_folder_that_holds_a_run_is_refused_and_left_alone(folder):
    before = (folder.path / "scenario.toml").read_bytes()
    with pytest.raises(InputError, match="already holds a run"):
        RunFolder.create(folder.path, load("crush"))
    assert (folder.path / "scenario.toml").read_bytes() == before


def test_two_checkpoints_are_kept(folder):
    assert folder.last_checkpoint() is None
    for number in range(1, 6):
        folder.write_checkpoint(lambda path, n=number: leave(path, f"state {n}"))
        assert kept_text(folder.last_checkpoint()) == f"state {number}"
    kept = sorted(kept_text(path) for path in (folder.path / "checkpoints").iterdir())
    assert kept == ["state 4", "state 5"]


def test_checkpoints_survive_a_full_disk(folder):
    for number in (1, 2):
        folder.write_checkpoint(lambda path, n=number: leave(path, f"state {n}"))

    def fill(path):
        path.write_text("half a sta")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        folder.write_checkpoint(fill)
    kept = sorted(kept_text(path) for path in (folder.path / "checkpoints").iterdir())
    assert kept == ["state 1", "state 2"]
    assert kept_text(folder.last_checkpoint()) == "state 2"


def test_what_a_killed_process_left_half_written_is_no_checkpoint(folder):
    folder.write_checkpoint(lambda path: leave(path, "state 1"))
    left = folder.path / "checkpoints" / ".checkpoint-000002-abc.part.h5"
    left.write_text("half a sta")
    assert kept_text(folder.last_checkpoint()) == "state 1"
    with folder.log():
        assert not left.exists()


def test_harmed_checkpoint_is_passed_over_for_the_other_and_then_replaced(folder, caplog):
    for number in (1, 2, 3):
        folder.write_checkpoint(lambda path, n=number: leave(path, f"state {n}"))
    newest = folder.last_checkpoint()
    newest.write_bytes(newest.read_bytes()[:-1])
    assert kept_text(folder.last_checkpoint()) == "state 2"
    assert kept_text(folder.last_checkpoint()) == "state 2"
    (said,) = caplog.messages
    assert f"{newest} is cut short" in said
    assert said.endswith("going on from checkpoint-000002.h5 instead")
    folder.write_checkpoint(lambda path: leave(path, "state 4"))
    kept = sorted((folder.path / "checkpoints").iterdir())
    assert [kept_text(path) for path in kept] == ["state 2", "state 4"]
    assert [path.name for path in kept] == ["checkpoint-000002.h5", "checkpoint-000004.h5"]


def test_no_good_checkpoint_is_said_in_one_sentence(folder):
    for number in (1, 2):
        folder.write_checkpoint(lambda path, n=number: leave(path, f"state {n}"))
    older, newest = sorted((folder.path / "checkpoints").iterdir())
    older.write_bytes(b"")
    newest.write_bytes(newest.read_bytes().replace(b"state 2", b"state 9"))
    with pytest.raises(CheckpointError) as refused:
        folder.last_checkpoint()
    said = str(refused.value)
    assert f"{newest} does not match its checksum" in said and f"{older} is cut short" in said
    assert "\n" not in said


def test_checkpoint_of_other_sources_is_used_with_a_warning_in_the_log(folder, monkeypatch):
    monkeypatch.setattr("dem.sealed.SOURCES", "0123456789abcdef")
    folder.write_checkpoint(lambda path: leave(path, "state 1"))
    with folder.log():
        assert kept_text(folder.last_checkpoint()) == "state 1"
    assert "was written by other sources" in (folder.path / "calendem.log").read_text()


def test_written_files_replace_the_old_only_when_whole(folder):
    folder.write_text("summary.csv", "state\nas_coated\n")
    with pytest.raises(RuntimeError):
        folder.write("summary.csv", _break)
    assert (folder.path / "summary.csv").read_text() == "state\nas_coated\n"
    assert not list(folder.path.glob(".*"))
    mode = stat.S_IMODE((folder.path / "summary.csv").stat().st_mode)
    (folder.path / "plain").touch()
    assert mode == stat.S_IMODE((folder.path / "plain").stat().st_mode)


def _break(path):
    path.write_text("sta")
    raise RuntimeError("broken off")


def test_discarding_leaves_nothing_behind(tmp_path):
    folder = RunFolder.create(tmp_path / "a" / "b" / "run", load("quickstart"))
    folder.write_text("volume/as_coated.txt", "…")
    folder.discard()
    assert list(tmp_path.iterdir()) == []


def test_folder_that_holds_anything_is_refused_and_an_empty_one_taken(tmp_path):
    RunFolder.create(tmp_path, load("quickstart")).discard()
    assert tmp_path.is_dir()
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty; expected a new or an empty folder"):
        RunFolder.create(tmp_path, load("quickstart"))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_finished_is_known_in_another_process(folder):
    assert not RunFolder.open(folder.path).is_finished
    folder.mark_finished()
    assert RunFolder.open(folder.path).is_finished
    assert RunFolder.open(folder.path).what_it_missed == ""
    assert RunFolder.open(folder.path).last_checkpoint() is None


def test_run_that_an_earlier_version_finished_is_finished(folder):
    folder.write_text("checkpoints/finished", "2.9 g/cm³ was missed")
    assert RunFolder.open(folder.path).is_finished
    assert RunFolder.open(folder.path).what_it_missed == "2.9 g/cm³ was missed"


def test_figures_are_read_with_and_without_heights_of_the_surface(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        for name in ("as_coated", "2.70"):
            group = file.create_group(f"states/{name}")
            group.attrs.update(row='{"porosity": 0.4}', checks="{}", observed="{}")
            group["profile_porosity"] = [0.4, 0.5]
        group["surface/height_um"] = np.full((2, 3), 50.0, np.float32)
        file["states"].attrs["order"] = ["as_coated", "2.70"]
    earlier, now = read_figures(tmp_path / "run.h5")
    assert earlier.surface is None
    np.testing.assert_allclose(now.surface, 50e-6, rtol=1e-6)
    assert earlier.profile == now.profile == {"profile_porosity": [0.4, 0.5]}


def test_finished_run_keeps_no_checkpoint_and_remembers_what_it_missed(folder):
    for number in (1, 2):
        folder.write_checkpoint(lambda path, n=number: leave(path, f"state {n}"))
    folder.mark_finished("3.9 g/cm³ was missed")
    assert not (folder.path / "checkpoints").exists()
    assert RunFolder.open(folder.path).what_it_missed == "3.9 g/cm³ was missed"


def test_log_holds_messages_and_warnings(folder):
    with folder.log():
        logging.getLogger("dem").info("pressed to 3.0")
        logging.getLogger("py.warnings").warning("careful")
    text = (folder.path / "calendem.log").read_text()
    assert "pressed to 3.0" in text and "careful" in text
    with folder.log():
        logging.getLogger("dem").info("resumed")
    text = (folder.path / "calendem.log").read_text()
    assert "pressed to 3.0" in text and "resumed" in text


def test_two_processes_do_not_work_on_one_run(folder):
    with folder.log():
        with (
            pytest.raises(InputError, match="another process"),
            RunFolder.open(folder.path).log(),
        ):
            pytest.fail("both went on")
        logging.getLogger("dem").info("the first goes on")
    with RunFolder.open(folder.path).log():
        pass
    assert "the first goes on" in (folder.path / "calendem.log").read_text()

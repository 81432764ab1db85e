"""Files of a finished run that were cut short or edited: named in a sentence."""

import pytest

from scenarios.runner.cli import main
from tests.scenarios.finished import finished_run


def cut_short(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return finished_run(tmp_path_factory.mktemp("damaged") / "run")


@pytest.mark.parametrize("name", ["run.h5", "summary.json"])
@pytest.mark.parametrize("damage", [cut_short, lambda path: path.write_bytes(b""),
                                    lambda path: path.unlink()])  # fmt: skip
def test_discharge_names_a_results_file_that_cannot_be_read(run, damage, name, capsys):
    path = run / name
    whole = path.read_bytes()
    damage(path)
    try:
        assert main(["discharge", str(run), "--rates", "1C"]) == 2
    finally:
        path.write_bytes(whole)
    told = capsys.readouterr().err.strip()
    assert f"{path}: it cannot be read" in told and "\n" not in told
    assert not (run / "discharge").exists()


@pytest.mark.parametrize("name", ["run.h5", "summary.json", "scenario.toml"])
def test_report_names_a_file_that_cannot_be_read(run, name, capsys):
    path = run / name
    whole = path.read_bytes() if path.is_file() else None
    path.write_bytes(b"{ not whole")
    try:
        assert main(["report", str(run)]) == 2
    finally:
        path.unlink() if whole is None else path.write_bytes(whole)
    told = capsys.readouterr().err.strip()
    assert f"{name}: it cannot be read" in told and "\n" not in told

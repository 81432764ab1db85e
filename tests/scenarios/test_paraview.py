"""The series open in ParaView itself: arrays, times and a picture that shows something."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from matplotlib.image import imread

SCRIPT = Path(__file__).resolve().parent.parent / "paraview" / "load_series.py"


@pytest.fixture(scope="module")
def loaded(synthetic_run, tmp_path_factory):
    """What ParaView found in a run, and the picture it drew."""
    missing = [tool for tool in ("pvbatch", "xvfb-run") if shutil.which(tool) is None]
    if missing:
        pytest.skip(
            f"{' and '.join(missing)} not found; on Debian: "
            "apt install paraview python3-paraview xvfb"
        )
    picture = tmp_path_factory.mktemp("paraview") / "series.png"
    # ParaView brings a Python of its own, which must not see this one's packages.
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    # Two xvfb-runs that search from the same number can pick the same display; and one may not come
    # up in time on a busy machine, which says nothing of the files: then try the next.
    for attempt in range(3):
        display = str(1000 + (os.getpid() + 7 * attempt) % 20000)
        finished = subprocess.run(
            ["xvfb-run", "-n", display, "-a", "pvbatch", str(SCRIPT), str(synthetic_run),
             str(picture)],
            env=environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        if finished.returncode == 0 or "XOpenGLRenderWindow::Initialize" not in finished.stderr:
            break
    assert finished.returncode == 0, finished.stderr[-2000:]
    (line,) = [line for line in finished.stdout.splitlines() if line.startswith("FOUND ")]
    return json.loads(line.removeprefix("FOUND ")), picture


@pytest.mark.parametrize("series", ["particles", "bonds", "cracks", "height_map", "volume"])
def test_series_has_a_time_step_for_each_state(loaded, series):
    found = loaded[0][series]
    assert found["times"] == [0.0, 1.0, 2.0]
    # As coated nothing is broken, and the crack series begins empty.
    assert min(found["cells"][series == "cracks" :]) > 0
    assert found["density"] == pytest.approx([2.4, 2.4 / 0.857, 2.4 / 0.774])


def test_grains_have_their_arrays(loaded):
    found = loaded[0]["particles"]
    assert found["point_arrays"] == {
        "radius_um": 1,
        "particle_id": 1,
        "material": 1,
        "fragment_id": 1,
        "cracked": 1,
        "von_mises_MPa": 1,
        "stress_MPa": 9,
        "particle_von_mises_MPa": 1,
        "particle_stress_MPa": 9,
        "contacts": 1,
        "coordination": 1,
        "force_chain_id": 1,
        "displacement_um": 3,
    }
    assert found["points"] == [720, 720, 720]
    # In µm, and wrapped into a footprint of 30 µm.
    low, high = found["bounds"][0:4:2], found["bounds"][1:4:2]
    assert min(low) >= 0.0
    assert max(high) <= 30.0 + 1e-5
    assert max(high) > 25.0


def test_bonds_have_their_arrays(loaded):
    found = loaded[0]["bonds"]
    expected = {"state": 1, "break_step": 1, "released_pJ": 1, "force_N": 3, "normal_force_N": 1}
    assert expected.items() <= found["cell_arrays"].items()
    assert found["cells"] == [660, 660, 660]


def test_cracks_are_polygons_with_mode_and_aperture(loaded):
    found = loaded[0]["cracks"]
    expected = {"aperture_um": 1, "mode": 1, "area_um2": 1, "break_step": 1, "particle_id": 1}
    assert expected.items() <= found["cell_arrays"].items()
    # Twelve corners each; a tenth, then two fifths of the particles are broken.
    assert found["points"] == [12 * cells for cells in found["cells"]]
    assert found["cells"][0] == 0 < found["cells"][1] < found["cells"][2]


def test_height_map_is_a_sheet_over_the_footprint(loaded):
    found = loaded[0]["height_map"]
    assert found["point_arrays"] == {"deviation_um": 1, "height_um": 1}
    assert found["cells"] == [39 * 39] * 3
    # Points in the middle of 0.75 µm voxels; heights between foil and plate.
    assert found["bounds"][:4] == pytest.approx([0.375, 29.625, 0.375, 29.625])
    assert found["bounds"][4] >= 0.0 and found["bounds"][5] <= 34.0


def test_volume_is_image_data_above_its_foil(loaded):
    found = loaded[0]["volume"]
    names = {"label": 1, "particle_id": 1, "grain_id": 1, "von_mises_MPa": 1}
    assert found["cell_arrays"] == names
    assert found["cells"] == [48 * 40 * 40] * 3
    # Three layers of foil of 0.75 µm lie below z = 0.
    assert found["bounds"] == pytest.approx([0.0, 30.0, 0.0, 30.0, -2.25, 33.75])


def test_picture_is_not_blank(loaded):
    pixels = imread(loaded[1])[..., :3]
    assert pixels.shape[:2] == (600, 800)
    # ParaView's background is one grey or a gradient between two; the electrode is coloured.
    colourful = pixels.max(axis=2) - pixels.min(axis=2) > 0.25
    assert colourful.mean() > 0.02

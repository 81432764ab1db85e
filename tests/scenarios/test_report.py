"""The report page is complete, self-contained and honest about what a run did not give."""

import base64
import io
import re
import shutil
from html.parser import HTMLParser

import h5py
import numpy as np
import pytest
from matplotlib.image import imread

from dem.errors import InputError
from scenarios.runner import pictures
from scenarios.runner.plots import by_state
from scenarios.runner.report import write_report
from scenarios.runner.results import read_run
from voxelize.volume import ACTIVE_MATERIAL, COLLECTOR, Volume
from voxelize.write.tiff import write_labels


class Page(HTMLParser):
    """Text, headings and resources of an HTML page."""

    def __init__(self, html: str):
        super().__init__()
        self.resources, self.text, self.headings = [], [], []
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        self.resources += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        if self._tag not in ("style", "script"):
            self.text.append(data)
        if self._tag in ("h1", "h2"):
            self.headings.append(data.strip())

    @property
    def plots(self) -> list[str]:
        head = "data:image/svg+xml;base64,"
        found = [r.removeprefix(head) for r in self.resources if r.startswith(head)]
        return [base64.b64decode(data).decode() for data in found]


def without_3d(run, target):
    """A copy of a run that asks for no 3-D pictures, which take seconds."""
    shutil.copytree(run, target)
    with (target / "scenario.toml").open("a") as file:
        file.write("[output]\npictures = false\n")
    return target


@pytest.fixture
def run(synthetic_run, tmp_path):
    return without_3d(synthetic_run, tmp_path / "run")


@pytest.fixture(scope="module")
def html(synthetic_run, tmp_path_factory) -> str:
    """The page of a full run."""
    folder = without_3d(synthetic_run, tmp_path_factory.mktemp("page") / "run")
    return write_report(folder).read_text(encoding="utf-8")


def page_of(folder) -> Page:
    return Page(write_report(folder).read_text(encoding="utf-8"))


def test_page_stands_alone(html):
    page = Page(html)
    assert page.resources
    assert all(resource.startswith("data:") for resource in page.resources)
    assert re.findall(r"url\(|@import|<script|<link", html) == []


def test_page_shows_every_part_of_a_full_run(html):
    headings = [heading for heading in Page(html).headings if heading]
    assert headings == [
        "synthetic",
        "Pictures",
        "States",
        "Under peak load, and what broke",
        "Pressing",
        "Stress and cracks",
        "Structure",
        "Transport",
        "Discharge",
        "Is the run to be trusted?",
        "Cross-sections",
        "Scenario",
    ]


def test_table_names_figures_with_units_and_says_what_does_not_percolate(html):
    text = " ".join("".join(Page(html).text).split())
    assert re.search(r"Density / g cm⁻³ ?2\.400 ?2\.800 ?3\.100", text)
    assert re.search(r"Porosity / % ?46\.67 ?37\.78 ?31\.11", text)
    assert re.search(r"Tortuosity factor τ² ?1\.900 ?2\.600 ?does not percolate", text)
    assert "inf" not in re.findall(r"\w+", text)
    assert "placeholder & not measured" in text


def test_table_of_the_peak_load_has_a_column_for_every_state(html):
    text = " ".join("".join(Page(html).text).split())
    # The unloaded state carries nothing; a pressure is a negative stress.
    assert re.search(r"Pressure along z / MPa ?– ?35\.0 ?35\.0", text)
    assert re.search(r"Fragments and whole particles ?60 ?66 ?84", text)


def test_breaks_are_drawn_by_what_broke_the_bond(html):
    (drawn,) = [svg for svg in Page(html).plots if "Broken bonds / –" in svg]
    for line in ("particles, tension", "particles, shear", "binder, plastic strain"):
        assert f"<!-- {line} -->" in drawn


def test_every_axis_of_every_plot_has_a_unit(html):
    page = Page(html)
    # Twelve plots and three cross-sections; Matplotlib keeps each drawn text as a comment.
    assert len(page.plots) == 15
    for svg in page.plots:
        labels = [text for text in re.findall(r"<!-- (.*?) -->", svg) if " / " in text]
        assert len(labels) >= 2, re.findall(r"<!-- (.*?) -->", svg)


def test_equal_runs_give_equal_pages(run, html):
    assert write_report(run).read_text(encoding="utf-8") == html


def test_text_of_the_scenario_is_not_taken_for_html(run):
    (run / "scenario.toml").write_text(
        '[scenario]\nname = "a<b"\ndescription = "<script>alert(1)</script>"\n'
        "[output]\npictures = false\n"
    )
    (run / "run.h5").unlink()
    shutil.rmtree(run / "volume")
    html = write_report(run).read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_run_without_pressing_shows_its_one_structure(run):
    heading, first, *_ = (run / "summary.csv").read_text().splitlines()
    (run / "summary.csv").write_text(f"{heading}\n{first}\n")
    (run / "run.h5").unlink()
    shutil.rmtree(run / "discharge")
    page = page_of(run)
    assert "Pressing" not in page.headings[1:3]
    assert "Discharge" not in page.headings
    text = "".join(page.text)
    assert "One structure of 2.40 g cm⁻³" in text and "Porosity" in text
    # Zeros of what nobody did would read as findings.
    for figure in ("Springback", "Peak pressure", "Broken bonds", "Cracked", "Crack", "peak load"):
        assert figure not in text
    assert not [svg for svg in page.plots if "Coating density" in svg]


def test_crush_run_shows_stress_against_strain(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        strain = np.linspace(0, 0.05, 20)
        file["crush/strain"] = strain
        file["crush/stress_MPa"] = 3000 * strain
        file["crush/broken_bond_fraction"] = strain
    page = page_of(tmp_path)
    assert "carried up to 150 MPa" in "".join(page.text)
    (svg,) = page.plots
    assert "Nominal stress / MPa" in svg
    assert "Broken bonds / %" in svg


def test_run_without_a_table_pictures_the_volumes_of_its_series(run):
    (run / "summary.csv").unlink()
    page = page_of(run)
    assert read_run(run).states == ["as_coated", "2.80", "3.10"]
    assert "Cross-sections" in page.headings
    assert "States" not in page.headings


def test_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no finished run"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_discharge_curves_are_read_as_named(run):
    curves = read_run(run).discharges
    assert list(curves) == ["2.40 g cm⁻³, 1C", "2.80 g cm⁻³, 1C"]
    assert curves["2.80 g cm⁻³, 1C"]["capacity_mAh_cm2"][-1] == pytest.approx(2.5)


def test_machine_without_opengl_gets_a_page_that_says_so(synthetic_run, tmp_path, monkeypatch):
    folder = shutil.copytree(synthetic_run, tmp_path / "run")
    crash = tmp_path / "crash.py"
    crash.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(pictures, "RENDERER", crash)
    page = page_of(folder)
    assert "no usable OpenGL library" in "".join(page.text)
    assert not [resource for resource in page.resources if "image/png" in resource]
    assert "Cross-sections" in page.headings


def share_of_warm(png: bytes) -> float:
    """Share of the pixels in which red stands clearly over blue: cracked particles."""
    pixels = imread(io.BytesIO(png))
    return float((pixels[..., 0] - pixels[..., 2] > 0.3).mean())


def test_cracked_particles_stand_out_in_the_pictures(synthetic_run):
    states = [pictures.read_state(synthetic_run, name) for name in ("as_coated", "3.10")]
    assert [state.particles[1] for state in states] == [0, 24]
    try:
        before, after = pictures.render(states)
    except pictures.NoPicturesError as error:
        pytest.skip(f"no picture can be rendered here: {error}")
    drawn = imread(io.BytesIO(before))[..., :3].min(axis=2) < 0.9
    assert drawn.mean() > 0.1
    assert share_of_warm(before) == 0.0
    # 24 of 60 particles; they cover about a sixth of the electrode's tenth of the picture.
    assert share_of_warm(after) > 0.01


def test_section_has_the_foil_below_and_the_fragments_colours(synthetic_run):
    state = pictures.read_state(synthetic_run, "3.10")
    image = pictures.section_image(state)
    assert (image[:3] == pictures.FOIL_COLOUR).all()
    warm = {tuple(colour) for colour in pictures.FRAGMENT_COLOURS}
    shown = {tuple(int(c) for c in colour) for colour in np.unique(image.reshape(-1, 3), axis=0)}
    assert warm & shown


def test_picture_of_labels_alone_needs_no_grains(tmp_path):
    labels = np.zeros((6, 5, 4), dtype=np.uint8)
    labels[:2], labels[2:4] = COLLECTOR, ACTIVE_MATERIAL
    (tmp_path / "volume").mkdir()
    write_labels(tmp_path / "volume" / "as_coated.tif", Volume(labels, 0.5e-6, False, 1e-6, 0.5))
    state = pictures.read_state(tmp_path, "as_coated")
    assert state.voxel_um == pytest.approx(0.5)
    assert state.bottom_um == pytest.approx(-1.0)
    assert state.particles == (1, 0)
    assert np.array_equal(state.fragment >= 0, labels == ACTIVE_MATERIAL)


@pytest.mark.parametrize("count", [1, 8, 12])
def test_no_two_states_share_a_colour(count):
    names = [f"{2.3 + 0.1 * k:.2f}" for k in range(count)]
    colours = by_state(names)
    assert list(colours) == names
    assert len(set(colours.values())) == count

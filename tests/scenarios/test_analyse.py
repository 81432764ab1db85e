"""The command `analyse` delivers what the structure functions find, in table, curves and page."""

import csv
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOXML import vtkXMLImageDataReader, vtkXMLPolyDataReader

from electrochem.structure.areas import areas
from electrochem.structure.chords import chords
from electrochem.structure.collector import collector_face
from electrochem.structure.connectivity import PHASES, connectivity
from electrochem.structure.effective_surface import effective_surface
from electrochem.structure.face_count import face_count_areas
from electrochem.structure.granulometry import granulometry
from electrochem.structure.intrusion import intrusion
from electrochem.structure.mercury import mercury_porosities
from electrochem.structure.network import pore_network
from electrochem.structure.particles import particles
from electrochem.structure.porosities import porosities
from electrochem.structure.representativeness import representativeness
from electrochem.structure.shortest_path import shortest_path
from scenarios.runner.analysis.curves import read_curves
from scenarios.runner.analysis.groups import FIRST, GROUPS
from scenarios.runner.analysis.plots import log_density
from scenarios.runner.analysis.volume_row import volume_row
from scenarios.runner.cli import main
from scenarios.runner.schema.analysis import Analysis
from tests.analytic_transport import simple_cubic_spheres
from tests.electrochem.structure.bodies import partial
from tests.scenarios.test_report import Page
from voxelize.deposit.fractions import Fractions
from voxelize.volume import ACTIVE_MATERIAL, CARBON_BINDER, COLLECTOR, PORE, Volume
from voxelize.write.fractions import write_fractions
from voxelize.write.hdf5 import write_hdf5
from voxelize.write.tiff import write_labels

H = 0.5e-6
AM_DENSITY, CBD_DENSITY = 4760.0, 1935.0
"""Defaults of the scenario [kg/m³]."""


def three_phases():
    """Spheres in a binder that coats them here and there, on a foil, periodic."""
    rng = np.random.default_rng(5)
    n, layers = 32, 26
    grid = np.indices((layers, n, n)) + 0.5
    distance = np.full((layers, n, n), np.inf)
    for centre in rng.uniform((1, 0, 0), (layers - 4, n, n), (30, 3)):
        apart = np.abs(grid - centre[:, None, None, None])
        apart[1:] = np.minimum(apart[1:], n - apart[1:])
        distance = np.minimum(distance, np.sqrt((apart**2).sum(axis=0)))
    labels = np.full((layers, n, n), PORE, np.uint8)
    labels[distance < 6.0] = CARBON_BINDER
    labels[(distance < 6.0) & (np.sin(grid).sum(axis=0) > 0.4)] = PORE
    labels[distance < 5.0] = ACTIVE_MATERIAL
    labels[:2] = COLLECTOR
    return Volume(labels, H, True, (layers - 2) * H, 0.4)


@pytest.fixture(scope="module")
def volume():
    return three_phases()


EVERYTHING = (
    # Binder a thousand times the better conductor hangs together by single voxels: no limit shows.
    "am_conductivity='1 S/m'",
    "cbd_conductivity='2 S/m'",
    "thermal_conductivity.pore='0.2 W/m/K'",
    "thermal_conductivity.active_material='4 W/m/K'",
    "thermal_conductivity.cbd='0.4 W/m/K'",
)
"""Of section `analysis`, what is not measured unless asked for."""


@pytest.fixture(scope="module")
def analysis(volume, tmp_path_factory):
    """The folder of an analysis with all groups."""
    folder = tmp_path_factory.mktemp("analysis")
    write_labels(folder / "block.tif", volume)
    given = [f"analysis.{key}" for key in EVERYTHING]
    options = [word for key in given for word in ("--set", key)] + [
        "--tensor",
        "--fields",
        "--richardson",
    ]
    out = ["-o", str(folder / "out")]
    assert main(["analyse", str(folder / "block.tif"), *out, *options]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def row(analysis):
    with (analysis / "summary.csv").open(newline="") as file:
        (found,) = csv.DictReader(file)
    return {name: float(text) for name, text in found.items() if name != "state"}


@pytest.fixture(scope="module")
def curves(analysis):
    return read_curves(analysis)


def test_all_groups_are_measured_and_every_column_is_there(analysis, row):
    summary = json.loads((analysis / "summary.json").read_text())
    assert summary["groups"] == ["fractions", *GROUPS]
    assert summary["left_out"] == {} and summary["warnings"] == []
    named = [column.name for group in (FIRST, *GROUPS.values()) for column in group.columns]
    assert len(set(named)) == len(named)
    # No shares of the voxels were given.
    assert set(row) == {name for name in named if "from_shares" not in name}


def test_what_every_state_of_a_run_has_is_the_same_here(volume, row):
    analysis = Analysis(am_conductivity="1 S/m", cbd_conductivity="2 S/m")
    for name, value in volume_row(volume, analysis, lambda share, note: None).items():
        # The table has six digits; a tensor is solved finer than a state's transport, to 1e-4.
        digits = 1e-4 if "_z" in name else 1e-5
        assert row[name] == pytest.approx(value, rel=digits, abs=1e-12), name


def test_columns_are_what_the_structure_functions_find(volume, row):
    gas = porosities(volume)
    pores, solid_domain = gas.with_nanopores, gas.without_nanopores
    joined, between, faces = connectivity(volume), areas(volume), face_count_areas(volume)
    grains, sizes, lines = particles(volume), granulometry(volume), chords(volume)
    top, sides, network = intrusion(volume), intrusion(volume, "all"), pore_network(volume)
    mercury = mercury_porosities(volume, top, AM_DENSITY, CBD_DENSITY)
    whole, seen = representativeness(volume), effective_surface(volume)
    am_spread = whole.spread["am_fraction"][0]
    ways = shortest_path(volume, "solid")
    expected = {
        "accessible_porosity": pores.accessible,
        "closed_porosity": pores.closed,
        "gauge_porosity": pores.gauge,
        "mean_surface_porosity_without_nanopores": solid_domain.mean_surface,
        "gauge_thickness_um": 1e6 * gas.gauge_thickness,
        "density_g_cm3": 1e-3 * gas.bulk_density(AM_DENSITY, CBD_DENSITY),
        "helium_density_g_cm3": 1e-3 * gas.helium_density(AM_DENSITY, CBD_DENSITY),
        "cbd_connectivity": joined.cbd.largest,
        **{f"{name}_separator_share": getattr(joined, name).to_separator for name in PHASES},
        **{f"{name}_collector_share": getattr(joined, name).to_collector for name in PHASES},
        "solid_shortest_path": ways.shortest,
        "solid_geodesic_tortuosity": ways.mean,
        "am_collector_area_m2_m3": between.am_collector,
        "am_collector_area_m2_m2": collector_face(volume).am_area,
        "wetted_area_m2_m3": between.wetted,
        "wetted_area_m2_g": 1e-3 * between.per_mass(between.wetted, AM_DENSITY, CBD_DENSITY),
        "cbd_face_count_area_m2_m3": faces[CARBON_BINDER].sum(),
        "particle_count": len(grains.diameter),
        "particle_d50_um": 1e6 * grains.d50,
        "particle_angle_deg": np.rad2deg(grains.angle),
        "particle_orientation_zz": grains.orientation[2, 2],
        "pore_size_d10_um": 1e6 * sizes.d10,
        "pore_size_d90_um": 1e6 * sizes.d90,
        "pore_throat_d50_um": 1e6 * top.throat_d50,
        "pore_throat_d50_all_sides_um": 1e6 * sides.throat_d50,
        "mercury_entrapped_share": top.entrapped_share,
        "pore_share_below_voxel": top.below_voxel_share,
        "porosity_behind_cbd": top.behind_binder,
        "porosity_mercury_apparent": mercury.apparent,
        "mercury_bulk_density_g_cm3": 1e-3 * mercury.bulk_density,
        "pore_chord_mean_z_um": 1e6 * lines.mean[0],
        "pore_chord_mean_x_um": 1e6 * lines.mean[2],
        "pore_count": len(network.volume),
        "pore_equivalent_radius_mean_um": 1e6 * network.equivalent_radius.mean(),
        "pore_coordination_mean": network.coordination.mean(),
        "pore_connectivity_band_width": network.band_width,
        "effective_surface_ratio": seen.ratio,
        "rev_index": whole.index,
        "rev_grain_size_um": 1e6 * whole.grain_size,
        "am_fraction_spread": am_spread.deviation / am_spread.whole,
    }
    for name, value in expected.items():
        # The table has six digits.
        assert row[name] == pytest.approx(value, rel=1e-5, abs=1e-12), name


def test_figures_agree_among_themselves(row):
    accounted = row["accessible_porosity"] + row["closed_porosity"] + row["cut_porosity"]
    # Sums and quotients of figures with six digits.
    assert accounted == pytest.approx(row["porosity"], rel=1e-5)
    assert row["macmullin_number"] * row["effective_diffusivity_z"] == pytest.approx(1, rel=1e-5)
    bulk = row["density_g_cm3"] / row["crystal_density_g_cm3"]
    assert 1 - bulk == pytest.approx(row["porosity"], rel=1e-5)


def test_curves_read_back_bear_their_physics(curves, row):
    phases = curves["profile_phases"]
    # All layers are whole, so their mean is the coating's.
    assert phases["porosity"].mean() == pytest.approx(row["porosity"], rel=1e-5)
    assert phases["height_um"] == pytest.approx(0.5 * np.arange(24) + 0.25)
    gas = curves["profile_porosities"]
    assert gas["accessible_porosity"].mean() == pytest.approx(row["accessible_porosity"], rel=1e-5)
    sizes = curves["pore_sizes"]
    assert (np.diff(sizes["diameter_um"]) < 0).all()
    assert sizes["so_wide_or_wider_share"][-1] == 1.0
    for inlet in ("top", "all_sides"):
        way_in, way_out = (curves[f"mercury_{w}_{inlet}"] for w in ("intrusion", "extrusion"))
        # Washburn: 4 · 0.48 N/m · cos 40° in MPa µm.
        product = way_in["pressure_MPa"] * way_in["throat_diameter_um"]
        assert product == pytest.approx(4 * 0.48 * np.cos(np.deg2rad(40)), rel=1e-5)
        assert way_out["pressure_MPa"][-1] == 0 and np.isinf(way_out["throat_diameter_um"][-1])
        share = way_in["mercury_share_of_coating"]
        assert (np.diff(share) >= 0).all()
        by_mass = share / row["density_g_cm3"]
        assert way_in["mercury_cm3_g"] == pytest.approx(by_mass, rel=2e-5)
    left = curves["mercury_extrusion_top"]["mercury_share_of_coating"][-1]
    filled = curves["mercury_intrusion_top"]["mercury_share_of_coating"][-1]
    assert left / filled == pytest.approx(row["mercury_entrapped_share"], rel=1e-5)
    for axis in "zyx":
        assert curves["pore_chords"][f"share_{axis}"].sum() == pytest.approx(1.0, rel=1e-4)
    assert len(curves["particles"]["diameter_um"]) == row["particle_count"]
    pores, throats = curves["pores"], curves["throats"]
    assert pores["coordination"].sum() == 2 * len(throats["radius_um"])
    apart = (throats["second_pore"] - throats["first_pore"]) / (len(pores["pore"]) - 1)
    width = np.sqrt((apart**2).mean())
    assert width == pytest.approx(row["pore_connectivity_band_width"], rel=1e-5)


def test_fields_open_with_fluxes_whose_mean_is_the_effective_figure(analysis, row):
    reader = vtkXMLImageDataReader()
    reader.SetFileName(str(analysis / "fields" / "as_read.vti"))
    reader.Update()
    arrays = reader.GetOutput().GetCellData()
    layers = reader.GetOutput().GetDimensions()[2] - 1
    for name, figure in (
        ("pore", row["effective_diffusivity_z"]),
        ("solid", row["electronic_conductivity_z_S_m"]),
    ):
        potential = vtk_to_numpy(arrays.GetArray(f"{name}_potential"))
        conducts = np.isfinite(potential)
        assert 0.0 < potential[conducts].min() < potential[conducts].max() < 1.0
        flux = vtk_to_numpy(arrays.GetArray(f"{name}_flux"))
        assert (np.isfinite(flux).all(axis=1) == conducts).all()
        # Electrons leave out the peaks. The third component is along z.
        solved = conducts.reshape(layers, -1).any(axis=1)
        along = np.nan_to_num(flux[:, 2]).reshape(layers, -1)[solved]
        # The table's figure is solved to 1e-4.
        assert along.mean(dtype=float) == pytest.approx(figure, rel=2e-4), name


def test_extrapolated_figures_stand_beside_their_uncertainty(row):
    for name in ("effective_diffusivity_z", "electronic_conductivity_z_S_m"):
        # Blobs of three voxels: the staircase counts, and does not carry the day.
        assert 0.0 < row[f"{name}_uncertainty"] < row[name]
        assert row[f"{name}_extrapolated"] == pytest.approx(row[name], rel=0.7)


def test_tensors_stand_in_the_table(row):
    diagonal = [row[f"effective_diffusivity_{axis}"] for axis in "zyx"]
    off = [abs(row[f"effective_diffusivity_{pair}"]) for pair in ("zy", "zx", "yx")]
    assert max(off) < min(diagonal) and 0.0 <= row["effective_diffusivity_asymmetry"] < 0.2
    heat = [row[f"thermal_conductivity_{axis}_W_mK"] for axis in "zyx"]
    # Between the least and the best conducting phase.
    assert 0.2 < min(heat) <= max(heat) < 4.0
    aside = [abs(row[f"thermal_conductivity_{pair}_W_mK"]) for pair in ("zy", "zx", "yx")]
    # Heat goes through all of it, which bends it less than pores their ions.
    assert 0.0 < max(aside) < 0.2 * min(heat)
    assert 0.0 <= row["thermal_conductivity_asymmetry"] < 0.1


def test_pore_network_opens_as_balls_and_sticks(analysis, curves):
    reader = vtkXMLPolyDataReader()
    reader.SetFileName(str(analysis / "pores" / "as_read.vtp"))
    reader.Update()
    data = reader.GetOutput()
    assert data.GetNumberOfLines() == len(curves["throats"]["radius_um"])
    arrays = data.GetPointData()
    once = vtk_to_numpy(arrays.GetArray("image")) == 0
    radius = vtk_to_numpy(arrays.GetArray("radius_um"))[once]
    # Single precision, and six digits of the table.
    assert radius == pytest.approx(curves["pores"]["equivalent_radius_um"], rel=1e-5)


def test_page_shows_each_group_with_its_columns_and_units(analysis):
    page = Page((analysis / "report.html").read_text(encoding="utf-8"))
    text = " ".join(page.text)
    for group in (FIRST, *GROUPS.values()):
        assert group.title in page.headings
        for column in group.columns:
            if "from_shares" not in column.name:
                assert column.name in text
                assert not column.alone or (column.title in text and column.meaning in text)
    assert "curves/pore_sizes.csv" in text and "pores/as_read.vtp" in text
    # Slices, and at least one plot for each group.
    assert len(page.plots) > len(GROUPS)
    assert all(resource.startswith("data:") for resource in page.resources)


def test_tensors_are_tables_of_three_by_three_with_units(analysis, row):
    html = (analysis / "report.html").read_text(encoding="utf-8")
    shown = re.findall(r"<caption>(.*?)</caption>(.*?)</table>", html, re.DOTALL)
    assert [re.sub("<.*?>", "", title) for title, _ in shown] == [
        "Effective diffusivity D_eff / D",
        "Electronic conductivity / S m⁻¹",
        "Thermal conductivity / W m⁻¹ K⁻¹",
    ]
    for (_, table), name in zip(
        shown,
        (
            "effective_diffusivity_{}",
            "electronic_conductivity_{}_S_m",
            "thermal_conductivity_{}_W_mK",
        ),
        strict=True,
    ):
        texts = re.findall(r"<td>(.*?)</td>", table)
        found = np.array([float(text.replace("−", "-")) for text in texts]).reshape(3, 3)
        assert (found == found.T).all()
        for one, first in enumerate("zyx"):
            for other, second in enumerate("zyx"[one:], start=one):
                value = row[name.format(first if one == other else first + second)]
                # Four digits of the largest entry.
                assert found[one, other] == pytest.approx(value, abs=6e-4 * found.max())


def test_every_axis_of_the_transport_plot_has_a_unit(analysis):
    page = Page((analysis / "report.html").read_text(encoding="utf-8"))
    (drawn,) = [svg for svg in page.plots if "Thermal conductivity" in svg]
    labels = re.findall(r"<!-- (.*? / .*?) -->", drawn)
    for unit in ("D_eff / D / –", "S m⁻¹", "W m⁻¹ K⁻¹"):
        assert any(label.endswith(unit) for label in labels), labels
    (surface,) = [svg for svg in page.plots if "Height over the mean" in svg]
    assert "as read: Sq" in surface


def test_page_is_written_again_from_the_folder_alone(analysis, capsys):
    before = (analysis / "report.html").read_bytes()
    assert main(["report", str(analysis)]) == 0
    assert (analysis / "report.html").read_bytes() == before


def test_log_has_the_figures(analysis):
    log = (analysis / "calendem.log").read_text(encoding="utf-8")
    assert "Pore sizes: done" in log and "pore_size_d50_um" in log


def test_areas_come_from_the_shares_of_each_voxel_where_they_are_given(tmp_path):
    # A ball of 6.5 voxels in binder over half of its height, its shares counted on 4³ points.
    shape = (20, 20, 20)
    am = partial(
        lambda z, y, x: 6.5 - np.sqrt((z - 10) ** 2 + (y - 10) ** 2 + (x - 10) ** 2), shape
    )
    labels = np.where(am >= 0.5, ACTIVE_MATERIAL, PORE).astype(np.uint8)
    domain = np.zeros(shape, bool)
    domain[:10] = True
    labels[domain & (labels == PORE)] = CARBON_BINDER
    cbd = np.where(domain, 1.0 - am, 0.0).astype(np.float32)
    shares = Fractions(am, cbd, np.where(domain, 0.0, 1.0 - am).astype(np.float32))
    volume = Volume(labels, H, False, 20 * H, 0.5)
    write_labels(tmp_path / "ball.tif", volume)
    write_fractions(tmp_path / "ball_fractions.h5", shares, volume)
    options = ["analyse", str(tmp_path / "ball.tif"), "--axis-order", "zyx", "--only", "areas"]
    given = ["--fractions", str(tmp_path / "ball_fractions.h5")]
    assert main([*options, *given, "-o", str(tmp_path / "out")]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    (row,) = summary["states"]
    found = areas(volume, shares)
    assert summary["volume"]["phase_fractions"]
    assert row["am_pore_area_m2_m3"] == pytest.approx(found.am_pore, rel=1e-5)
    assert row["am_pore_area_m2_m3"] != pytest.approx(areas(volume).am_pore, rel=1e-3)
    # Half a ball each; docs/structure.md has the bias at this size, 1 %.
    half = 2 * np.pi * 6.5**2 / 20**3 / H
    assert row["am_pore_area_m2_m3"] == pytest.approx(half, rel=0.03)
    assert row["am_cbd_area_m2_m3"] == pytest.approx(half, rel=0.03)


def octant_of_spheres(cells, inner):
    """An eighth of the cell of a cubic array of spheres of volume share 0.5, shares on inner³
    points of each voxel."""
    radius = cells * np.cbrt(0.75 * 0.5 / np.pi)
    am = partial(
        lambda z, y, x: radius - np.sqrt(z**2 + y**2 + x**2), (cells // 2,) * 3, inner
    ).astype(np.float32)
    labels = np.where(am > 0.5, ACTIVE_MATERIAL, PORE).astype(np.uint8)
    return Volume(labels, H, False, len(labels) * H, 0.5), Fractions(am, 0 * am, 1 - am)


def test_diffusivity_from_shares_stands_beside_that_from_labels_and_is_nearer(tmp_path):
    volume, shares = octant_of_spheres(48, 3)
    write_labels(tmp_path / "ball.tif", volume)
    write_fractions(tmp_path / "ball_fractions.h5", shares, volume)
    options = ["analyse", str(tmp_path / "ball.tif"), "--only", "transport", "--richardson"]
    given = ["--fractions", str(tmp_path / "ball_fractions.h5"), "-o", str(tmp_path / "out")]
    assert main([*options, *given]) == 0
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["states"]
    exact = simple_cubic_spheres(0.5, 0.0)
    name = "effective_diffusivity_z"
    stairs, cut = row[name] - exact, row[f"{name}_from_shares"] - exact
    # Asked for: a third less. docs/resolution.md has the errors, 3 and 0.2 % at this size.
    assert abs(cut) < 0.3 * abs(stairs)
    limit = row[f"{name}_from_shares_extrapolated"]
    assert abs(limit - exact) < 2 * row[f"{name}_from_shares_uncertainty"] < 2 * abs(stairs)
    space = row["tortuosity_factor_z_from_shares"] * row[f"{name}_from_shares"]
    # Of the shares themselves, whose points lie in the ball: half of the volume but for these.
    assert space == pytest.approx(float(shares.pore.mean(dtype=float)), rel=1e-5)
    assert "by the shares" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_shares_of_whole_voxels_are_said_to_hold_nothing_finer(tmp_path, capsys):
    labels = np.full((16, 18, 20), PORE, np.uint8)
    labels[4:12, :6] = ACTIVE_MATERIAL
    volume = Volume(labels, H, False, 16 * H, 0.5)
    write_labels(tmp_path / "a.tif", volume)
    am = (labels == ACTIVE_MATERIAL).astype(np.float32)
    write_fractions(tmp_path / "a.h5", Fractions(am, 0 * am, 1 - am), volume)
    options = ["--only", "transport", "--fractions", str(tmp_path / "a.h5")]
    out = ["-o", str(tmp_path / "out")]
    assert main(["analyse", str(tmp_path / "a.tif"), "--axis-order", "zyx", *options, *out]) == 0
    assert "they hold nothing finer than the labels" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["states"]
    name = "effective_diffusivity_z"
    # Whole voxels are whole voxels: both are solved to 1e-4.
    assert row[f"{name}_from_shares"] == pytest.approx(row[name], rel=2e-4)


@pytest.mark.parametrize(
    "case", ["missing", "no shares", "other voxels", "other structure", "2", "too much", "a gap"]
)
def test_fractions_of_something_else_are_refused(case, tmp_path, capsys):
    labels = np.full((16, 18, 20), PORE, np.uint8)
    labels[:, :6] = ACTIVE_MATERIAL
    volume = Volume(labels, H, False, 16 * H, 0.5)
    write_labels(tmp_path / "a.tif", volume)
    am = (labels == ACTIVE_MATERIAL).astype(np.float32)
    if case == "other voxels":
        am = am[:-1]
    if case == "other structure":
        am = am[:, ::-1]
    if case == "2":
        am = 2 * am
    cbd, pore = 0 * am, 1 - am
    if case == "too much":
        cbd = cbd + np.float32(0.25)
    if case == "a gap":
        pore = pore / 2
    path = tmp_path / "a_fractions.h5"
    if case == "no shares":
        write_hdf5(path, volume)
    elif case != "missing":
        write_fractions(path, Fractions(am, cbd, pore), volume)
    out = ["-o", str(tmp_path / "out")]
    assert main(["analyse", str(tmp_path / "a.tif"), *out, "--fractions", str(path)]) == 2
    printed = capsys.readouterr().err
    words = {
        "missing": "no such file",
        "no shares": "am",
        "other voxels": "am is of 15 × 18 × 20 voxels; expected 16 × 18 × 20",
        "other structure": "holds 0 % of active material where the volume has voxels of it",
        "2": "am has values from 0 to 2; expected shares from 0 to 1",
        "too much": "am, cbd and pore add up to 1.25 in a voxel; expected no more than 1",
        "a gap": "add up to 0.5 in a voxel of the coating; expected 1, as the volume has no",
    }
    assert "--fractions: " in printed and words[case] in printed
    assert "Traceback" not in printed and not (tmp_path / "out").exists()


def block(folder, labels):
    path = folder / "block.tif"
    write_labels(path, Volume(labels, H, False, len(labels) * H, 0.5))
    return str(path)


def without_pores():
    """A layer of active material on one of binder domain."""
    labels = np.full((8, 10, 12), ACTIVE_MATERIAL, np.uint8)
    labels[:4] = CARBON_BINDER
    return labels


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "mercry"], '--only: "mercry" is no group of figures (did you mean "mercury"?)'),
        (["--without", "sizes,foo"], '--without: "foo" is no group of figures'),
        (["--only", ""], '--only: "" is no group of figures'),
        (["--only", "sizes", "--without", "chords"], "expected one of the two"),
        (["--only", "sizes", "--fractions", "a.h5"], "--fractions: is of the groups areas and"),
        (["--set", "materials.active_material.density=-1 g/cm^3"], "active_material.density"),
        (["--only", "sizes"], "--only sizes: the coating holds no pores between its voxels"),
        (["--only", "chords,porosities"], "--only chords: the coating holds no pores"),
        # In the order asked for, not that of the page or the alphabet.
        (["--only", "network,chords,sizes"], "--only network: the coating holds no pores"),
        (["--only", "zeta,alpha"], '--only: "zeta" is no group of figures'),
        (["--crop", "0:8,3:4,0:12"], "--crop: the coating is one voxel thick along y (8 × 1 × 12"),
        (
            ["--crop", "0:8,3:4,2:3"],
            "one voxel thick along y and x (8 × 1 × 1 voxels, z, y, x); expected at least 2",
        ),
        (
            ["--voxel-size", "0.4 um", "--set", "electrode.voxel_size=0.5 um"],
            "--voxel-size 0.4 um and --set electrode.voxel_size=0.5 um give two different values",
        ),
        (
            ["--labels", "pore=0,active_material=1,cbd=2", "--set", "electrode.labels.cbd=3"],
            "--labels pore=0,active_material=1,cbd=2 and --set electrode.labels.cbd=3 give two",
        ),
        (
            ["--tensor", "--set", "analysis.tensor=false"],
            "--tensor and --set analysis.tensor=false give two different values",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused_and_nothing_is_left(options, words, tmp_path, capsys):
    path = block(tmp_path, without_pores())
    assert main(["analyse", path, "-o", str(tmp_path / "out"), *options]) == 2
    printed = capsys.readouterr().err
    assert words in printed and "Traceback" not in printed
    assert sorted(p.name for p in tmp_path.iterdir()) == ["block.tif", "block.tif.json"]


def test_what_a_killed_analysis_left_is_no_run(tmp_path, capsys):
    path, out = block(tmp_path, without_pores()), tmp_path / "out"
    assert main(["analyse", path, "--only", "surface", "-o", str(out)]) == 0
    for name in ("finished", "summary.csv", "summary.json", "report.html"):
        (out / name).unlink()
    for command in (["resume", str(out)], ["analyse", path, "-o", str(out)]):
        assert main(command) == 2
        told = capsys.readouterr().err
        assert "holds an analysis" in told and "calendem resume" not in told


def test_one_value_given_twice_is_one_value(tmp_path):
    path = block(tmp_path, without_pores())
    options = ["--voxel-size", "0.5 um", "--set", "electrode.voxel_size=500 nm"]
    given = ["--only", "surface", "-o", str(tmp_path / "out")]
    assert main(["analyse", path, *options, *given]) == 0


def test_groups_that_a_volume_cannot_show_are_left_out_with_a_warning(tmp_path, capsys):
    path = block(tmp_path, without_pores())
    assert main(["analyse", path, "-o", str(tmp_path / "out")]) == 0
    warned = [s for s in capsys.readouterr().out.splitlines() if s.startswith("warning")]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    expected = {"sizes", "mercury", "mercury_sides", "chords", "network", "representativeness"}
    assert set(summary["left_out"]) == expected
    assert len(warned) == len(summary["warnings"]) == len(expected)
    assert "Pore sizes (sizes) left out: the coating holds no pores" in warned[0]
    assert "the footprint has 10 × 12 voxels" in warned[-1]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "the coating holds no pores" in page and "does not percolate" in page
    assert summary["states"][0]["macmullin_number"] is None


@pytest.mark.parametrize("seed", range(5))
def test_densities_over_a_logarithm_keep_what_they_are_of(seed):
    rng = np.random.default_rng(seed)
    size = np.sort(10.0 ** rng.uniform(-1, 1, 12))[::-1]
    share = rng.random(12)
    edges, density = log_density(size, share)
    assert (np.diff(edges) > 0).all()
    # Sums of a dozen numbers: rounding alone.
    assert density @ np.diff(np.log10(edges)) == pytest.approx(share.sum(), rel=1e-12)


def test_heavy_groups_are_left_out_where_asked(tmp_path, volume):
    write_labels(tmp_path / "block.tif", volume)
    options = ["--without", ",".join(name for name in GROUPS if name not in ("sizes", "surface"))]
    given = ["--set", "materials.active_material.density=2 g/cm^3"]
    assert main(["analyse", str(tmp_path / "block.tif"), "-o", str(tmp_path / "out"), *options,
                 *given, "--sides", "symmetric"]) == 0  # fmt: skip
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["groups"] == ["fractions", "sizes", "surface"]
    assert summary["left_out"]["mercury"] == "not asked for"
    assert not summary["volume"]["periodic"]
    (row,) = summary["states"]
    assert "pore_size_d50_um" in row and "pore_throat_d50_um" not in row
    assert sorted(read_curves(tmp_path / "out")) == ["pore_sizes", "profile_phases"]


def test_cracks_are_told_apart_but_count_as_pores_where_they_did(tmp_path):
    labels = np.full((16, 24, 24), ACTIVE_MATERIAL, np.uint8)
    labels[:, :8] = PORE
    labels[:, :, 12] = np.where(labels[:, :, 12] == ACTIVE_MATERIAL, 4, labels[:, :, 12])
    path = block(tmp_path, labels)
    assert main(["analyse", path, "--only", "areas", "-o", str(tmp_path / "out")]) == 0
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())["states"]
    # Planes along the grid: two faces of the crack over 16 of 24 rows, per 24 voxels of width.
    assert row["am_crack_area_m2_m3"] == pytest.approx(2 * 16 / 24 / 24 / H, rel=0.03)
    assert row["am_pore_area_m2_m3"] > row["am_crack_area_m2_m3"]


def test_every_column_and_curve_stands_in_the_documentation(curves):
    text = (Path(__file__).parents[2] / "docs" / "analyse.md").read_text(encoding="utf-8")
    told = {name for word in re.findall(r"`([^`\s]+)`", text) for name in spelled_out(word)}
    named = {column.name for group in (FIRST, *GROUPS.values()) for column in group.columns}
    assert named <= told
    assert set(curves) <= told and set(GROUPS) <= told


def spelled_out(word):
    """All names that a word with alternatives in braces stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", word)]
    return {"".join(chosen) for chosen in itertools.product(*parts)}

"""The bundled scenarios, the schema that editors use, and the resolved file of a run."""

import json
import tomllib
from typing import get_args

import numpy as np
import pytest
import tifffile

from electrochem.materials import ACTIVE_MATERIALS, ELECTROLYTES
from scenarios.runner.bundled import bundled
from scenarios.runner.cli import main
from scenarios.runner.explain import explain
from scenarios.runner.load import load, resolved_text
from scenarios.runner.refusals import all_keys
from scenarios.runner.schema import Scenario
from scenarios.runner.schema.cell import Cell


@pytest.fixture
def label_file(tmp_path):
    """A small label volume: a ball of active material with binder around it."""
    z, y, x = np.indices((24, 20, 20))
    distance = np.sqrt((z - 12) ** 2 + (y - 10) ** 2 + (x - 10) ** 2)
    labels = np.where(distance < 8, 1, np.where(distance < 9, 2, 0)).astype(np.uint8)
    path = tmp_path / "labels.tif"
    tifffile.imwrite(path, labels)
    return path


def settings_of(name: str, label_file) -> list[str]:
    """What a bundled scenario cannot know: the template's own image."""
    if name != "tomography":
        return []
    return [f"electrode.image={label_file}", "electrode.voxel_size=0.5 um"]


@pytest.mark.parametrize("name", sorted(bundled()))
def test_bundled_scenario_passes_its_check(name, label_file, capsys):
    options = [part for s in settings_of(name, label_file) for part in ("--set", s)]
    assert main(["check", name, *options]) == 0
    assert "nothing wrong found" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(bundled()))
def test_resolved_scenario_reads_back_as_the_same(name, label_file, tmp_path):
    scenario = load(name, settings_of(name, label_file))
    resolved = tmp_path / "elsewhere" / "scenario.toml"
    resolved.parent.mkdir()
    resolved.write_text(resolved_text(scenario, {"calendem": "0.1.0"}))
    again = load(str(resolved))
    assert again.scenario.versions == {"calendem": "0.1.0"}
    without = {"versions": {}}
    heading = again.scenario.model_copy(update=without)
    assert again.model_copy(update={"scenario": heading}) == scenario


def test_resolved_scenario_holds_every_default():
    resolved = tomllib.loads(resolved_text(load("quickstart"), {}))
    assert (
        resolved["mechanics"].keys()
        == Scenario.model_fields["mechanics"].annotation.model_fields.keys()
    )
    assert resolved["scenario"]["seed"] == load("quickstart").scenario.seed


def test_list_names_every_bundled_scenario_from_any_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["list"]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert listed == {"quickstart", "tomography", "crush", "strip", "lim2025", "beuse2021"}


def test_image_path_is_relative_to_the_file_and_from_set_to_the_working_folder(
    label_file, tmp_path, monkeypatch
):
    project = tmp_path / "project"
    project.mkdir()
    (project / "labels.tif").write_bytes(label_file.read_bytes())
    text = '[electrode]\nkind = "image"\nimage = "labels.tif"\nvoxel_size = "0.5 um"\n'
    (project / "mine.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    scenario = load("project/mine.toml")
    assert scenario.electrode.image == project / "labels.tif"
    assert scenario.scenario.name == "mine"
    overridden = load("project/mine.toml", ["electrode.image=labels.tif"])
    assert overridden.electrode.image == tmp_path / "labels.tif"


def test_set_value_is_toml_and_else_a_string():
    scenario = load(
        "quickstart",
        [
            "scenario.seed=7",
            "electrode.loading=6 mg/cm^2",
            'calendering.targets=["2.9 g/cm^3"]',
            "output.pictures=false",
            "mechanics.damping=0.5",
            "electrode.size_modes.0.spread=30 %",
        ],
    )
    assert scenario.scenario.seed == 7
    assert scenario.electrode.loading == 0.06
    assert [target.value for target in scenario.calendering.targets] == [2900.0]
    assert scenario.output.pictures is False
    assert scenario.mechanics.damping == 0.5
    assert scenario.electrode.size_modes[0].spread == 0.3


def test_every_key_has_a_sentence():
    for path, name, section in all_keys():
        sentence = section.model_fields[name].description
        assert sentence and sentence.endswith((".", '"')), f"{path}.{name}: {sentence}"


def test_check_explains_every_key_of_the_scenario():
    scenario = load("quickstart")
    text = explain(scenario)
    for key in ("loading", "bond_tensile_strength", "inertial_number", "targets", "rates"):
        assert f"  {key} = " in text
    assert f"  step_factor = {scenario.mechanics.step_factor:g}   (default)" in text
    assert '  kind = "recipe"\n' in text


def test_json_schema_is_one_and_knows_every_section(capsys):
    assert main(["check", "--json-schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["properties"]) == set(Scenario.model_fields)
    assert schema["additionalProperties"] is False
    loading = schema["$defs"]["Recipe"]["properties"]["loading"]
    assert loading["type"] == "string" and loading["description"]
    assert _references(schema) <= {f"#/$defs/{name}" for name in schema["$defs"]}


def _references(node) -> set[str]:
    if isinstance(node, dict):
        found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return found.union(*(_references(value) for value in node.values()))
    return set().union(*(_references(value) for value in node)) if isinstance(node, list) else set()


def test_scenario_offers_the_parameter_sets_that_exist():
    offered = get_args(Cell.model_fields["active_material"].annotation)
    assert set(offered) < set(ACTIVE_MATERIALS)
    assert set(get_args(Cell.model_fields["electrolyte"].annotation)) == set(ELECTROLYTES)

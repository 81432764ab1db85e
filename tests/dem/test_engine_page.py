"""The example on the engine's page runs as it stands there."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "engine.md"


def test_example_presses_a_packing(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    exec(compile(example, str(PAGE), "exec"), names)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 21
    heights = [float(line.split()[0]) for line in lines[:-1]]
    # A strain of 0.2 in 20 equal parts, printed to two digits.
    assert heights[-1] == 9.82
    assert heights == sorted(heights, reverse=True)
    ledger = names["energies"](names["sim"])
    assert names["sim"].pressure > 0.0
    assert abs(ledger.residual) < 0.01 * ledger.work

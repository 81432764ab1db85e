"""The scenarios that come with the program."""

from importlib import resources


def bundled() -> dict[str, str]:
    """Text of every bundled scenario by its name."""
    folder = resources.files("scenarios")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in files}

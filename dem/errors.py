"""Errors that a user's input can cause."""


class InputError(ValueError):
    """The input is wrong: one clear sentence that names the file, the key and what was expected."""


class CheckpointError(InputError):
    """A checkpoint is cut short, altered or of another format; one sentence that names the file."""

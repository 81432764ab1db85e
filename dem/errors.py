"""What ends a run: input that is wrong, and motion that means nothing any more."""


class InputError(ValueError):
    """The input is wrong: one clear sentence that names the file, the key and what was expected."""


class CheckpointError(InputError):
    """A checkpoint is cut short, altered or of another format; one sentence that names the file."""


class Unstable(RuntimeError):
    """The motion left the range in which it means anything: one sentence that names the grain, the
    step and what to change; `sim` is the simulation as it stood then, where there is one."""

    def __init__(self, text: str, sim=None):
        super().__init__(text)
        self.sim = sim

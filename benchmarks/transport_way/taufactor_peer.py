"""TauFactor's CPU solver on one thread; runs in an environment that need not hold the project.

    python taufactor_peer.py '{"labels": FILE.npy, "phase": 0, "criterion": 1e-3}'

Prints one line of JSON.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy as np
import taufactor
import torch


def main() -> None:
    """One solve."""
    torch.set_num_threads(1)
    asked = json.loads(sys.argv[1])
    labels = np.load(asked["labels"])
    # A virtual machine must first be given its memory: not to be timed, here as elsewhere.
    np.ones(12 * labels.size)
    begun = time.process_time()
    if "conductivity" in asked:
        conductivity = {int(phase): value for phase, value in asked["conductivity"].items()}
        solver = taufactor.MultiPhaseSolver(labels, cond=conductivity, device="cpu")
    else:
        solver = taufactor.Solver((labels == asked["phase"]).astype(np.uint8), device="cpu")
    solver.solve(
        iter_limit=asked.get("iterations", 10000), verbose=False, conv_crit=asked["criterion"]
    )
    print(json.dumps({
        "value": float(np.ravel(solver.D_eff)[0]),
        "iterations": int(solver.iter),
        "converged": bool(solver.converged),
        "cpu_seconds": time.process_time() - begun,
        "version": version("taufactor"),
    }))  # fmt: skip


if __name__ == "__main__":
    main()

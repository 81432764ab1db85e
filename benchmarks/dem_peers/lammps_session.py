"""Run a job of `lammps_decks.py`; started by the Python that has LAMMPS, and needs nothing else."""

import json
import sys
import time

from lammps import lammps


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    session = lammps(cmdargs=["-log", "none", "-screen", "none"])
    session.commands_string(job["setup"])
    variables = {name: [session.extract_variable(name)] for name in job["variables"]}
    wall, cpu = time.perf_counter(), time.process_time()
    session.commands_string(job["timed"])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for name, values in variables.items():
        values.append(session.extract_variable(name))
    session.commands_string(job["final"])
    print("RESULT " + json.dumps({"wall": wall, "cpu": cpu, **variables}))


if __name__ == "__main__":
    main()

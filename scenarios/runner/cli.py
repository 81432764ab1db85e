"""The command `calendem`: its arguments, its commands, and the exit code that it ends with.

What lists and helps loads no more than it needs; `commands` loads the rest of the program.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Sequence

from dem.errors import InputError
from scenarios.runner.arguments import joined, parser
from scenarios.runner.bundled import bundled
from scenarios.runner.ending import (
    DONE,
    FAILED,
    FAILURES,
    INTERRUPTED,
    WRONG_INPUT,
    failed,
    reason,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    args = parser().parse_args(joined(sys.argv[1:] if argv is None else argv))
    try:
        return _command(args)
    except InputError as error:
        return failed(str(error), WRONG_INPUT)
    except KeyboardInterrupt:
        return failed("stopped", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except FAILURES as error:
        return failed(str(error) or type(error).__name__, FAILED)
    except OSError as error:
        return failed(reason(error), FAILED)


def _command(args: argparse.Namespace) -> int:
    if args.command == "list":
        return _list()
    from scenarios.runner.commands import COMMANDS

    return COMMANDS[args.command](args)


def _list() -> int:
    names = bundled()
    width = max(map(len, names))
    for name, text in names.items():
        print(f"{name:<{width}}  {tomllib.loads(text)['scenario']['description']}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())

"""The command line: kinetools rerun, kinetools report, kinetools demo."""

import argparse
import sys
import time
from pathlib import Path

from .errors import InputError

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130
DEMO_RUNS = Path("results/demo")
NAMED = ("-p", "--parameter")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 (a notebook failed) or 2 (bad input)."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        options = _parser().parse_args(_joined(given))
        return options.run(options)
    except InputError as error:
        return _complain(error, BAD_INPUT)
    except RuntimeError as error:  # a cell of a notebook failed
        return _complain(error, FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted; what was executed so far is kept.", INTERRUPTED)


def _complain(message, status: int) -> int:
    print(f"kinetools: {message}", file=sys.stderr)
    return status


def _joined(arguments: list[str]) -> list[str]:
    """`-p NAME VALUE` as `-p NAME=VALUE`, so that argparse never takes -9e3 for an option."""
    joined, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        joined.append(word)
        if word in NAMED and len(rest) > 1 and "=" not in rest[0]:
            joined.append(f"{rest.pop(0)}={rest.pop(0)}")
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kinetools",
        description="Run kinetools notebooks with other parameters, and report on them.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    rerun = commands.add_parser(
        "rerun",
        help="run a notebook with other parameters",
        description="Run a notebook with other parameters, kept whole in one run directory.",
    )
    rerun.add_argument("notebook")
    rerun.add_argument(
        *NAMED,
        action="append",
        default=[],
        metavar="NAME VALUE",
        help="a parameter of the notebook; may be given again; lists and tables as JSON",
    )
    rerun.add_argument("--run-dir", help="default: results/NOTEBOOK/PARAMETERS-HASH")
    rerun.add_argument("--timeout", type=float, help="seconds that any one cell may take")
    rerun.add_argument(
        "--fresh", action="store_true", help="run again, replacing the run in the directory"
    )
    rerun.set_defaults(run=_rerun)

    report = commands.add_parser("report", help="write runs as a folder of offline web pages")
    report.add_argument("run_dirs", nargs="+", metavar="RUN_DIR")
    report.add_argument("-o", "--output", default="report")
    report.set_defaults(run=_report)

    demo = commands.add_parser("demo", help="run notebooks at workshop scale and report on them")
    demo.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    demo.add_argument("-o", "--output", default="report")
    demo.set_defaults(run=_demo)
    return parser


def _rerun(options) -> int:
    from .reruns import OUTPUT, rerun

    parameters = {}
    for text in options.parameter:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"-p {text} has no value: give it as -p {text} VALUE.")
        parameters[name] = value
    started = time.time()
    run_dir = rerun(
        options.notebook,
        parameters,
        run_dir=options.run_dir,
        timeout=options.timeout,
        fresh=options.fresh,
    )
    if (run_dir / OUTPUT).stat().st_mtime < started:
        print("This run is already complete; --fresh runs it again.", file=sys.stderr)
    print(run_dir)
    return 0


def _report(options) -> int:
    from .report import build_report

    print(build_report(options.run_dirs, options.output))
    return 0


def _demo(options) -> int:
    from .report import build_report
    from .reruns import rerun

    run_dirs = []
    for position, notebook in enumerate(options.notebooks, start=1):
        print(f"[{position}/{len(options.notebooks)}] {notebook}", flush=True)
        started = time.monotonic()
        stem = Path(notebook).stem
        run_dirs.append(rerun(notebook, run_dir=DEMO_RUNS / stem, fresh=True))
        print(f"      done in {time.monotonic() - started:.0f} s", flush=True)
    index = build_report(run_dirs, options.output, title="kinetools demo")
    print(f"\nReport: {index.resolve()}")
    return 0

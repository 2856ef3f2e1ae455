"""The runs of a transfer study: which there are, where each one's result is kept, the table of them."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..store import write_text

NO_SOURCE = "–"
ZERO_SHOT = {
    "published": ("source as it is",),
    "residual": ("residual source as it is", "re-centred source"),
}
TILTS = {"logistic tilt ×1": 1.0, "logistic tilt ×2": 2.0, "logistic tilt ×4": 4.0}
METHODS = {
    "fine-tuned": "the source's published generator, fine-tuned as in Choudhury et al. 2022",
    "from scratch": "the same training from random weights, without a source",
    "source as it is": "the source's published generator, its Km used around the target",
    "residual source as it is": "the source's residual generator, its Km used around the target",
    "re-centred source": "the source's residual generator with the target's concentrations (its Km/S "
    "are kept): no training, no labelled sets",
    "residual fine-tuned": "the re-centred generator, fine-tuned on the spectra of the target's model: "
    "no labelled sets, but `evaluations` of the model",
    **{name: "every Km shifted by itself, fitted on the same labelled sets" for name in TILTS},
    "prior": "ORACLE's sampling; its incidence is the share that rejection keeps",
    "rejection": "samples of the prior that have the label: exact, at the cost of `evaluations`",
}
COLUMNS = {
    "source": "steady state that the generator was trained around (– for methods without one)",
    "target": "steady state that parameter sets are made for",
    "method": "how: see `attrs['methods']`",
    "n_sets": "labelled sets of the target that the method was given",
    "repeat": "number of the repeat; each has labelled sets and random weights of its own",
    "incidence_best_of_checkpoints": "highest incidence of the checkpoints seen while training, as "
    "published: the luckiest of many",
    "incidence": "share of freshly generated sets that have the label",
    "share_stable": "share of them with λ_max < 0",
    "kl_max": "largest divergence of a parameter from relevant sets of the target, in nat",
    "kl_mean": "its mean over the parameters, in nat",
    "spread_ratio": "standard deviation of ln Km over that of relevant sets, mean over the parameters",
    "auc": "quick classifier two-sample test: 0.5 for the same distribution, 1 for separate ones",
    "evaluations": "parameter sets of the target whose spectrum was needed: labelled sets, checkpoints, "
    "the relevance signal (judging left out)",
    "discriminator_accuracy": "mean over the last 200 epochs; 0.9 or more: failed, as published",
    "seconds": "measured, of making the generator (judging left out)",
}
NUMBERS = [name for name in COLUMNS if name not in ("source", "target", "method")]
COUNTED = ("n_sets", "repeat", "evaluations")
FOLDER, STUDY = "runs", "parameters.json"


@dataclass(frozen=True)
class Run:
    """One run: a method, from a source to a target, with so many labelled sets, for the nth time."""

    source: str
    target: str
    method: str
    n_sets: int = 0
    repeat: int = 1

    @property
    def file(self) -> str:
        """Name of the file of its result."""
        words = list(map(str, asdict(self).values()))
        digest = hashlib.blake2b(json.dumps(words).encode(), digest_size=4).hexdigest()
        return re.sub(r"[^\w.+-]+", "-", "_".join(words))[:100] + f"-{digest}.json"

    def __str__(self):
        where = self.target if self.source == NO_SOURCE else f"{self.source} → {self.target}"
        sets = f", {self.n_sets} sets" if self.n_sets else ""
        return f"{self.method}, {where}{sets}, repeat {self.repeat}"


def planned(kinds: dict, pairs, sizes, repeats: int, scratch: bool) -> list[Run]:
    """All runs in the order in which they are made, whole repeats one after the other.

    kinds: source → presets of its generators; pairs: (source, target) in order.
    """
    targets = list(dict.fromkeys(target for _, target in pairs))
    runs = [Run(NO_SOURCE, t, method) for t in targets for method in ("prior", "rejection")]
    for source, target in pairs:
        for kind in kinds[source]:
            runs += [Run(source, target, method) for method in ZERO_SHOT[kind]]
    for repeat in range(1, repeats + 1):
        for target in targets:
            sources = [s for s, t in pairs if t == target]
            for n in sizes:
                runs += [Run(NO_SOURCE, target, name, n, repeat) for name in TILTS]
                runs += [
                    Run(s, target, "fine-tuned", n, repeat)
                    for s in sources
                    if "published" in kinds[s]
                ]
                if scratch:
                    runs.append(Run(NO_SOURCE, target, "from scratch", n, repeat))
            runs += [
                Run(s, target, "residual fine-tuned", 0, repeat)
                for s in sources
                if "residual" in kinds[s]
            ]
    return runs


class StudyDirectory:
    """A study's folder: what it is in parameters.json, one small file a finished run."""

    def __init__(self, path):
        self.path = Path(path)

    def claim(self, settings: dict, named: dict, plan: list[Run]) -> None:
        """Make the folder this study's own, or check that it is.

        settings: what must be the same in every call; named: kind → {name: fingerprint}, to which
        later calls may add. The plan is the latest call's.
        """
        settings, named = json.loads(json.dumps([settings, named]))
        file = self.path / STUDY
        if file.is_file():
            known = self.study
            for key, value in settings.items():
                if known["settings"].get(key) != value:
                    raise self._differs(key, known["settings"].get(key), value)
            for kind, names in named.items():
                before = known["named"].get(kind, {})
                for name in names:
                    if before.get(name, names[name]) != names[name]:
                        raise self._differs(f"{kind} {name!r}", before[name], names[name])
                named[kind] = before | names
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise InputError(
                f"{self.path}: is no transfer study and not empty; choose another run_dir."
            )
        content = {
            "format": "kinetools transfer study",
            "settings": settings,
            "named": named,
            "plan": [list(asdict(run).values()) for run in plan],
        }
        if not file.is_file() or content != self.study:
            write_text(file, json.dumps(content, indent=1, ensure_ascii=False) + "\n")

    def _differs(self, what, known, given) -> InputError:
        return InputError(
            f"{self.path}: holds a transfer study with another {what} ({known} instead of {given}); "
            "choose another run_dir."
        )

    @property
    def study(self) -> dict:
        """What parameters.json says; InputError where there is no study."""
        file = self.path / STUDY
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            content = None
        except ValueError:
            raise InputError(f"{file}: is no JSON; restore it or use another run_dir.") from None
        if not isinstance(content, dict) or content.get("format") != "kinetools transfer study":
            raise InputError(
                f"{self.path}: holds no transfer study; give the run_dir of transfer_study."
            )
        return content

    def done(self, run: Run) -> bool:
        """Whether a run has finished."""
        return (self.path / FOLDER / run.file).is_file()

    def write(self, run: Run, result: dict) -> None:
        """Keep the result of a finished run, atomically."""
        # JSON has no NaN.
        row = asdict(run) | {k: None if np.isnan(v) else v for k, v in result.items()}
        text = json.dumps(row, indent=1, ensure_ascii=False, allow_nan=False)
        write_text(self.path / FOLDER / run.file, text + "\n")

    def table(self):
        """What has finished, a `pandas.DataFrame`; its attrs say what is still missing."""
        import pandas as pd

        study = self.study
        rows = [_read(file) for file in sorted((self.path / FOLDER).glob("[!.]*.json"))]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        table = table.astype({name: float for name in NUMBERS})
        table = table.astype({name: int for name in COUNTED})
        names = [*study["named"].get("source", {}), *study["named"].get("target", {}), NO_SOURCE]
        orders = {"method": list(METHODS), "source": names, "target": names}
        keys = ["method", "source", "target", "n_sets", "repeat"]
        table = table.sort_values(
            keys, key=lambda c: c.map(orders[c.name].index) if c.name in orders else c
        ).reset_index(drop=True)
        plan = [Run(*values) for values in study["plan"]]
        missing = [str(run) for run in plan if not self.done(run)]
        table.attrs = {
            "columns": COLUMNS,
            "methods": METHODS,
            "planned": len(plan),
            "missing": missing,
            "settings": study["settings"],
        }
        return table


def _read(file) -> dict:
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
        Run(*(row[name] for name in Run.__dataclass_fields__))
        return row
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"{file}: is no result of a run; delete it and repeat the call to make it again."
        ) from None

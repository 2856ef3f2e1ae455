"""What the steps of building a model did, in words, in numbers and as tables."""

from collections import Counter
from dataclasses import dataclass, field

Row = tuple[str, str, str]  # what happened, to which reaction or metabolite, and why


@dataclass(frozen=True)
class StepReport:
    """What one step did.

    rows: (what, id, note), such as ("removed reaction", "FBA3", "no transitions and not needed");
    reactions, metabolites, labelled: how many the model has after the step, and how many of the
    reactions have transitions.
    """

    step: str
    rows: tuple[Row, ...]
    reactions: int
    metabolites: int
    labelled: int

    @classmethod
    def of(cls, step: str, rows, draft) -> "StepReport":
        """The report of a step that led to a draft."""
        model = draft.model
        counts = len(model.reactions), len(model.metabolites), len(draft.labelled)
        return cls(step, tuple(rows), *counts)

    def __str__(self):
        counts = Counter(what for what, _, _ in self.rows)
        done = ", ".join(f"{n} × {what}" for what, n in counts.items()) or "nothing to do"
        return (
            f"{self.step}: {done}; {self.reactions} reactions ({self.labelled} with transitions), "
            f"{self.metabolites} metabolites"
        )

    def ids(self, what: str) -> list[str]:
        """Reactions or metabolites to which something happened, in order."""
        return [identifier for done, identifier, _ in self.rows if done == what]

    def table(self):
        """A `pandas.DataFrame` with a row for everything that happened: what, id, note."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=["what", "id", "note"])


@dataclass(frozen=True)
class BuildReport:
    """What all steps did, and how large the model became beside a published one.

    steps: in order; sizes: of the model ("reactions", "metabolites", "labelled"); published: the
    same of the model it is compared with, where known, and its source.
    """

    steps: tuple[StepReport, ...]
    sizes: dict[str, int]
    published: dict = field(default_factory=dict)

    def __str__(self):
        lines = [str(step) for step in self.steps]
        for what, n in self.sizes.items():
            known = self.published.get(what)
            lines.append(f"{what}: {n}" + (f" (published: {known})" if known is not None else ""))
        return "\n".join(lines)

    def __getitem__(self, step: str) -> StepReport:
        """The report of a step, by its name."""
        for report in self.steps:
            if report.step == step:
                return report
        raise KeyError(f"there is no step {step!r}, only {', '.join(s.step for s in self.steps)}")

    def table(self):
        """A `pandas.DataFrame` with a row for each step: sizes after it and what it did."""
        import pandas as pd

        rows = [
            {
                "step": s.step,
                "reactions": s.reactions,
                "metabolites": s.metabolites,
                "with transitions": s.labelled,
                "what it did": ", ".join(
                    f"{n} × {w}" for w, n in Counter(r[0] for r in s.rows).items()
                ),
            }
            for s in self.steps
        ]
        return pd.DataFrame(rows).set_index("step")

    def comparison(self):
        """A `pandas.DataFrame` of sizes: of the model built, and of the published one."""
        import pandas as pd

        found = {**dict.fromkeys(self.published), **self.sizes}
        found.pop("source", None)
        return pd.DataFrame(
            {"built": found, "published": {k: self.published.get(k) for k in found}}
        ).astype("Int64")

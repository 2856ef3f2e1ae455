"""Step: transitions that count a metabolite's carbons in another way than the others are left out."""

from collections import Counter, defaultdict

from .draft import Draft
from .report import StepReport

STEP = "carbon counts"


def reconcile_carbons(draft: Draft) -> tuple[Draft, StepReport]:
    """The draft with one number of carbons for every metabolite: that of most reactions.

    Tables of transitions often count only the carbons that a carrier hands over (the acyl group of
    acyl-CoA), and may not do so everywhere. All transitions of a reaction that counts otherwise are
    left out; it needs curated ones.
    """
    counts = defaultdict(dict)  # metabolite -> reaction -> carbons
    for t in draft.transitions:
        for m, atoms in (*t.reactants, *t.products):
            counts[m].setdefault(t.reaction, len(atoms))
            if counts[m][t.reaction] != len(atoms):
                counts[m][t.reaction] = -1  # the reaction disagrees with itself
    left_out: dict[str, str] = {}
    # The most widely used metabolites decide first: what disagrees with them has no say any more.
    for m in sorted(counts, key=lambda m: (-len(counts[m]), m)):
        votes = {r: n for r, n in counts[m].items() if r not in left_out}
        if len(set(votes.values())) <= 1 and -1 not in votes.values():
            continue
        ranking = Counter(n for n in votes.values() if n > 0)
        # a tie goes to the smaller number, which leaves the carrier out
        usual = min(ranking, key=lambda n: (-ranking[n], n), default=0)
        for reaction, n in votes.items():
            if n != usual:
                found = f"{n} carbons" if n > 0 else "different numbers of carbons"
                left_out[reaction] = f"{m} has {found} here, {usual} elsewhere"
    rows = [("left out transition", r, why) for r, why in sorted(left_out.items())]
    kept = tuple(t for t in draft.transitions if t.reaction not in left_out)
    new = Draft(draft.model, kept, draft.one_way, draft.conditions)
    return new, StepReport.of(STEP, rows, new)

"""Figures over all reactions of how precisely posteriors know them, and in words."""

import numpy as np


def posterior_summary(table) -> dict:
    """Of one posterior's rows of `compare_precision`.

    reactions: how many; mean_cv and median_cv: over them; cv_above_1: how many have a mean within one
    standard deviation of 0, where the CV says little and yet rules the mean; median_width and
    median_prior_width, mmol/gDW/h; median_narrowing: width over the prior's.
    """
    cv = table["cv"].to_numpy(float)
    known = cv[np.isfinite(cv)]
    return {
        "reactions": len(table),
        "mean_cv": float(known.mean()) if len(known) else float("nan"),
        "median_cv": _median(known),
        "cv_above_1": int((~(cv <= 1)).sum()),
        "median_width": _median(table["width"]),
        "median_prior_width": _median(table["prior_width"]),
        "median_narrowing": _median(table["narrowing"]),
    }


def widths_summary(table, first_cv, second_cv) -> dict:
    """Of one pair's rows of `precision_pairs`, and the CVs of both.

    narrower: reactions whose interval is narrower in the second; narrower_data: the same after dividing
    each width by its prior's, of with_prior reactions; narrower_prior: of the priors; smaller_cv: reactions
    with a smaller CV in the second; median_ratio, median_prior_ratio, median_data_ratio; median_overlap.
    """
    both = table["data_ratio"].notna()
    return {
        "reactions": len(table),
        "narrower": int((table["ratio"] < 1).sum()),
        "with_prior": int(both.sum()),
        "narrower_data": int((table["data_ratio"] < 1).sum()),
        "narrower_prior": int((table["prior_ratio"] < 1).sum()),
        "smaller_cv": int((second_cv < first_cv).sum()),
        "median_ratio": _median(table["ratio"]),
        "median_prior_ratio": _median(table["prior_ratio"]),
        "median_data_ratio": _median(table["data_ratio"]),
        "median_overlap": _median(table["overlap"]),
    }


def pair_sentence(figures: dict, level: float, interval: str) -> str:
    """The figures of a pair in words."""
    first, second, n = figures["first"], figures["second"], figures["reactions"]
    text = (
        f"Of {n} reactions that both have, {figures['narrower']} have a narrower {100 * level:.4g} % "
        f"{interval} interval in {second} than in {first} (median ratio of widths "
        f"{figures['median_ratio']:.2f})"
    )
    if not figures["with_prior"]:
        return (
            f"{text}; without both priors, nobody can say how much of that the networks alone do."
        )
    of = "" if figures["with_prior"] == n else f" of {figures['with_prior']}"
    return (
        f"{text}; {figures['narrower_prior']}{of} of the priors are narrower, too (median ratio "
        f"{figures['median_prior_ratio']:.2f}), and relative to its prior, {figures['narrower_data']}{of} "
        f"are (median ratio {figures['median_data_ratio']:.2f})."
    )


def _median(values) -> float:
    """Of those that are known; NaN where none is."""
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    return float(np.median(known)) if len(known) else float("nan")

"""Has a sampling run converged? R-hat, effective sample size, and agreement of chains that started apart.

R-hat alone is not enough: chains that all start in one region can agree with each other and miss another
that holds most of the probability. So chains start from optima and from the prior, and have to agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.stats import norm

from ..data import number
from ..errors import InputError
from .diagnostics import (
    classical_r_hat,
    constant,
    ess_bulk,
    folded,
    normal_scores,
    r_hat,
)

R_HAT = 1.01
ESS = 400.0
PUBLISHED_R_HAT = 1.1
DIFFERENCE = 0.1  # standard deviations between groups of chains that matter
CHANCE = 1e-3  # that groups which agree are said to differ by chance, in any quantity
LOG_LIKELIHOOD = "log-likelihood"


@dataclass(frozen=True, eq=False)
class Convergence:
    """A verdict on a run: `converged`, a `sentence` that says why, and the figures behind it.

    mixed: every flux that varies and the log-likelihood reach the limits of R-hat and effective sample
    size; agree: groups of chains that started differently agree (None if all started in one way);
    converged: both; published_share: of the net fluxes that vary, with a classical R-hat of at most 1.1
    (the published criterion asks for 0.8); table: DataFrame, one row a quantity that varies, with `kind`
    ("net", "exchange" or "log-likelihood"), `reaction`, `r_hat`, `ess_bulk`, `mean`, and, with several
    groups, the clearest `difference` of two of them in standard deviations, its `z`, and mean_<group>.
    """

    converged: bool
    mixed: bool
    agree: bool | None
    sentence: str
    published_share: float
    table: "pandas.DataFrame" = field(repr=False)  # noqa: F821 (pandas is not imported for a name)

    def __str__(self):
        return self.sentence


def check_convergence(
    net_flux,
    exchange_flux,
    log_likelihood,
    reactions: Sequence[str],
    *,
    starts: Sequence[str] | None = None,
    varies=None,
    r_hat_limit: float = R_HAT,
    ess_limit: float = ESS,
) -> Convergence:
    """Judge the draws of several chains.

    net_flux, exchange_flux: (chain, draw, reaction), mmol/gDW/h, exchange_flux NaN or 0 where there is
    none; log_likelihood: (chain, draw); reactions: ids; starts: for each chain, what it started from or
    how it was run, such as "optima", "prior", "tempered"; varies: (reaction,) bool, net fluxes that the
    flux space lets vary, to notice chains that never moved (default: those that do vary).
    Raises InputError where shapes do not fit.
    """
    net, lp = np.asarray(net_flux, float), np.asarray(log_likelihood, float)
    chains = checked_shape(net, lp, reactions)
    r_hat_limit = number(r_hat_limit, "r_hat_limit", positive=True)
    ess_limit = number(ess_limit, "ess_limit", positive=True)
    starts = checked_starts(starts, chains)
    parts, kinds, ids = [net, lp[:, :, None]], ["net"] * net.shape[2], list(reactions)
    kinds.append(LOG_LIKELIHOOD)
    ids.append("")
    if exchange_flux is not None:
        exchange = np.asarray(exchange_flux, float)
        if exchange.shape != net.shape:
            raise InputError(
                f"exchange_flux has the shape {exchange.shape}, net_flux {net.shape}; give the same."
            )
        parts.append(np.nan_to_num(exchange))
        kinds += ["exchange"] * net.shape[2]
        ids += list(reactions)
    values = np.concatenate(parts, axis=2)
    still = constant(values)
    stuck = (
        still
        & np.r_[
            np.zeros(net.shape[2], bool) if varies is None else np.asarray(varies, bool),
            np.zeros(values.shape[2] - net.shape[2], bool),
        ]
    )
    shown = np.flatnonzero(~still | stuck)
    values = values[:, :, shown]
    table = figures(values, [kinds[i] for i in shown], [ids[i] for i in shown], starts)
    table.loc[stuck[shown], ["r_hat", "ess_bulk"]] = np.inf, 0.0
    groups = list(dict.fromkeys(starts))
    return verdict(table, net, groups, r_hat_limit, ess_limit)


def checked_shape(net, lp, reactions):
    """Number of chains; InputError if arrays do not fit each other or hold no numbers."""
    if net.ndim != 3 or net.shape[2] != len(reactions) or lp.shape != net.shape[:2]:
        raise InputError(
            f"expected net_flux (chain, draw, {len(reactions)} reactions) and log_likelihood "
            f"(chain, draw), found the shapes {net.shape} and {lp.shape}."
        )
    if net.shape[1] < 4 or not net.shape[0]:
        raise InputError(
            f"{net.shape[0]} chains of {net.shape[1]} draws cannot be judged; four draws are the least."
        )
    if not (np.isfinite(net).all() and np.isfinite(lp).all()):
        raise InputError("net_flux and log_likelihood must be finite numbers in every draw.")
    return len(net)


def checked_starts(starts, chains: int) -> list[str]:
    """One label a chain."""
    starts = ["one start"] * chains if starts is None else [str(start) for start in starts]
    if len(starts) != chains:
        raise InputError(f"starts names {len(starts)} chains, but there are {chains}; name each.")
    return starts


def figures(values, kinds, ids, starts):
    """The table of `Convergence`: values (chain, draw, quantity)."""
    import pandas as pd

    table = pd.DataFrame(
        {
            "kind": kinds,
            "reaction": ids,
            "r_hat": r_hat(values),
            "ess_bulk": ess_bulk(values),
            "mean": values.mean(axis=(0, 1)),
        }
    )
    starts = np.array(starts)
    groups = list(dict.fromkeys(starts.tolist()))
    if len(groups) > 1 and values.shape[2]:
        members = [starts == group for group in groups]
        table["difference"], table["z"] = group_differences(values, members)
        for group, member in zip(groups, members):
            table[f"mean_{group}"] = values[member].mean(axis=(0, 1))
    return table


def group_differences(values, members):
    """Clearest difference (quantity,) of two groups of chains, in standard deviations, and its z.

    Of the normal scores of the values (position) and of their distances from the median (spread), so that
    tails do not hide it; z is the difference over its Monte Carlo standard error.
    """
    differences, zs = [], []
    for scores in (normal_scores(values), normal_scores(folded(values))):
        means, errors = [], []
        for member in members:
            part = scores[member]
            ess = np.nan_to_num(ess_bulk(part), nan=1.0)  # a group that stands still is one draw
            means.append(part.mean(axis=(0, 1)))
            errors.append(part.var(axis=(0, 1)) / ess)
        for a, b in combinations(range(len(members)), 2):
            differences.append(np.abs(means[a] - means[b]))
            zs.append(differences[-1] / np.sqrt(np.maximum(errors[a] + errors[b], 1e-30)))
    differences, zs = np.array(differences), np.array(zs)
    worst = np.argmax(zs + 1e9 * (differences > DIFFERENCE), axis=0)[None]
    return (np.take_along_axis(x, worst, axis=0)[0] for x in (differences, zs))


def verdict(table, net, groups, r_hat_limit, ess_limit) -> Convergence:
    """Put the figures into words."""
    shares = classical_r_hat(net)
    shares = shares[~np.isnan(shares)]
    published_share = float(np.mean(shares <= PUBLISHED_R_HAT)) if len(shares) else float("nan")
    apart, scarce = table[~(table.r_hat <= r_hat_limit)], table[~(table.ess_bulk >= ess_limit)]
    mixed = bool(len(table)) and apart.empty and scarce.empty
    agree, disagreeing = None, table.iloc[:0]
    if len(groups) > 1:
        tests = 2 * len(table) * len(groups) * (len(groups) - 1) / 2
        limit = norm.isf(CHANCE / 2 / max(1, tests))
        disagreeing = table[(table.z > limit) & (table.difference > DIFFERENCE)]
        agree = disagreeing.empty
    reasons = []
    if table.empty:
        reasons.append("nothing varies, in any chain")
    if not apart.empty:
        worst = apart.loc[apart.r_hat.fillna(np.inf).idxmax()]
        reasons.append(
            f"{len(apart)} of {len(table)} quantities have an R-hat above {r_hat_limit:g}, up to "
            f"{worst.r_hat:.3g} ({name(worst)})"
        )
    if not scarce.empty:
        worst = scarce.loc[scarce.ess_bulk.fillna(0).idxmin()]
        reasons.append(
            f"{len(scarce)} of {len(table)} have fewer than {ess_limit:g} effective draws, down to "
            f"{worst.ess_bulk:.0f} ({name(worst)})"
        )
    if agree is False:
        reasons.append(disagreement(disagreeing, groups))
    if reasons:
        sentence = "Not converged: " + "; ".join(reasons) + "."
    else:
        worst, least = table.loc[table.r_hat.idxmax()], table.loc[table.ess_bulk.idxmin()]
        reached = (
            f"every flux that varies and the log-likelihood have an R-hat of at most {worst.r_hat:.4f} "
            f"({name(worst)}) and at least {least.ess_bulk:.0f} effective draws ({name(least)})"
        )
        if agree:
            sentence = f"Converged: {reached}, and {listed(groups)} agree."
        else:
            sentence = (
                f"Mixed, but not shown to be converged: {reached}, yet all chains started in one way, so "
                "that another region may have been missed; start chains from optima and from the prior."
            )
    return Convergence(
        converged=bool(mixed and agree),
        mixed=bool(mixed),
        agree=agree,
        sentence=sentence,
        published_share=published_share,
        table=table,
    )


def disagreement(rows, groups) -> str:
    """Which quantities differ between groups of chains, the log-likelihood first."""
    of_lp = rows[rows.kind == LOG_LIKELIHOOD]
    fluxes = rows[rows.kind != LOG_LIKELIHOOD].sort_values("difference", ascending=False)
    parts = []
    for row in [*of_lp.itertuples(), *fluxes.head(1).itertuples()]:
        means = ", ".join(f"{rows.at[row.Index, f'mean_{g}']:.3g} {g}" for g in groups)
        many = row.kind != LOG_LIKELIHOOD and len(fluxes) > 1
        count = f"{len(fluxes)} fluxes, most in " if many else ""
        parts.append(f"{count}{name(row)} (means: {means})")
    return f"{listed(groups)} disagree in " + " and in ".join(parts)


def name(row) -> str:
    """A row of the table in words."""
    if row.kind == LOG_LIKELIHOOD:
        return LOG_LIKELIHOOD
    return row.reaction if row.kind == "net" else f"exchange of {row.reaction}"


def listed(groups) -> str:
    """Kinds of chains in words."""
    return "chains " + " and ".join(map(repr, groups))

"""The draws of a posterior as arrays, checked once: what summaries, comparisons and pictures work with."""

from functools import cached_property

import numpy as np

from ..errors import InputError
from .diagnostics import ess_bulk, r_hat
from .flux_model import near

FLUXES = ("net", "exchange")


class FluxDraws:
    """Draws of the net (or exchange) fluxes of all reactions.

    posterior: InferenceData of `sample_fluxes` (or anything with `.posterior`), or a Dataset with net_flux
    over (chain, draw, reaction); flux: "net" or "exchange"; where: what messages call it.
    reactions: tuple of ids; values: (chain, draw, reaction), mmol/gDW/h; log_likelihood: (chain, draw) or
    None; varies: (reaction,) bool, which net fluxes the flux space lets vary, or None where that is not
    known; samples are counted chain by chain. Where draws were thinned for a file, what R-hat and effective
    sample sizes were of all of them is taken from its constant data (net_r_hat, net_ess). Raises InputError
    for anything else and for numbers that are not finite.
    """

    def __init__(self, posterior, flux: str = "net", where: str = "the posterior"):
        if flux not in FLUXES:
            raise InputError(f"flux={flux!r}: choose one of {', '.join(map(repr, FLUXES))}.")
        dataset = getattr(posterior, "posterior", posterior)
        self.where, self.flux = where, flux
        self.values, self.reactions = _array(dataset, f"{flux}_flux", where)
        self.log_likelihood = _log_likelihood(posterior, self.values.shape[:2], where)
        prior = getattr(posterior, "prior", None)
        self._prior = None if prior is None or f"{flux}_flux" not in prior else prior
        self.attrs = dict(getattr(dataset, "attrs", {}))
        self.varies = _varies(posterior, self.reactions) if flux == "net" else None
        self._before = _before_thinning(posterior, flux, self.values)
        self._index = {r: k for k, r in enumerate(self.reactions)}

    def __len__(self):
        return self.values.shape[0] * self.values.shape[1]

    def __contains__(self, reaction):
        return reaction in self._index

    def index(self, reaction: str) -> int:
        """Position of a reaction; InputError if there is none of this id."""
        if reaction not in self._index:
            raise InputError(
                f"{self.where} has no reaction {reaction!r}; {near(reaction, self.reactions)}"
            )
        return self._index[reaction]

    def place(self, sample: int) -> tuple[int, int]:
        """(chain, draw) of a sample."""
        return divmod(int(sample), self.values.shape[1])

    def samples(self, reaction: str) -> np.ndarray:
        """(sample,) of a reaction."""
        return self.by_reaction[self.index(reaction)]

    def prior(self, reaction: str) -> np.ndarray | None:
        """(sample,) of the prior, or None where the posterior came without."""
        known = self._priors.get(reaction)
        return None if known is None else known[np.isfinite(known)]

    @cached_property
    def _priors(self) -> dict:
        """{reaction: (sample,)}, read at once: from a file, one after the other takes minutes."""
        if self._prior is None:
            return {}
        known = self._prior[f"{self.flux}_flux"].transpose("reaction", ...)
        values = np.asarray(known.values, float).reshape(known.sizes["reaction"], -1)
        return dict(zip(map(str, known["reaction"].values), values))

    @cached_property
    def by_reaction(self) -> np.ndarray:
        """(reaction, sample)."""
        return np.ascontiguousarray(self.values.reshape(-1, len(self.reactions)).T)

    @cached_property
    def sorted(self) -> np.ndarray:
        """(reaction, sample), each reaction's values in rising order."""
        return np.sort(self.by_reaction, axis=1)

    @cached_property
    def median(self) -> np.ndarray:
        """(reaction,)."""
        n = len(self)
        return (self.sorted[:, (n - 1) // 2] + self.sorted[:, n // 2]) / 2

    @cached_property
    def mean(self) -> np.ndarray:
        """(reaction,)."""
        return self.by_reaction.mean(axis=1)

    @cached_property
    def sd(self) -> np.ndarray:
        """Standard deviations (reaction,)."""
        return self.by_reaction.std(axis=1)

    @cached_property
    def best(self) -> int | None:
        """The sample with the highest log-likelihood, or None where that is not known."""
        return None if self.log_likelihood is None else int(np.argmax(self.log_likelihood))

    @property
    def predicted(self) -> bool:
        """Whether these are predictions of mutants, which are no chains that could converge."""
        return "knocked_out" in self.attrs

    @cached_property
    def r_hat(self) -> np.ndarray:
        """(reaction,); NaN for fluxes that do not vary."""
        return r_hat(self.values) if self._before is None else self._before[0]

    @cached_property
    def ess(self) -> np.ndarray:
        """Bulk effective sample sizes (reaction,); NaN for fluxes that do not vary."""
        return ess_bulk(self.values) if self._before is None else self._before[1]

    @cached_property
    def converged(self) -> bool | None:
        """What the run's verdict was, or None where there is none."""
        known = self.attrs.get("converged")
        return None if known is None else bool(known)

    @property
    def verdict(self) -> str:
        """The run's verdict in words; where it left none, the worst R-hat and effective sample size."""
        if self.attrs.get("verdict"):
            return str(self.attrs["verdict"])
        if not np.isfinite(self.r_hat).any():
            return "No verdict: nothing varies, or there are too few draws to judge."
        worst, least = np.nanargmax(self.r_hat), np.nanargmin(self.ess)
        return (
            f"No verdict came with these draws; the largest R-hat is {self.r_hat[worst]:.3f} "
            f"({self.reactions[worst]}), the smallest effective sample size {self.ess[least]:.0f} "
            f"({self.reactions[least]})."
        )


def _array(dataset, name, where):
    try:
        known = name in dataset
        dims = dataset[name].dims if known else ()
        if set(dims) != {"chain", "draw", "reaction"}:
            raise TypeError
        array = dataset[name].transpose("chain", "draw", "reaction")
        reactions = tuple(str(r) for r in array["reaction"].values)
        values = np.asarray(array.values, float)
    except (TypeError, KeyError, AttributeError, ValueError):
        raise InputError(
            f"{where}: expected {name} over chain, draw and reaction, as sample_fluxes gives it, found a "
            f"{type(dataset).__name__} without; give such a posterior."
        ) from None
    if not values.size:
        raise InputError(f"{where}: has no draws; sample some.")
    if not np.isfinite(values).all():
        odd = reactions[int(np.flatnonzero(~np.isfinite(values).all(axis=(0, 1)))[0])]
        raise InputError(f"{where}: {name} of {odd} is not finite in every draw; sample it again.")
    if len(set(reactions)) < len(reactions):
        odd = next(r for r in reactions if reactions.count(r) > 1)
        raise InputError(f"{where}: has the reaction {odd} twice; rename one.")
    return values, reactions


def _varies(posterior, reactions):
    known = getattr(posterior, "constant_data", None)
    if known is None or "varies" not in known:
        return None
    known = known["varies"]
    if not set(reactions) <= {str(r) for r in known["reaction"].values}:
        return None
    return known.sel(reaction=list(reactions)).values.astype(bool)


def _before_thinning(posterior, flux, values):
    """R-hat and effective sample sizes (reaction,) of all draws, if these are thinned ones of a file."""
    known = getattr(posterior, "constant_data", None)
    names = f"{flux}_r_hat", f"{flux}_ess"
    if known is None or not all(name in known for name in names):
        return None
    found = [known[name] for name in names]
    sizes = [found[0].attrs.get(key) for key in ("chains", "draws")]
    if [*values.shape[:2]] != sizes or any(f.shape != values.shape[2:] for f in found):
        return None  # somebody has taken a part of them
    return [np.asarray(f.values, float) for f in found]


def _log_likelihood(posterior, shape, where):
    stats = getattr(posterior, "sample_stats", None)
    if stats is None or "lp" not in stats:
        return None
    values = np.asarray(stats["lp"].values, float)
    if values.shape != shape:
        raise InputError(
            f"{where}: lp has the shape {values.shape}, but there are {shape[0]} chains of {shape[1]} "
            "draws; give both of one run."
        )
    return values

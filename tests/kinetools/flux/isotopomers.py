"""A plain isotopomer simulation: every labelling pattern of every molecule, by repeated mixing."""

import numpy as np


def mass_distributions(network, tracer, forward, reverse, metabolites, rounds=20_000):
    """Metabolite → masses (n + 1,) at isotopic steady state; slow, and knows nothing of EMUs."""
    pools = {m: _unlabelled(network.atoms(m)) for m in network.metabolites if network.atoms(m)}
    fed = {}
    for metabolite, mixture in tracer.items():
        fed[metabolite] = np.zeros((2,) * network.atoms(metabolite))
        for fraction, pattern in mixture:
            fed[metabolite][tuple(pattern)] += fraction
        pools[metabolite] = fed[metabolite]
    steps = list(_steps(network, forward, reverse))
    taken_up = list(_uptakes(network, forward, reverse, fed))
    for _ in range(rounds):
        made = {m: 0.0 for m in pools}
        total = dict.fromkeys(pools, 0.0)
        for flux, consumed, produced in steps:
            letters = {a: i for i, a in enumerate(a for _, atoms in consumed for a in atoms)}
            operands = []
            for metabolite, atoms in consumed:
                operands += [pools[metabolite], [letters[a] for a in atoms]]
            for metabolite, atoms in produced:
                made[metabolite] = made[metabolite] + flux * np.einsum(
                    *operands, [letters[a] for a in atoms]
                )
                total[metabolite] += flux
        for flux, metabolite, pattern in taken_up:
            made[metabolite] = made[metabolite] + flux * pattern
            total[metabolite] += flux
        # Divided by its own sum, or rounding would grow where molecules are joined.
        new = {m: made[m] / made[m].sum() if total[m] > 0 else pools[m] for m in pools}
        change = max(np.abs(new[m] - pools[m]).max() for m in pools)
        pools = new
        if change < 1e-15:
            break
    return {m: _masses(pools[m]) for m in metabolites}


def _unlabelled(n):
    pool = np.zeros((2,) * n)
    pool[(0,) * n] = 1.0
    return pool


def _steps(network, forward, reverse):
    count = {}
    for transition in network.transitions:
        count[transition.reaction] = count.get(transition.reaction, 0) + 1
    for transition in network.transitions:
        i = network.index(transition.reaction)
        if forward[i] > 0:
            yield forward[i] / count[transition.reaction], transition.reactants, transition.products
        if reverse[i] > 0:
            yield reverse[i] / count[transition.reaction], transition.products, transition.reactants


def _uptakes(network, forward, reverse, fed):
    for i in np.flatnonzero(network.boundary):
        for row in network.stoichiometry[:, i].nonzero()[0]:
            metabolite, amount = network.metabolites[row], network.stoichiometry[row, i]
            flux = forward[i] * max(amount, 0) + reverse[i] * max(-amount, 0)
            if flux > 0 and network.atoms(metabolite):
                yield flux, metabolite, fed.get(metabolite, _unlabelled(network.atoms(metabolite)))


def _masses(pool):
    heavy = np.indices(pool.shape).sum(axis=0)
    return np.bincount(heavy.ravel(), pool.ravel(), minlength=pool.ndim + 1)

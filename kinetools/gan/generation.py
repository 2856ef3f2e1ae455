"""Parameter sets from a generator: any number in bounded memory, verified by their dynamics on request."""

from pathlib import Path

import numpy as np

from ..data import whole_number
from ..errors import InputError
from ..kinetics.labels import attach, codes, label_chunk, label_layout, rule_attrs
from ..kinetics.parameter_sets import (
    CHUNK,
    build,
    finished_file,
    frame,
    layout,
    linearise,
    open_parameter_sets,
    provenance,
)
from ..run import chunks, worker_count
from ..streaming import InMemory, StreamingDataset, fill

PATIENCE = 100  # candidates a wanted set that may fail before a piece is given up
STREAM = 0x67616E
CANDIDATES = {"long_name": "generated sets looked at to find this one", "units": "1"}


def generate(
    generator,
    n_sets: int,
    label: str = "relevant",
    seed: int = 0,
    *,
    path=None,
    verify: bool = False,
    rule=None,
    workers: int | None = None,
    progress=True,
):
    """Generate parameter sets of a class.

    n_sets: how many; seed: the same seed gives the same sets for any number of workers; path: stream
    to this NetCDF-4 file, resumable; verify: compute every set's spectrum and keep only sets whose
    label by `rule` (default: the rule that the generator was trained with) belongs to the class.
    Returns a dataset as `sample_parameters` does; verified sets also have the variables of
    `label_parameters` and `candidates`, from which `acceptance_rate` follows.
    """
    n_sets, seed = whole_number(n_sets, "n_sets", 1), whole_number(seed, "seed", 0)
    workers = worker_count(workers)
    generator.class_code(label)
    model, state = generator.model, generator.state
    linearisation = linearise(model, state)
    recorded = {"n_sets": n_sets, "label": label, "seed": seed, "verify": bool(verify)}
    recorded["generator"] = generator.provenance
    if verify:
        rule = _rule(generator, rule)
        recorded["rule"] = rule.to_records() if rule.function is None else str(rule)
    history = [provenance("generate", recorded)]
    pieces = chunks(n_sets, CHUNK)
    large = layout(model, n_sets)
    if verify:
        large |= label_layout(n_sets)
        large["candidates"] = (("set",), (n_sets,), np.dtype("int64"), CANDIDATES)
    if path is None:
        target = InMemory(large)
    elif Path(path).exists():
        return finished_file(path, history, model, state)
    else:
        small = frame(model, state, n_sets, history)
        small.attrs |= rule_attrs(rule) if verify else {}
        job = {
            "format": "generated sets",
            "model": model.hash,
            "steady state": state.hash,
            "chunk size": CHUNK,
            "weights": generator.fingerprint,
            **recorded,
        }
        target = StreamingDataset(path, small, large, job)
    function = _verified_chunk if verify else _chunk
    fill(
        target,
        pieces,
        function,
        lambda i: (generator, linearisation, label, rule, seed, i, pieces[i][1] - pieces[i][0]),
        lambda start, stop, part: part,
        description="generating",
        progress=progress,
        workers=workers,
        client=None,
    )
    if path is not None:
        return open_parameter_sets(target.finish())
    arrays = target.arrays
    sets = build(model, state, arrays["km"], arrays["vmax"], history)
    if verify:
        sets = attach(sets, arrays, rule, history)
        sets["candidates"] = ("set", arrays["candidates"], CANDIDATES)
    return sets


def acceptance_rate(sets) -> float:
    """Share of generated sets that passed verification, from a dataset made with verify=True."""
    if "candidates" not in sets:
        raise InputError("the sets were not verified; generate them with verify=True.")
    return float(sets.sizes["set"] / sets["candidates"].sum())


def _rule(generator, rule):
    rule = generator.rule if rule is None else rule
    if rule is None:
        raise InputError(
            "the generator was trained on labels without a rule that can be saved; give rule=."
        )
    return rule


def draws(seed, *key):
    """Random numbers of a chunk; not those that `sample_parameters` uses with the same seed."""
    sequence = np.random.SeedSequence(seed, spawn_key=(STREAM, *key))
    return np.random.Generator(np.random.PCG64(sequence))


def _chunk(generator, linearisation, label, rule, seed, chunk: int, n_sets: int) -> dict:
    km = generator.km(label, n_sets, draws(seed, chunk))
    return {"km": km, "vmax": linearisation.vmax(km)}


def _verified_chunk(generator, linearisation, label, rule, seed, chunk, n_sets) -> dict:
    """The first n sets that pass, in the order in which they are drawn."""
    wanted = generator.classes[label]
    found, waiting, tried, accepted = [], [], 0, 0
    while accepted < n_sets:
        if tried >= PATIENCE * n_sets and accepted * PATIENCE < tried:
            raise InputError(
                f"only {accepted} of {tried} generated sets are {label!r} by the rule {rule}; train "
                "for longer, or give a rule that is closer to the one of the training."
            )
        # As many as are lacking at the acceptance so far; never more than a block of memory.
        share = max(accepted / tried, 1 / PATIENCE) if tried else 1.0
        n = int(min(2 * CHUNK, np.ceil((n_sets - accepted) / share)))
        km = generator.km(label, n, draws(seed, chunk, tried))
        part = label_chunk(linearisation, km)
        vmax = linearisation.vmax(km)
        sets = build(linearisation.model, linearisation.state, km, vmax, [])
        labels = rule.classify(sets.assign({k: ("set", v) for k, v in part.items()}))
        good = np.flatnonzero(np.isin(labels, wanted))[: n_sets - accepted]
        part |= {"km": km, "vmax": vmax, "label": codes(labels)}
        found.append({name: values[good] for name, values in part.items()})
        waiting.append(tried + good)
        tried, accepted = tried + n, accepted + len(good)
    result = {name: np.concatenate([f[name] for f in found]) for name in found[0]}
    # Between one accepted set and the next, so that their sum is all that were looked at.
    result["candidates"] = np.diff(np.concatenate(waiting), prepend=-1)
    return result

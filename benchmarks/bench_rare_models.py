"""Does a generator pay where relevant models are rare?

The rule asks for a fast slowest mode and a slow fastest one, so that about 1 % of ORACLE's samples are
relevant. Rejection is timed, then a generator: labelled sets, training, generation, verification, all
counted. Prints the time to 100 000 and a million verified models, and how faithful they are:
python benchmarks/bench_rare_models.py [physiology [steps [generated sets]]]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from common import table

import kinetools as kt
from kinetools.gan.metrics import Reference, population_metrics

SHARE = 0.01


def rare_rule(labelled):
    """About 1 % of the sets: a tenth of them by the slowest mode, of those a tenth by the fastest."""
    slowest = float(np.quantile(labelled.eigenvalue_max, np.sqrt(SHARE)))
    fast = labelled.eigenvalue_min.values[labelled.eigenvalue_max.values < slowest]
    fastest = float(np.quantile(fast, 1 - np.sqrt(SHARE)))
    return kt.LabelRule(slowest=round(slowest, 2), fastest=float(f"{fastest:.4g}"))


def rejection(model, state, rule, n_wanted):
    """Exact relevant sets, and seconds for one of them."""
    chosen, drawn, started = [], 0, time.perf_counter()
    found = 0
    while found < n_wanted:
        sets = kt.sample_parameters(model, state, 100_000, seed=1000 + drawn, progress=False)
        sets = kt.label_parameters(model, state, sets, rule, progress=False)
        good = sets.isel(set=np.flatnonzero(sets.label == "relevant"))
        chosen.append(good)
        found, drawn = found + good.sizes["set"], drawn + 1
    seconds = time.perf_counter() - started
    import xarray

    return xarray.concat(chosen, "set", data_vars="minimal"), seconds / found, found / drawn / 1e5


def main(physiology: int, steps: int, n_generated: int) -> None:
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=physiology)
    first = kt.sample_parameters(model, state, 100_000, seed=1, progress=False)
    rule = rare_rule(kt.label_parameters(model, state, first, progress=False))
    exact, seconds_each, share = rejection(model, state, rule, 12_000)
    started = time.perf_counter()
    training_sets = kt.sample_parameters(model, state, 72_000, seed=1, progress=False)
    training_sets = kt.label_parameters(model, state, training_sets, rule, progress=False)
    data_seconds = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        run = kt.train_gan(
            training_sets,
            run_dir=Path(folder) / "run",
            epochs=10,
            steps_per_epoch=steps // 10,
            checkpoint_every=5,
            n_generated=2000,
            target_share=1.0,
            progress=False,
        )
        training = time.perf_counter() - started
        generator = run.load_generator("last")
        started = time.perf_counter()
        path = Path(folder) / "generated.nc"
        sets = generator.generate(n_generated, seed=2, path=path, verify=True, progress=False)
        generating = (time.perf_counter() - started) / n_generated
        acceptance = kt.acceptance_rate(sets)
        sample = sets.isel(set=slice(0, 10_000)).load()
        sets.close()
    reference = Reference.of(exact)
    ln_km = np.log(sample.km.sel(parameter=list(reference.parameters)).values)
    metrics = population_metrics(
        reference, ln_km, sample.eigenvalue_max.values, np.ones(len(ln_km), bool), test="strong"
    )
    rows = [
        ("rule", "", str(rule)),
        ("relevant among samples", f"{share:.2%}", "physiology " + str(physiology)),
        ("rejection", f"{1 / seconds_each:.0f}", "verified models per second"),
        ("labelled sets to train on", f"{data_seconds:.1f} s", "72 000"),
        ("training", f"{training:.1f} s", f"{steps} steps, checkpoints included"),
        ("incidence", f"{acceptance:.3f}", "share of generated sets that are relevant"),
        ("generation with verification", f"{1 / generating:.0f}", "verified models per second"),
    ]
    for n in (100_000, 1_000_000):
        total = data_seconds + training + n * generating
        ratio = n * seconds_each / total
        rows.append((f"{n:,} verified models", f"{total:.0f} s", f"{ratio:.1f} times faster"))
    pays = (data_seconds + training) / (seconds_each - generating)
    rows.append(("pays from", f"{pays:,.0f}", "verified models on"))
    for name in ("kl_max", "kl_mean", "spread_ratio", "auc", "correlation_error"):
        rows.append(
            (f"coverage: {name}", f"{metrics[name]:.3f}", "of verified sets against exact ones")
        )
    table("A rule that makes relevant models rare", rows)


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(*(given + [1, 600, 100_000][len(given) :]))

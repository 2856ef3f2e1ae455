"""How much memory do a million parameter sets need when they are streamed to disk?

Samples and labels them in files of a temporary folder (about 6 GB at full size) and prints the largest
resident memory of the process, against the size of the data: python benchmarks/bench_memory.py [sets]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import kinetools as kt


def peak_gb() -> float:
    """Largest resident memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


def main(n_sets: int) -> None:
    model = kt.load_kinetic_model("ecoli")
    state = kt.load_steady_state("ecoli", physiology=1)
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        sampled = Path(folder) / "sampled.nc"
        sets = kt.sample_parameters(model, state, n_sets, seed=1, path=sampled)
        after_sampling = time.monotonic()
        print(f"sampled   {after_sampling - started:7.1f} s  peak {peak_gb():.2f} GB", flush=True)
        labelled_path = Path(folder) / "labelled.nc"
        labelled = kt.label_parameters(model, state, sets, path=labelled_path)
        print(f"labelled  {time.monotonic() - after_sampling:7.1f} s  peak {peak_gb():.2f} GB")
        size = labelled_path.stat().st_size / 1e9
        share = kt.class_counts(labelled)["share"]["relevant"]
        print(f"{n_sets} sets, {size:.2f} GB a file, {share:.4f} relevant")
        print(f"peak resident memory / data: {peak_gb() / size:.2f}")
        sets.close()
        labelled.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

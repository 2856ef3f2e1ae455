"""What share of sampled parameter sets is relevant, for the four physiologies?"""

from common import table

import kinetools as kt

N_SETS = 40_000
REFERENCE = {1: 0.590, 2: 0.553, 3: 0.610, 4: 0.597}  # measured before by another implementation


def main():
    model = kt.load_kinetic_model("ecoli")
    rows = []
    for physiology, reference in REFERENCE.items():
        state = kt.load_steady_state("ecoli", physiology=physiology)
        sets = kt.sample_parameters(model, state, N_SETS, seed=1, progress=False)
        counts = kt.class_counts(kt.label_parameters(model, state, sets, progress=False))
        share = counts.share
        rows.append(
            (
                f"physiology {physiology}",
                f"{share['relevant']:.3f}",
                f"relevant (reference {reference:.3f}, {share['relevant'] - reference:+.3f}); "
                f"too slow {share['too slow']:.3f}, unstable {share['unstable']:.3f}",
            )
        )
    table(f"Shares of {N_SETS} sets, Re λ_max < −9 /h (the paper: 0.55 to 0.61)", rows)


if __name__ == "__main__":
    main()

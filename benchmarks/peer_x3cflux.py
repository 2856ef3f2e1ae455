"""The same network in 13CFLUX (x3cflux), where some Python has it: the time of one simulation.

    python benchmarks/peer_x3cflux.py PYTHON        (an interpreter that can import x3cflux)

Used by bench_labelling.py. The network is handed over as FluxML; both simulate the same flux vectors, and
their masses are compared before anything is timed.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import kinetools as kt

FED = "fed_"

SCRIPT = """
import json, sys, time
import numpy as np
import x3cflux

folder = sys.argv[1]
simulator = x3cflux.create_simulator_from_fml(folder + "/network.fml")
fluxes = json.load(open(folder + "/fluxes.json"))
names = simulator.parameter_space.free_parameter_names
points = np.array([[f[n] for n in names] for f in fluxes])
# Its fragments come in an order of its own.
order = np.argsort([int(name[1:]) for name in simulator.measurement_names[0]])
found = [simulator.compute_measurements(p)[0] for p in points]
masses = [np.concatenate([np.ravel(parts[i]) for i in order]) for parts in found]

def best(function):
    times = []
    for _ in range(7):
        started = time.perf_counter()
        for p in points:
            function(p)
        times.append((time.perf_counter() - started) / len(points))
    return min(times)

print(json.dumps({
    "version": x3cflux.__version__ if hasattr(x3cflux, "__version__") else "",
    "masses": [m.tolist() for m in masses],
    "simulation": best(simulator.compute_measurements),
    "gradient": best(simulator.compute_loss_gradient),
}))
"""


def fluxml(network, data, turned) -> str:
    """Network, tracer and fragments as FluxML; ways that share a reaction's flux become reactions alike."""
    inputs, reactions, equal = data.tracer.in_network(network).mixtures, [], []
    pools = {m: len(a) for t in network.transitions for m, a in (*t.reactants, *t.products)}
    for j, name in enumerate(network.reactions):
        ways = [(t.reactants, t.products) for t in network.transitions if t.reaction == name]
        if not ways:  # what leaves the network
            (metabolite,) = network.cobra_model.reactions.get_by_id(name).metabolites
            outside = metabolite.id, "abcdefghij"[: pools[metabolite.id]]
            ways = [((outside,), ())]
            if metabolite.id in inputs:  # a substrate of its own, which may only be taken up
                ways = [((outside,), ((FED + metabolite.id, outside[1]),))]
        for k, (reactants, products) in enumerate(ways):
            sides = ""
            if turned[j]:
                reactants, products = products, reactants
            for tag, side in (("reduct", reactants), ("rproduct", products)):
                for metabolite, atoms in side:
                    sides += f'<{tag} id="{safe(metabolite)}" cfg="{"".join(atoms)}"/>'
            both = str(bool(network.reversible[j])).lower()
            reactions.append(
                f'<reaction id="{way(name, k, ways)}" bidirectional="{both}">{sides}</reaction>'
            )
        equal += [f"{way(name, 0, ways)}={way(name, k, ways)}" for k in range(1, len(ways))]
    pools |= {FED + m: pools[m] for m in inputs}
    pools = "".join(f'<pool id="{safe(m)}" atoms="{n}"/>' for m, n in pools.items())
    labels = ""
    for metabolite, mixture in inputs.items():
        parts = "".join(
            f'<label cfg="{"".join(map(str, atoms))}">{share}</label>' for share, atoms in mixture
        )
        labels += f'<input pool="{safe(FED + metabolite)}" type="isotopomer">{parts}</input>'
    groups, values = "", ""
    for number, fragment in enumerate(f.in_network(network) for f in data.fragments):
        masses, atoms = range(len(fragment.atoms) + 1), ",".join(map(str, fragment.atoms))
        text = f"{safe(fragment.metabolite)}[{atoms}]#M{','.join(map(str, masses))}"
        groups += f'<group id="m{number}" scale="one"><textual>{text}</textual></group>'
        values += "".join(
            f'<datum id="m{number}" stddev="0.01" weight="{m}">0.1</datum>' for m in masses
        )
    constraints = f"<net><textual>{'; '.join(equal)}</textual></net>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<fluxml xmlns="http://www.13cflux.net/fluxml"><info><name>{network.id}</name></info>
<reactionnetwork><metabolitepools>{pools}</metabolitepools>{"".join(reactions)}</reactionnetwork>
<constraints>{constraints}</constraints>
<configuration name="default" stationary="true">{labels}
<measurement><model><labelingmeasurement>{groups}</labelingmeasurement></model><data>{values}</data></measurement>
</configuration></fluxml>
"""


def backwards(forward, reverse) -> np.ndarray:
    """Reactions (reaction,) to be written the other way: 13CFLUX wants every pool to be produced."""
    return np.median(forward - reverse, axis=0) < 0


def way(name, k, ways):
    """Id of one of several ways that share a reaction's flux."""
    return f"{safe(name)}___{k + 1}" if len(ways) > 1 else safe(name)


def safe(name):
    """An id that FluxML can take."""
    return "r_" + name.replace("__", "_")


def named(network, forward, reverse, turned) -> list[dict]:
    """13CFLUX's parameters of flux vectors (point, reaction), by name; ways share a reaction's flux."""
    points = []
    for ahead, back in zip(forward, reverse, strict=True):
        point = {}
        for j, name in enumerate(network.reactions):
            ways = [t for t in network.transitions if t.reaction == name] or [None]
            for k in range(len(ways)):
                own = way(name, k, ways)
                sign = -1 if turned[j] else 1
                point[f"{own}.n"] = sign * (ahead[j] - back[j]) / len(ways)
                point[f"{own}.x"] = min(ahead[j], back[j]) / len(ways)
        points.append(point)
    return points


def peer(python, network, data, forward, reverse) -> dict:
    """What 13CFLUX simulates for flux vectors (point, reaction), and its seconds for one of them."""
    turned = backwards(forward, reverse)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "network.fml").write_text(fluxml(network, data, turned), encoding="utf-8")
        Path(folder, "fluxes.json").write_text(
            json.dumps(named(network, forward, reverse, turned)), "utf-8"
        )
        done = subprocess.run([python, "-c", SCRIPT, folder], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"13CFLUX failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main(python):
    """Compare masses, and print the times."""
    network, data = kt.load_flux_model("toya_core"), kt.load_measurements("toya2010_wt5h")
    forward, reverse = kt.random_fluxes(network, data, 64, seed=0)
    found = peer(python, network, data, forward, reverse)
    simulate = kt.LabellingSimulator(network, data.tracer, data.fragments)
    apart = np.abs(np.array(found["masses"]) - simulate.flat(forward, reverse)).max()
    print(f"13CFLUX {found['version']}: masses agree to {apart:.1g}")
    print(
        f"one simulation {found['simulation'] * 1e6:.0f} µs, with gradient {found['gradient'] * 1e6:.0f} µs"
    )


if __name__ == "__main__":
    main(sys.argv[1])

"""Which measured fragments a tracer can label at all."""

from ...errors import InputError
from ..emu import Emu, decompose
from ..fragments import Fragment
from ..tracer import Tracer


def check_reach(network, tracer, fragments) -> tuple[str, ...]:
    """Names of the fragments that atoms of the tracer can reach.

    network: FluxModel; tracer: Tracer or a dict of one; fragments: Fragments or texts. Raises InputError
    if the tracer reaches none of them, or if either does not fit the network.
    """
    tracer = Tracer.of(tracer).in_network(network)
    fragments = [Fragment.parse(f).in_network(network) for f in fragments]
    # without mixtures, metabolites that nothing makes are no way out of the network
    labelled = {m for m, mixture in tracer.mixtures.items() if any(1 in x for _, x in mixture)}
    reached = []
    for fragment in fragments:
        emu = Emu(fragment.metabolite, fragment.atoms)
        emus = decompose(network, {fragment.name: emu}, set(tracer.mixtures))
        if any(e.metabolite in labelled for e in emus.inputs):
            reached.append(fragment.name)
    if not reached:
        names = ", ".join(f.name for f in fragments[:5]) + " …" * (len(fragments) > 5)
        raise InputError(
            f"tracer {' and '.join(tracer.mixtures)}: none of its labelled atoms reaches a measured "
            f"fragment ({names}) of network {network.id!r}; label another metabolite or measure "
            "other fragments."
        )
    return tuple(reached)

"""What a picture of EMUs says: the kinds of boxes, the line below a name, the reactions beside an arrow."""

from .emu import FORWARD, Emu
from .emu_explanation import EmuExplanation, emu_name, flux_text, source_name
from .emu_layers import Edge

LETTERS = 26  # of the reactions beside an arrow
KINDS = {
    "fragment": "the fragment",
    "emu": "solved for",
    "same": "same masses as another EMU",
    "tracer": "tracer, taken up",
    "unlabelled": "taken up without a label",
}


class EmuWords:
    """Words of one explanation."""

    def __init__(self, explanation: EmuExplanation):
        self.explanation, self._stands_for = explanation, {}
        for left_out, kept in sorted(explanation.equal.items()):
            self._stands_for.setdefault(kept, []).append(left_out)

    def kind(self, emu: Emu) -> str:
        """One of KINDS."""
        explanation = self.explanation
        if emu == explanation.root:
            return "fragment"
        if emu.outside:
            return "tracer" if emu.metabolite in explanation.tracers else "unlabelled"
        return "same" if emu in explanation.equal and not explanation.reduced else "emu"

    def note(self, emu: Emu) -> str:
        """The line below an EMU's name, or nothing."""
        explanation = self.explanation
        if emu.outside:
            return self.kind(emu)
        if not explanation.reduced:
            same = explanation.equal.get(emu)
            if same is None:
                return ""
            return "as taken up" if same.outside else f"= {emu_name(same)}"
        if emu == explanation.root != explanation.emu:
            return f"= {emu_name(explanation.emu)}"
        others = self._stands_for.get(emu, ())
        if len(others) > 1:
            return f"= {len(others)} others"
        return f"= {emu_name(others[0])}" if others else ""

    def tooltip(self, emu: Emu) -> str:
        """What is known of an EMU, in sentences."""
        explanation = self.explanation
        lines = [str(emu).removesuffix(" outside") + (", taken up" if emu.outside else "")]
        if emu.outside:
            masses = ", ".join(f"{m:.4g}" for m in explanation.outside[emu])
            lines.append(f"masses M+0 … M+{emu.size}: {masses}")
        elif explanation.reduced and (others := self._stands_for.get(emu)):
            lines.append(f"has the masses of {', '.join(map(emu_name, others))}, too")
        for inflow in explanation.inflows:
            if inflow.emu == emu:
                lines.append(f"from {source_name(inflow.source)} by {inflow.reactions}")
        return "\n".join(lines)


def arrow_text(edge: Edge) -> str:
    """The reactions of an arrow, as many as there is room for."""
    texts = _reactions(edge)
    text = ", ".join(texts)
    shown = len(texts)
    while len(text) > LETTERS and shown > 1:
        shown -= 1
        text = f"{', '.join(texts[:shown])} +{len(texts) - shown}"
    return text + (" ⇄" if edge.both else "")


def arrow_tooltip(edge: Edge) -> str:
    """All reactions of an arrow, and what they make of what."""
    made, source = emu_name(edge.inflow.emu), source_name(edge.inflow.source)
    return f"{source} {'⇄' if edge.both else '→'} {made}: {', '.join(_reactions(edge))}"


def _reactions(edge: Edge) -> list[str]:
    if edge.both:  # which way is forward depends on the end from where one looks
        return [flux_text(reaction, FORWARD, weight) for reaction, _, weight in edge.inflow.fluxes]
    return edge.inflow.reaction_texts


def sentences(explanation: EmuExplanation) -> list[str]:
    """What stands above the picture."""
    n, outside = len(explanation.emus), len(explanation.outside)
    lines = [
        f"Its labelling follows from {n} EMU{'s' * (n != 1)} inside, and {outside} of what is taken up."
    ]
    if explanation.reduced:
        lines.append("EMUs of the same masses are one here (=).")
    elif n > explanation.n_solved:
        lines.append(
            f"{explanation.n_solved} of the {n} need to be solved for: the others have their masses (=)."
        )
    if hidden := len(explanation.steps) - len(explanation.drawn):
        lines.append(
            f"{hidden} of them are more steps back than is drawn (⋯): they are in the table."
        )
    return lines

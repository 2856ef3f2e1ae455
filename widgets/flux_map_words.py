"""What a FluxMap says: verdicts, what is missing, and the numbers of one reaction."""

import html
import math

from kinetools.flux.convergence import ESS, R_HAT

from .axes import grouped, number
from .flux_map_data import DIFFERENCE

COLOURS = ("#0072B2", "#D55E00")  # of the two posteriors
NOTHING = 1e-6  # mmol/gDW/h
NAME = 22  # letters of a posterior's name
NAMED = 12  # reactions that a sentence names
INTERVAL_WORDS = {"hdi": "highest density", "eti": "equal tails"}
HINT = "Click a reaction {} to see its flux in full; with Ctrl or Shift, up to four."
ALONG = (
    "On the map a difference counts along the arrows, in which the flux of {} runs; elsewhere it counts "
    "as the reaction is written."
)
QUIET = "var(--jp-ui-font-color2, #555)"  # of what is said on the page's own ground
_MARKS = {True: ("✓", "#009E73", "#e9f5f0"), False: ("⚠", "#D55E00", "#fdeadc")}
_UNJUDGED = ("?", "#666", "#f2f2f2")


def verdicts(explorer) -> list[tuple[str, bool | None, str]]:
    """(name, converged, sentence) of every posterior."""
    return [(name, d.converged, d.verdict) for name, d in explorer.data.draws.items()]


def verdicts_html(explorer) -> str:
    """The runs' verdicts; what has not converged is said so that nobody overlooks it."""
    parts = []
    for name, converged, sentence in verdicts(explorer):
        mark, line, ground = _MARKS.get(converged, _UNJUDGED)
        mark = "→" if explorer.data.draws[name].predicted else mark
        role = "alert" if converged is False else "status"
        parts.append(
            f'<div role="{role}" style="line-height: 1.35; padding: 3px 10px; margin: 2px 0; color: #222; '
            f'background: {ground}; border-left: 5px solid {line}; overflow-wrap: anywhere">{mark} '
            f"<b>{html.escape(name)}</b>: {html.escape(sentence)}</div>"
        )
    return "".join(parts)


def missing_text(explorer) -> str:
    """Reactions that the map lacks, and those that one of two posteriors lacks, in sentences."""
    parts, data = [], explorer.data
    if explorer.map is not None and explorer.problem:
        parts.append(explorer.problem)
    if explorer.map is not None and explorer.off_map:
        off, every = explorer.off_map, len(data.reactions)
        parts.append(
            f"Not on the map, but in the list: {_some(off)}."
            if len(off) <= NAMED
            else f"The map shows {grouped(every - len(off))} of {grouped(every)} reactions, the list all."
        )
    if data.pair is not None:
        for name, key in zip(data.names, ("first", "second")):
            if lacking := data.pair.missing[key]:
                parts.append(f"Not in {name}: {_some(lacking)}.")
    if explorer.show == DIFFERENCE and explorer.map is not None:
        parts.append(ALONG.format(data.names[0]))
    return " ".join(parts)


def _some(ids) -> str:
    ids = list(ids)
    more = f" and {grouped(len(ids) - NAMED)} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more


def flux_text(value: float, digits: int = 4) -> str:
    """A flux with all its digits, zeros too; what is smaller than any measured one is nothing."""
    if abs(value) < NOTHING:
        return "0"
    if not 1e-3 <= abs(value) < 10**digits:
        return number(value, digits)
    return f"{value:#.{digits}g}".removesuffix(".").replace("-", "−")


def short(name: str, letters: int = NAME) -> str:
    """A name where there is little room, without its middle: names often differ at their ends."""
    if len(name) <= letters:
        return name
    end = (letters - 1) // 2
    return f"{name[: letters - 1 - end]}…{name[len(name) - end :]}"


def interval_text(low: float, high: float) -> str:
    """An interval as it stands in tables; both ends to the digits that count in the larger one."""
    if low != low:
        return "–"
    size = max(abs(low), abs(high))
    if size < NOTHING:
        return "0 … 0"
    if not 1e-3 <= size < 1e4:
        return f"{number(low, 3)} … {number(high, 3)}"
    decimals = max(0, 2 - math.floor(math.log10(size)))
    ends = (f"{end:.{decimals}f}".replace("-", "−") for end in (low, high))
    return " … ".join("0" if float(end.replace("−", "-")) == 0 else end for end in ends)


def level_text(level: float) -> str:
    """A level as people write it."""
    return f"{100 * level:.4g}\u202f%"


def notes(explorer) -> dict:
    """What the map says below a value under the mouse, by reaction."""
    table, level = explorer.shown, level_text(explorer.level)
    found = {}
    columns = ["lower", "upper", *(["increase", "decrease"] if explorer.show == DIFFERENCE else [])]
    if explorer.map is not None:
        table = table.loc[list(explorer.on_map)]
    rows = zip(table.index, *(table[c].tolist() for c in columns))
    for id, low, high, *changes in rows:
        lines = [f"{level} interval {interval_text(low, high)}"]
        if changes:
            lines[0] += " (as the reaction is written)"
            lines.append(f"higher with probability {changes[0]:.3f}, lower with {changes[1]:.3f}")
        if low == low:
            found[str(id)] = "\n".join(lines)
    return found


def sample_text(explorer) -> str:
    """Which single sample is shown."""
    draws = explorer.data.draws.get(explorer.show)
    if explorer.sample is None or draws is None:
        return ""
    chain, draw = draws.place(explorer.sample)
    text = (
        f"sample {grouped(explorer.sample + 1)} of {grouped(len(draws))}: chain {chain + 1}, draw "
    )
    text += grouped(draw + 1)
    if draws.log_likelihood is not None:
        text += f", log-likelihood {number(float(draws.log_likelihood[chain, draw]), 5)}"
    if explorer.reaction in draws:
        flux = float(draws.samples(explorer.reaction)[explorer.sample])
        text += f", {explorer.reaction} {flux_text(flux)}"
    return text


def change_text(explorer, reaction: str) -> str:
    """How probable a change of a reaction's flux is, in a sentence; empty without two posteriors."""
    data = explorer.data
    if data.pair is None or reaction not in data.pair.shared:
        return ""
    table = data.comparison(explorer.level, explorer.interval_kind, explorer.threshold)
    row, (first, second) = table.loc[reaction], data.names
    more, less = float(row["increase"]), float(row["decrease"])
    if more == less == 0:
        return f"The flux is the same in {second} and {first}."
    up = more >= less
    size = f" by more than {number(explorer.threshold)}" if explorer.threshold else ""
    text = (
        f"In {second} the net flux is {'higher' if up else 'lower'} than in {first}{size} with "
        f"probability {max(more, less):.3f}"
    )
    if row["direction"] < 0:
        text += "; the reaction runs backwards, so that is " + ("less" if up else "more") + " flux"
    return text + "."


def reaction_html(explorer) -> str:
    """The chosen reaction in words and numbers."""
    reaction, data = explorer.reaction, explorer.data
    if reaction is None:
        hint = HINT.format("in the list" if explorer.map is None else "on the map or in the list")
        return f'<div style="color: {QUIET}; padding: 4px 2px; line-height: 1.4">{hint}</div>'
    name, equation = data.reaction_names.get(reaction, ""), data.equations.get(reaction, "")
    heading = f"<b>{html.escape(reaction)}</b> {html.escape(name)}"
    off = "" if explorer.map is None or reaction in explorer.on_map else " (not on the map)"
    arrows = html.escape(equation).replace("&lt;=&gt;", "⇌").replace("--&gt;", "→")
    arrows = arrows.replace("&lt;--", "←")
    lines = [f"<div>{heading}{off}</div>"]
    if equation:  # that of growth has dozens of metabolites
        look = "color: #555; font-size: 12px; max-height: 4.2em; overflow: auto"
        lines.append(f'<div style="{look}" tabindex="0">{arrows}</div>')
    belongs = [data.subsystems.get(reaction, ""), data.genes.get(reaction, "")]
    if any(belongs):
        words = " · ".join(filter(None, belongs))
        lines.append(f'<div style="color: #555; font-size: 12px">{html.escape(words)}</div>')
    lines.append(_numbers(explorer, reaction))
    if change := change_text(explorer, reaction):
        lines.append(f"<div>{html.escape(change)}</div>")
    # On white as the charts around it, also in a dark theme.
    look = "line-height: 1.35; overflow-wrap: anywhere; background: white; color: #222; padding: 4px 6px"
    return f'<div style="{look}">{"".join(lines)}</div>'


def _numbers(explorer, reaction) -> str:
    """A table: a column a posterior, and one for the difference."""
    data, level = explorer.data, explorer.level
    columns = {}
    for name in data.names:
        table = data.summary(name, level, explorer.interval_kind)
        if reaction in table.index:
            columns[name] = _column(table.loc[reaction], data.fitted(name, level), reaction)
            if data.draws[name].predicted:  # no chains
                columns[name]["r_hat"] = "–"
    if not columns:
        return ""
    rows = [
        ("median", "median"),
        ("mean", "mean ± sd"),
        ("interval", f"{level_text(level)} interval"),
        ("best", "best sample"),
        ("fit", "fit"),
        ("r_hat", "R-hat · ESS"),
    ]
    if not any("fit" in column for column in columns.values()):
        rows = [row for row in rows if row[0] != "fit"]
    cell = '<td style="padding: 0 10px 0 0; white-space: nowrap">{}</td>'
    colours = dict(zip(data.names, COLOURS))
    names = (
        f'<b style="color: {colours[name]}" title="{html.escape(name)}">{html.escape(short(name))}</b>'
        if len(data.names) > 1
        else ""
        for name in columns
    )
    body = [f"<tr>{cell.format('')}{''.join(cell.format(n) for n in names)}</tr>"]
    for key, words in rows:
        cells = "".join(cell.format(column.get(key, "–")) for column in columns.values())
        body.append(f"<tr>{cell.format(f'<span style=color:#555>{words}</span>')}{cells}</tr>")
    words = f"mmol/gDW/h; interval: {INTERVAL_WORDS[explorer.interval_kind]}"
    note = f'<div style="color: #555; font-size: 12px">{words}</div>'
    return f'<table style="font-size: 12px; border-spacing: 0">{"".join(body)}</table>{note}'


def _column(row, fitted, reaction) -> dict:
    found = {
        "median": flux_text(row["median"]),
        "mean": f"{flux_text(row['mean'])} ± {flux_text(row['sd'], 2)}",
        "interval": interval_text(row["lower"], row["upper"]),
        "best": flux_text(row["best"]),
        "r_hat": "does not vary",
    }
    if row["r_hat"] == row["r_hat"]:
        text = f"{row['r_hat']:.3f} · {grouped(round(row['ess']))}"
        bad = row["r_hat"] > R_HAT or row["ess"] < ESS
        found["r_hat"] = f'<b style="color: #b84c00">⚠ {text}</b>' if bad else text
    if fitted is not None and reaction in fitted.index:
        fit = fitted.loc[reaction]
        found["fit"] = f"{flux_text(fit['net_flux'])} ({interval_text(fit['lower'], fit['upper'])})"
    return found

// One distribution with its threshold; put together with the other parts by threshold_plot.py.

const HEIGHT = 196;
const MARGIN = { top: 26, right: 14, bottom: 40, left: 46 };

/** As `Axis` in axes.py: where values lie on an axis, and back. */
function makeScale({ kind, low, high, below: a, above: b, squeeze: s }) {
  const position = {
    linear: (x) => x,
    log: (x) => Math.log10(Math.max(x, 1e-300)),
    linlog: (x) =>
      x > b ? b * (1 + Math.log(x / b)) : x < -a ? -a * (1 + s * Math.log(-x / a)) : x,
  }[kind];
  const value = {
    linear: (u) => u,
    log: (u) => 10 ** u,
    linlog: (u) =>
      u > b ? b * Math.exp(u / b - 1) : u < -a ? -a * Math.exp((-u / a - 1) / s) : u,
  }[kind];
  return { position, value, start: position(low), end: position(high) };
}

/** The round number nearest to a value, no finer than what one pixel can say. */
function rounded(value, perPixel) {
  const step = 10 ** Math.floor(Math.log10(perPixel));
  return Number((Math.round(value / step) * step).toPrecision(6));
}

/** One distribution with its threshold. */
class Panel {
  constructor(description, plot) {
    Object.assign(this, { description, plot, scale: makeScale(description.axis), width: 0 });
    const { title, name, comparison, unit, help } = description;
    const label = `${name} threshold`;
    this.toggle = html("input", {
      type: "checkbox",
      "aria-label": `use the ${label}`,
      onchange: () => this.plot.change(this, this.toggle.checked ? this.typed() : null, true),
    });
    this.input = html("input", {
      type: "text",
      class: "value",
      "aria-label": `${label} in ${unit}`,
    });
    whenTyped(this.input, () => this.type());
    this.svg = svg("svg", { height: HEIGHT, role: "group", "aria-label": `Distribution of ${title}` });
    this.bars = svg("g");
    this.frame = svg("g", { class: "frame" });
    this.line = svg("g", {
      class: "threshold",
      tabindex: 0,
      role: "slider",
      "aria-label": label,
      "aria-orientation": "horizontal",
    });
    this.svg.append(this.frame, this.bars, this.line);
    this.element = html("section", { class: "panel", "data-quantity": description.quantity }, [
      html("h4", { text: title }),
      html("label", { class: "control", title: help }, [
        this.toggle,
        html("span", { text: `${name}  ${unicodeMinus(comparison)}` }),
        this.input,
        html("span", { text: unit }),
      ]),
      this.svg,
    ]);
    this.line.addEventListener("pointerdown", (event) => this.grab(event));
    this.line.addEventListener("keydown", (event) => this.key(event));
  }

  x(value) {
    const { start, end } = this.scale;
    const share = (this.scale.position(value) - start) / (end - start);
    return MARGIN.left + share * (this.width - MARGIN.left - MARGIN.right);
  }

  valueAt(x) {
    const { start, end, value } = this.scale;
    const inner = this.width - MARGIN.left - MARGIN.right;
    const at = (pixel) => value(start + ((pixel - MARGIN.left) / inner) * (end - start));
    const clamped = Math.min(Math.max(x, MARGIN.left), this.width - MARGIN.right);
    return rounded(at(clamped), Math.abs(at(clamped + 0.5) - at(clamped - 0.5)));
  }

  typed() {
    const value = parse(this.input.value);
    return Number.isNaN(value) ? this.description.default : value;
  }

  type() {
    const value = parse(this.input.value);
    const wrong = Number.isNaN(value);
    this.input.setAttribute("aria-invalid", wrong);
    this.input.title = wrong ? "Type a number, such as −9 or 3.6e9" : "";
    if (!wrong) this.plot.change(this, value, true);
  }

  grab(event) {
    event.preventDefault();
    this.line.focus();
    this.line.setPointerCapture(event.pointerId);
    const box = () => this.svg.getBoundingClientRect();
    const offset = event.clientX - box().left - this.shownAt;
    let moved = false;
    const move = (e) => {
      moved = moved || Math.abs(e.clientX - event.clientX) > 1;
      if (moved) this.plot.change(this, this.valueAt(e.clientX - box().left - offset), false);
    };
    const drop = () => {
      this.line.removeEventListener("pointermove", move);
      for (const end of ["pointerup", "pointercancel"]) this.line.removeEventListener(end, drop);
      this.plot.settle();
    };
    this.line.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) this.line.addEventListener(end, drop);
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 };
    const step = steps[event.key] * (event.shiftKey ? 10 : 1);
    if (Number.isNaN(step)) return;
    event.preventDefault();
    event.stopPropagation(); // the notebook would move to another cell
    // At least the next round number: where a pixel says less than that, the line would stand still.
    let x = this.shownAt;
    let value = this.threshold;
    for (let tries = 0; value === this.threshold && tries < 20; tries += 1) {
      x += step;
      value = this.valueAt(x);
    }
    this.plot.change(this, value, true);
  }

  resize(width) {
    this.width = Math.max(width, 160);
    this.svg.setAttribute("width", this.width);
    this.drawFrame();
    this.drawBars();
    this.drawThreshold();
  }

  drawFrame() {
    const { ticks, unit, axis_title: title, mark } = this.description;
    const bottom = HEIGHT - MARGIN.bottom;
    const right = this.width - MARGIN.right;
    this.frame.replaceChildren(
      svg("line", { class: "axis", x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
      svg("text", { class: "title", x: (MARGIN.left + right) / 2, y: HEIGHT - 5 }, `${title} (${unit})`),
      svg("text", { class: "title", x: -(MARGIN.top + bottom) / 2, y: 11, transform: "rotate(-90)" }, "sets"),
    );
    const taken = [];
    for (const [value, text] of ticks) {
      const x = this.x(value);
      const half = 3.3 * text.length + 3;
      if (taken.some(([from, to]) => x + half > from && x - half < to)) continue;
      taken.push([x - half, x + half]);
      this.frame.append(
        svg("line", { class: "axis", x1: x, x2: x, y1: bottom, y2: bottom + 4 }),
        svg("text", { class: "tick", x, y: bottom + 16 }, text),
      );
    }
    if (mark != null) {
      const x = this.x(mark);
      this.frame.append(svg("line", { class: "mark", x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
    }
  }

  drawBars() {
    const counts = this.plot.model.get("histograms")[this.description.quantity] ?? [];
    const nBins = counts[0]?.length ?? 0;
    const total = Array.from({ length: nBins }, (_, i) => counts.reduce((sum, row) => sum + row[i], 0));
    const most = Math.max(1, ...total);
    const bottom = HEIGHT - MARGIN.bottom;
    const height = bottom - MARGIN.top;
    const inner = this.width - MARGIN.left - MARGIN.right;
    const base = new Array(nBins).fill(0);
    const paths = counts.map((row, k) => {
      let path = "";
      row.forEach((count, i) => {
        if (!count) return;
        const [x0, x1] = [i, i + 1].map((e) => (MARGIN.left + (e / nBins) * inner).toFixed(2));
        const [y0, y1] = [base[i], base[i] + count].map((c) => (bottom - (c / most) * height).toFixed(2));
        base[i] += count;
        path += `M${x0} ${y0}V${y1}H${x1}V${y0}Z`;
      });
      const { name, colour } = this.plot.classes[k];
      return svg("path", { d: path, fill: colour, "data-class": name });
    });
    const ticks = [0, most].map((count) =>
      svg(
        "text",
        { class: "tick count", x: MARGIN.left - 5, y: bottom - (count / most) * height + 4 },
        count >= 1e4 ? `${Math.round(count / 1e3)}\u202fk` : grouped(count),
      ),
    );
    this.bars.replaceChildren(...paths, ...ticks);
  }

  drawThreshold() {
    const value = this.plot.threshold(this);
    this.threshold = value;
    this.toggle.checked = value !== null;
    this.element.classList.toggle("off", value === null);
    this.line.style.display = value === null ? "none" : "";
    const shown = value ?? this.plot.model.get("remembered")[this.description.quantity];
    if (document.activeElement !== this.input || value !== null) {
      this.input.value = show(shown ?? this.description.default);
      this.input.removeAttribute("aria-invalid");
    }
    if (value === null) return;
    const [left, right] = [MARGIN.left, this.width - MARGIN.right];
    const x = this.x(value);
    this.shownAt = Math.min(Math.max(x, left), right);
    const outside = x > right + 0.5 ? " →" : x < left - 0.5 ? "← " : "";
    const text = outside === "← " ? `← ${pretty(value)}` : `${pretty(value)}${outside}`;
    const half = 3.5 * text.length + 7;
    const middle = Math.min(Math.max(this.shownAt, half + 1), this.width - half - 1);
    const bottom = HEIGHT - MARGIN.bottom;
    this.line.replaceChildren(
      svg("rect", { class: "grip", x: this.shownAt - 8, y: 3, width: 16, height: bottom - 3 }),
      svg("line", { x1: this.shownAt, x2: this.shownAt, y1: 20, y2: bottom }),
      svg("rect", { class: "handle", x: middle - half, y: 3, width: 2 * half, height: 18, rx: 4 }),
      svg("text", { x: middle, y: 16 }, text),
    );
    for (const [key, v] of [["now", value], ["min", this.description.axis.low],
      ["max", this.description.axis.high], ["text", `${pretty(value)} ${this.description.unit}`]])
      this.line.setAttribute(`aria-value${key}`, v);
  }
}

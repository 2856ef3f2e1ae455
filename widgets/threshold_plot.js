// Distributions with thresholds that are dragged, typed or moved with the arrow keys. The kernel counts;
// the page only draws counts and sends the rule, at most twenty times a second.

const SEND_EVERY = 50; // ms

class ThresholdPlot {
  constructor(model, root) {
    Object.assign(this, { model, root, sentAt: 0, classes: model.get("classes"), rule: model.get("rule") });
    this.panels = model.get("panels").map((description) => new Panel(description, this));
    this.conditions = new Conditions(this);
    this.cards = this.classes.map(({ name, colour, mark, meaning }) => {
      const count = html("span", { class: "count" });
      const share = html("span", { class: "share" });
      const bar = html("span", { class: "bar", style: `background: ${colour}` });
      const element = html("div", { class: "class", title: meaning, "data-class": name }, [
        html("span", { class: "mark", style: `color: ${colour}`, text: mark }),
        html("span", { class: "name", text: name }), count, share,
        html("span", { class: "track" }, [bar]),
      ]);
      return { element, count, share, bar };
    });
    this.text = html("p", { class: "rule" });
    this.edited = html("span", { class: "edited" });
    root.classList.add("kinetools-thresholds");
    // Keys typed here are no commands of the notebook.
    root.dataset.lmSuppressShortcuts = "true";
    root.append(
      html("div", { class: "classes" }, this.cards.map((card) => card.element)),
      html("div", { class: "panels" }, this.panels.map((panel) => panel.element)),
      html("div", { class: "foot" }, [this.conditions.element, html("div", {}, [this.text, this.edited])]),
    );
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.listeners = {
      "change:rule": () => this.receive(),
      "change:histograms": () => this.panels.forEach((panel) => panel.drawBars()),
      "change:counts": () => this.drawCounts(),
      "change:edited": () => this.drawCounts(),
      "change:rule_text": () => this.drawText(),
      "change:problem": () => this.conditions.draw(),
    };
    for (const [name, listener] of Object.entries(this.listeners)) model.on(name, listener);
    this.drawCounts();
    this.drawText();
    this.conditions.draw();
  }

  remove() {
    this.observer.disconnect();
    clearTimeout(this.timer);
    for (const [name, listener] of Object.entries(this.listeners)) this.model.off(name, listener);
  }

  /** Position in the rule of the row that a panel's threshold stands for, or −1. */
  place(panel) {
    const { quantity, comparison } = panel.description;
    return this.rule.findIndex(([q, c]) => q === quantity && c === comparison);
  }

  threshold(panel) {
    const place = this.place(panel);
    return place < 0 ? null : this.rule[place][2];
  }

  /** The rows of the rule without a panel, with their positions. */
  further() {
    const taken = new Set(this.panels.map((panel) => this.place(panel)));
    return this.rule.map((row, i) => [row, i]).filter(([, i]) => !taken.has(i));
  }

  change(panel, value, settled) {
    const rows = this.rule.map((row) => row.slice());
    const place = this.place(panel);
    const { quantity, comparison, order } = panel.description;
    if (value === null && place < 0) return;
    const remembered = { ...this.model.get("remembered") };
    if (value === null) {
      remembered[quantity] = rows[place][2];
      this.model.set("remembered", remembered);
      rows.splice(place, 1);
    } else if (place < 0) {
      const before = this.panels.filter((p) => p.description.order < order && this.place(p) >= 0);
      rows.splice(before.length, 0, [quantity, comparison, value]);
    } else if (rows[place][2] === value && settled) {
      panel.drawThreshold();
      return;
    } else rows[place][2] = value;
    this.send(rows, settled);
  }

  send(rows, settled) {
    this.rule = rows;
    this.panels.forEach((panel) => panel.drawThreshold());
    this.conditions.draw();
    this.dragging = !settled;
    if (settled) this.flush();
    else {
      const wait = Math.max(0, this.sentAt + SEND_EVERY - Date.now());
      this.timer ??= setTimeout(() => this.flush(), wait);
    }
  }

  settle() {
    if (!this.dragging) return;
    this.dragging = false;
    this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sentAt = Date.now();
    this.model.set({ rule: this.rule, dragging: this.dragging });
    this.model.save_changes();
  }

  receive() {
    if (this.dragging) return;
    this.rule = this.model.get("rule");
    this.panels.forEach((panel) => panel.drawThreshold());
    this.conditions.draw();
  }

  resize() {
    for (const panel of this.panels) {
      const width = Math.floor(panel.element.clientWidth);
      if (width > 0 && width !== panel.laidOut) panel.resize((panel.laidOut = width));
    }
  }

  drawCounts() {
    const counts = this.model.get("counts");
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.cards.forEach(({ element, count, share, bar }, k) => {
      const part = total ? (100 * counts[k]) / total : 0;
      count.textContent = grouped(counts[k]);
      share.textContent = `${part.toFixed(1)}\u202f%`;
      bar.style.width = `${part}%`;
      element.classList.toggle("none", !counts[k]);
    });
    const edited = this.model.get("edited");
    this.edited.textContent = edited ? `${grouped(edited)} of ${grouped(total)} sets labelled by hand` : "";
  }

  drawText() {
    this.text.replaceChildren(html("b", { text: "relevant" }), ` = ${this.model.get("rule_text")}`);
  }
}

export default {
  render({ model, el }) {
    keepListening(model);
    const root = html("div");
    el.append(root);
    const plot = new ThresholdPlot(model, root);
    return () => plot.remove();
  },
};

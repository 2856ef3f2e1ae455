// The table of conditions; put together with the other parts by threshold_plot.py.

const COMPARISONS = ["<", "<=", ">", ">="];

/** The further conditions of the rule: a table of quantity, comparison, value. */
class Conditions {
  constructor(plot) {
    this.plot = plot;
    this.drawings = 0;
    this.rows = html("tbody");
    this.names = html("datalist", { id: `kinetools-quantities-${crypto.randomUUID?.() ?? Math.random()}` });
    this.names.append(...plot.model.get("quantities").map((value) => html("option", { value })));
    this.problem = html("p", { class: "problem", role: "alert" });
    this.table = html("table", {}, [this.rows]);
    this.element = html("div", { class: "conditions" }, [
      html("h4", { text: "Further conditions" }),
      this.table,
      html("button", { type: "button", class: "add", text: "+ condition", onclick: () => this.add() }),
      this.problem,
      this.names,
    ]);
  }

  add() {
    const row = this.row(["", "<", ""], null);
    this.rows.append(row);
    this.table.hidden = false;
    row.querySelector("input").focus();
  }

  row([quantity, comparison, value], index) {
    const name = html("input", {
      type: "text", class: "quantity", list: this.names.id, value: quantity, title: quantity,
      placeholder: "quantity, e.g. time_constant", "aria-label": "quantity of the condition",
    });
    const sign = html("select", { "aria-label": "comparison of the condition" },
      COMPARISONS.map((c) => html("option", { value: c, text: c.replace("<=", "≤").replace(">=", "≥"),
        selected: c === comparison })));
    const number = html("input", {
      type: "text", class: "value", value: value === "" ? "" : show(value), placeholder: "value",
      "aria-label": "value of the condition",
    });
    const drawing = this.drawings;
    const element = html("tr", {}, [name, sign, number].map((field) => html("td", {}, [field])));
    const commit = () => {
      // A field that is removed with its row tells of its change once more.
      if (drawing !== this.drawings) return;
      const parsed = parse(number.value);
      number.setAttribute("aria-invalid", number.value !== "" && Number.isNaN(parsed));
      if (!name.value.trim() || Number.isNaN(parsed)) return;
      const rows = this.plot.rule.slice();
      rows.splice(index ?? rows.length, index === null ? 0 : 1, [name.value.trim(), sign.value, parsed]);
      this.plot.send(rows, true);
    };
    for (const field of [name, sign, number]) whenTyped(field, commit);
    const remove = () => {
      if (index === null) element.remove();
      else this.plot.send(this.plot.rule.filter((_, i) => i !== index), true);
    };
    element.append(html("td", {}, [html("button", {
      type: "button", text: "×", title: "remove", "aria-label": "remove this condition", onclick: remove,
    })]));
    return element;
  }

  draw() {
    const further = this.plot.further();
    const text = JSON.stringify(further);
    // Rows that are being filled in survive what arrives from the kernel meanwhile.
    if (text !== this.drawn) {
      this.drawings += 1;
      this.rows.replaceChildren(...further.map(([row, index]) => this.row(row, index)));
      this.drawn = text;
    }
    this.table.hidden = !this.rows.children.length;
    this.problem.textContent = this.plot.model.get("problem");
  }
}

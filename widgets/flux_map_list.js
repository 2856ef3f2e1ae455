/** A list of reactions or subsystems: typed words narrow it, headings sort it, clicks choose from it. */

const AT_ONCE = 80; // rows that are drawn before more are scrolled to
const OFF = "not on the map"; // which is worth a line only where it is the exception

function made(tag, className, text = "", parent = null) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  parent?.append(node);
  return node;
}

/** An id that breaks at its underscores where it has to. */
function breakable(id) {
  const parts = id.split(/(?<=_)/);
  return parts.flatMap((part, k) => (k ? [document.createElement("wbr"), part] : [part]));
}

class ReactionList {
  constructor(model, el) {
    this.model = model;
    this.things = model.get("things");
    this.rows = []; // that are listed, in order
    const root = made("div", `kinetools-reactions ${this.things}s`, "", el);
    const what = this.things === "reaction" ? "a reaction by id, name, gene or subsystem" : "a subsystem";
    this.search = made("input", "", "", root);
    this.search.type = "search";
    this.search.placeholder = `find ${what}`;
    this.search.setAttribute("aria-label", `find ${what}`);
    this.search.hidden = !model.get("several"); // a short list
    this.search.addEventListener("input", () => this.draw());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.choose(this.rows[0]?.[0], event);
      if (event.key === "ArrowDown") {
        event.preventDefault();
        this.body.querySelector("tr")?.focus();
      }
    });
    this.note = made("div", "only", "", root);
    this.note.setAttribute("role", "status");
    this.scrolled = made("div", "scrolled", "", root);
    const table = made("table", "", "", this.scrolled);
    this.head = made("tr", "", "", made("thead", "", "", table));
    this.body = made("tbody", "", "", table);
    this.more = made("div", "more", "", root);
    this.scrolled.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.scrolled;
      if (scrollTop + 2 * clientHeight > scrollHeight) this.append(AT_ONCE);
    });
    this.body.addEventListener("click", (event) => {
      this.choose(event.target.closest("tr")?.dataset.id, event);
    });
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.handlers = {
      "change:rows": () => this.draw(true),
      "change:columns": () => this.draw(),
      "change:only": () => this.draw(true),
      "change:note": () => this.draw(),
      "change:sort": () => this.draw(),
      "change:facts": () => this.draw(),
      "change:selection": () => this.mark(true),
      "change:height": () => {
        this.size();
        this.mark(true);
      },
    };
    for (const [event, handler] of Object.entries(this.handlers)) model.on(event, handler);
    this.size();
    this.draw();
    this.mark(true);
  }

  destroy() {
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
  }

  size() {
    this.scrolled.style.maxHeight = `${this.model.get("height")}px`;
  }

  /** Rows that hold every typed word, sorted; first where the id or a gene is what was typed. */
  shown() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const only = this.model.get("only");
    const listed = only && new Set(only);
    const facts = this.model.get("facts");
    const rows = this.model.get("rows").filter(([id, , , mark]) => {
      if (listed && !listed.has(id)) return false;
      if (!words.length) return true;
      const text = `${id} ${(facts[id] ?? []).join(" ")} ${mark}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const { column, down } = this.model.get("sort");
    const key = (row) => (column === 0 ? row[0].toLowerCase() : (row[2][column - 1] ?? -1));
    const sign = down ? -1 : 1;
    const rank = ([id]) => this.rank(id, facts[id] ?? []);
    const keyed = rows.map((row) => [words.length ? rank(row) : 0, key(row), row]);
    keyed.sort(([r, x], [s, y]) => r - s || (x < y ? -sign : x > y ? sign : 0));
    return keyed.map(([, , row]) => row);
  }

  /** How well what was typed fits an id or a gene, as it is written or not, or else the name; 0 is best. */
  rank(id, [name = "", genes = ""]) {
    const typed = this.search.value.trim();
    const small = typed.toLowerCase();
    const known = [id, ...genes.split(" ")];
    if (known.includes(typed)) return 0;
    if (known.some((one) => one.toLowerCase() === small)) return 1;
    const place = id.toLowerCase().indexOf(small);
    if (place >= 0) return place > 0 ? 3 : 2;
    const words = small.split(/\s+/);
    return words.every((word) => name.toLowerCase().includes(word)) ? 4 : 5;
  }

  draw(scroll = false) {
    this.drawHead();
    this.rows = this.shown();
    const every = this.model.get("rows");
    this.fewOff = 2 * every.filter(([, , , mark]) => mark === OFF).length < every.length;
    this.body.replaceChildren();
    this.scrolled.scrollTop = 0;
    this.append(AT_ONCE);
    const many = `${this.rows.length} of ${every.length} ${this.things}s`;
    const chosenFrom = this.search.value.trim() || this.model.get("only");
    this.more.textContent = chosenFrom && this.rows.length ? many : "";
    if (!this.rows.length) this.more.textContent = this.nothing();
    this.note.replaceChildren(this.model.get("note"));
    if (this.model.get("note")) {
      const all = made("button", "", "list all", this.note);
      all.type = "button";
      all.addEventListener("click", () => this.model.send({ clear: true }));
    }
    this.mark(scroll);
  }

  nothing() {
    const listed = this.model.get("only");
    if (this.search.value.trim()) return `no ${this.things}${listed ? " listed" : ""} has these words`;
    return listed ? `there is no such ${this.things}` : "";
  }

  drawHead() {
    const now = this.model.get("sort");
    const cells = this.model.get("columns").map((title, column) => {
      const cell = made("th");
      const button = made("button", "", title, cell);
      button.type = "button";
      const hint = this.model.get("hints")[column];
      button.title = hint || (column ? `sort by the size of the ${title}` : `sort by ${this.idName()}`);
      const sorted = now.column === column;
      if (sorted) button.textContent += now.down ? " ▾" : " ▴";
      cell.ariaSort = sorted ? (now.down ? "descending" : "ascending") : "none";
      button.addEventListener("click", () => {
        this.model.set("sort", { column, down: sorted ? !now.down : column > 0 });
        this.model.save_changes();
      });
      return cell;
    });
    this.head.replaceChildren(...cells);
  }

  idName() {
    return this.things === "reaction" ? "id" : "name";
  }

  /** Draw some more of the rows. */
  append(count) {
    const from = this.body.children.length;
    const rows = this.rows.slice(from, from + count).map((row) => this.row(row));
    this.body.append(...rows);
    this.mark(false, rows);
  }

  row([id, texts, , mark, warning]) {
    const [name = "", genes = "", subsystem = ""] = this.model.get("facts")[id] ?? [];
    const row = made("tr", mark ? "off" : "");
    row.dataset.id = id;
    row.tabIndex = 0;
    row.title = [name || id, subsystem, genes, mark, warning].filter(Boolean).join("\n");
    const first = made("td", "", "", row);
    first.append(...breakable(id));
    if (mark && (this.fewOff || mark !== OFF)) made("span", "note", mark, first);
    if (warning) made("span", "warning", "⚠", first);
    const found = this.search.value.trim() && this.foundAs(name, genes);
    if (found) made("span", "note", found, first);
    for (const text of texts) made("td", "", text, row);
    return row;
  }

  /** The name of a reaction and those of its genes that were typed. */
  foundAs(name, genes) {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const typed = genes.split(" ").filter((gene) => words.some((w) => gene.toLowerCase().startsWith(w)));
    return [name, ...typed].filter(Boolean).join(" · ");
  }

  mark(scroll, rows = null) {
    const chosen = this.model.get("selection");
    if (scroll && chosen.length) {
      const place = this.rows.findIndex(([id]) => id === chosen.at(-1));
      const missing = place + 1 - this.body.children.length;
      if (missing > 0) this.append(missing + AT_ONCE);
    }
    for (const row of rows ?? this.body.children) {
      const is = chosen.includes(row.dataset.id);
      row.classList.toggle("chosen", is);
      row.classList.toggle("last", row.dataset.id === chosen.at(-1));
      row.ariaSelected = is;
    }
    const last = scroll && this.body.querySelector(".last");
    if (!last) return;
    // Not scrollIntoView, which would move the whole page.
    const [row, frame] = [last.getBoundingClientRect(), this.scrolled.getBoundingClientRect()];
    const head = this.head.getBoundingClientRect().height;
    if (row.top < frame.top + head) this.scrolled.scrollTop -= frame.top + head - row.top;
    if (row.bottom > frame.bottom) this.scrolled.scrollTop += row.bottom - frame.bottom;
  }

  choose(id, event) {
    if (!id) return;
    const chosen = this.model.get("selection");
    const several = this.model.get("several");
    let next = [id];
    if (!several && chosen.includes(id)) next = [];
    if (several && (event.ctrlKey || event.metaKey || event.shiftKey)) {
      next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
    }
    this.model.set("selection", next);
    this.model.save_changes();
    this.mark(false);
  }

  onKey(event) {
    const row = event.target.closest("tr");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (event.key === "ArrowDown" && !row?.nextElementSibling) this.append(AT_ONCE);
      const to = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
      if (to) to.focus();
      else if (event.key === "ArrowUp" && !this.search.hidden) this.search.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(row?.dataset.id, event);
    }
  }
}

export default {
  render({ model, el }) {
    keepListening(model);
    const list = new ReactionList(model, el);
    const keep = ownKeys((node) => el.contains(node));
    return () => {
      keep();
      list.destroy();
    };
  },
};

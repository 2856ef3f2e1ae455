/** A list of reactions: typed words narrow it, headings sort it, clicks choose from it. */

const MOST = 300; // rows that are drawn

function made(tag, className, text = "", parent = null) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  parent?.append(node);
  return node;
}

class ReactionList {
  constructor(model, el) {
    this.model = model;
    this.sort = { column: 0, down: false };
    const root = made("div", "kinetools-reactions", "", el);
    this.search = made("input", "", "", root);
    this.search.type = "search";
    this.search.placeholder = "find a reaction by id or name";
    this.search.setAttribute("aria-label", "find a reaction by id or name");
    this.search.addEventListener("input", () => this.draw());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.choose(this.shown()[0]?.[0], event);
      if (event.key === "ArrowDown") this.body.querySelector("tr")?.focus();
    });
    this.scrolled = made("div", "scrolled", "", root);
    const table = made("table", "", "", this.scrolled);
    this.head = made("tr", "", "", made("thead", "", "", table));
    this.body = made("tbody", "", "", table);
    this.more = made("div", "more", "", this.scrolled);
    this.body.addEventListener("click", (event) => {
      this.choose(event.target.closest("tr")?.dataset.id, event);
    });
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.handlers = {
      "change:rows": () => this.draw(true),
      "change:columns": () => this.draw(),
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

  /** Rows that hold every typed word, sorted. */
  shown() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = this.model.get("rows").filter(([id, name, , , mark]) => {
      const text = `${id} ${name} ${mark}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const { column, down } = this.sort;
    const key = (row) => (column === 0 ? row[0].toLowerCase() : (row[3][column - 1] ?? -1));
    const sign = down ? -1 : 1;
    return rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      return x < y ? -sign : x > y ? sign : 0;
    });
  }

  draw(scroll = false) {
    this.head.replaceChildren();
    this.model.get("columns").forEach((title, column) => {
      const cell = made("th", "", "", this.head);
      const button = made("button", "", title, cell);
      button.type = "button";
      button.title = column ? `sort by the size of the ${title}` : "sort by id";
      const sorted = this.sort.column === column;
      if (sorted) button.textContent += this.sort.down ? " ▾" : " ▴";
      cell.ariaSort = sorted ? (this.sort.down ? "descending" : "ascending") : "none";
      button.addEventListener("click", () => {
        const down = sorted ? !this.sort.down : column > 0;
        this.sort = { column, down };
        this.draw();
      });
    });
    const rows = this.shown();
    this.body.replaceChildren(...rows.slice(0, MOST).map((row) => this.row(row)));
    const left = rows.length - MOST;
    this.more.textContent = left > 0 ? `and ${left} more: type to find them` : "";
    if (!rows.length) this.more.textContent = "no reaction has these words in its id or name";
    this.mark(scroll);
  }

  row([id, name, texts, , mark, warning]) {
    const row = made("tr", mark ? "off" : "");
    row.dataset.id = id;
    row.tabIndex = 0;
    row.title = [name || id, mark, warning].filter(Boolean).join("\n");
    const first = made("td", "", id, row);
    if (mark) made("span", "note", mark, first);
    if (warning) made("span", "warning", "⚠", first);
    for (const text of texts) made("td", "", text, row);
    return row;
  }

  mark(scroll) {
    const chosen = this.model.get("selection");
    for (const row of this.body.children) {
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
    let next = [id];
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
    }
    this.model.set("selection", next);
    this.model.save_changes();
    this.mark(false);
  }

  onKey(event) {
    const row = event.target.closest("tr");
    const to = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      to?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(row?.dataset.id, event);
    }
  }
}

export default {
  render({ model, el }) {
    const list = new ReactionList(model, el);
    const keep = ownKeys((node) => el.contains(node));
    return () => {
      keep();
      list.destroy();
    };
  },
};

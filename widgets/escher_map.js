// A metabolic map drawn by Escher: colours and widths from data, clicks to Python.

const ESCHER_OPTIONS = {
  menu: "none",
  enable_editing: false,
  enable_keys: false, // the keys belong to the notebook
  enable_search: false,
  enable_tooltips: false, // ours shows names, values and units
  scroll_behavior: "none", // the wheel scrolls the page
  never_ask_before_quit: true,
  reaction_scale_preset: false,
  metabolite_scale_preset: false,
  reaction_data_threshold: 0, // Escher takes small fluxes for zero
};
// Escher wants a scale from the start; this one has no data to colour.
const NO_SCALE = [
  { type: "value", value: 0, color: "#dcdcdc", size: 8 },
  { type: "value", value: 1, color: "#dcdcdc", size: 8 },
];
// How near to a thin line (in pixels) the mouse is taken to be on it.
const REACH = 6;
// Escher's font size of metabolites (map units), and what is too small to read (pixels).
const NODE_LABEL = 20;
const LEGIBLE = 5.5;
// Of a number of molecules, digits that are drawn.
const DIGITS = 4;
// What marks the ids of a trait: a class and how far it stands out (map units). What is selected
// lies on top, and what is highlighted, too, still shows around it.
const HALOS = {
  highlight: { className: "kinetools-highlighted", margin: 22 },
  selection: { className: "kinetools-selected", margin: 12 },
};

/** A copy of a map to draw, since Escher changes what it is given; numbers of molecules without rounding. */
function toDraw(map) {
  const copy = markOpenEnds(structuredClone(map));
  for (const { metabolites } of Object.values(copy[1].reactions)) {
    for (const one of metabolites) one.coefficient = +one.coefficient.toPrecision(DIGITS);
  }
  return copy;
}

class MapView {
  constructor(model, el, Builder) {
    this.model = model;
    this.Builder = Builder;
    this.builder = null;
    this.moved = false; // by the user: then a new size keeps the place
    this.fitting = false;
    this.layout(el);
    this.listen();
    // Escher measures its place when it draws: wait until the page has given it one.
    this.resizing = new ResizeObserver(() => {
      if (!this.canvas.clientWidth || !this.canvas.clientHeight) return;
      if (!this.builder) this.start();
      else if (!this.moved) this.fit();
    });
    this.resizing.observe(this.canvas);
  }

  layout(el) {
    const root = element(el, "div", "kinetools-map");
    this.title = element(root, "div", "kinetools-map-title");
    this.canvas = element(root, "div", "kinetools-map-canvas");
    this.place = element(this.canvas, "div", "kinetools-map-escher");
    this.buttons = element(this.canvas, "div", "kinetools-map-buttons");
    const button = (icon, label, action) => {
      const made = element(this.buttons, "button", "");
      made.type = "button";
      made.title = label;
      made.setAttribute("aria-label", label);
      made.append(drawIcon(icon));
      made.addEventListener("click", action);
    };
    button("in", "Zoom in", () => this.builder?.zoom_container.zoom_in());
    button("out", "Zoom out", () => this.builder?.zoom_container.zoom_out());
    button("fit", "Show the whole map", () => this.fit());
    button("full", "Full screen", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen();
    });
    this.tooltip = element(this.canvas, "div", "kinetools-map-tooltip");
    this.tooltip.hidden = true;
    this.legends = element(root, "div", "kinetools-map-legends");
    this.note = element(root, "div", "kinetools-map-note");
  }

  listen() {
    this.handlers = {
      "change:_map": () => this.builder && this.load(),
      "change:_layers": () => this.applyData(),
      "change:selection": () => this.drawHalos(),
      "change:highlight": () => this.drawHalos(),
      "change:title": () => this.applyFrame(),
      "change:height": () => this.applyFrame(),
    };
    for (const [event, handler] of Object.entries(this.handlers)) this.model.on(event, handler);
    this.applyFrame();
    // In the capture phase: Escher's own handlers stop some of these events.
    this.place.addEventListener("click", (event) => this.onClick(event), true);
    this.place.addEventListener("mousemove", (event) => this.onMove(event), true);
    this.place.addEventListener("mouseleave", () => this.showTooltip(null));
    // With shift, JupyterLab selects cells and the browser text.
    this.place.addEventListener("mousedown", (event) => {
      if (event.shiftKey) event.preventDefault();
    });
  }

  destroy() {
    this.resizing.disconnect();
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
  }

  start() {
    this.builder = new this.Builder(toDraw(this.model.get("_map")), null, null, this.place, {
      ...ESCHER_OPTIONS,
      // Named here, or else Escher colours by the absolute value without a word.
      reaction_styles: ["color", "size", "text"],
      metabolite_styles: ["color", "size"],
      reaction_scale: NO_SCALE,
      metabolite_scale: NO_SCALE,
      // It draws some 50 ms later, and only then can show data.
      first_load_callback: () => this.onLoad(),
    });
  }

  load() {
    this.builder.load_map(toDraw(this.model.get("_map")));
    this.onLoad();
  }

  onLoad() {
    this.index();
    this.applyData();
    this.moved = false;
    this.fit();
    this.builder.zoom_container.callbackManager.set("go_to.kinetools", () => {
      if (!this.fitting) this.moved = true;
      this.showTooltip(null);
      this.showScale();
    });
    this.canvas.dataset.ready = "true";
  }

  /** Remember which elements draw which id; a metabolite may be drawn at several places. */
  index() {
    this.drawn = new Map();
    for (const group of this.place.querySelectorAll("g.reaction, g.node")) {
      const { bigg_id: id, node_type: type } = group.__data__;
      if (type && type !== "metabolite") continue;
      if (type) group.classList.toggle("kinetools-secondary", !group.__data__.node_is_primary);
      if (!this.drawn.has(id)) this.drawn.set(id, []);
      this.drawn.get(id).push(group);
    }
    const layer = (className) => {
      const made = document.createElementNS(SVG, "g");
      made.setAttribute("class", className);
      this.place.querySelector(".zoom-g > #reactions").before(made);
      return made;
    };
    this.halos = layer("kinetools-halos");
    this.uncertain = layer("kinetools-uncertain");
  }

  applyFrame() {
    this.title.textContent = this.model.get("title");
    this.canvas.style.height = `${this.model.get("height")}px`;
    if (this.halos && !this.moved) this.fit();
  }

  applyData() {
    if (!this.halos) return; // nothing is drawn yet
    const { reactions, metabolites, note } = this.model.get("_layers");
    this.applyLayer("reaction", reactions);
    this.applyLayer("metabolite", metabolites);
    if (reactions?.direction) turnArrowheads(this.builder.map, reactions.direction);
    const groups = this.place.querySelectorAll("g.reaction");
    drawUncertainty(this.uncertain, groups, reactions?.uncertainty);
    this.legends.replaceChildren();
    this.addLegend(reactions?.title, "g.reaction", reactions);
    if (reactions?.uncertainty) drawUncertaintyLegend(this.legends, reactions.uncertainty);
    this.addLegend("Metabolites", "g.node", metabolites);
    this.note.textContent = note;
    this.drawHalos(); // lines have new widths and ends
  }

  applyLayer(kind, layer) {
    const { settings } = this.builder;
    if (layer) {
      settings.set(`${kind}_scale`, layer.scale);
      settings.set(`${kind}_no_data_color`, layer.no_data.color);
      settings.set(`${kind}_no_data_size`, layer.no_data.size);
    }
    // Escher also looks data up by the names of things: a null keeps another's value away.
    const values = layer && Object.fromEntries([...this.drawn.keys()].map((id) => [id, null]));
    for (const [id, value] of Object.entries(layer?.values ?? {})) {
      if (this.drawn.has(id)) values[id] = value;
    }
    this.builder[`set_${kind}_data`](values ? [values] : null);
  }

  addLegend(name, selector, layer) {
    if (!layer) return;
    const without = [...this.drawn].filter(
      ([id, [group]]) => group.matches(selector) && (layer.values[id] ?? null) === null,
    );
    drawLegend(this.legends, name, layer, without.length);
  }

  /** Bright bands under what is selected or highlighted. */
  drawHalos() {
    if (!this.halos) return;
    this.halos.replaceChildren();
    for (const [trait, { className, margin }] of Object.entries(HALOS)) {
      const ids = new Set(this.model.get(trait));
      const chosen = [];
      for (const [id, groups] of this.drawn) {
        for (const group of groups) {
          group.classList.toggle(className, ids.has(id));
          if (ids.has(id)) chosen.push(group);
        }
      }
      for (const group of chosen) this.drawHalo(group, className, margin);
      // Without a colour of its own the inside is not seen; with one the halo is an outline.
      for (const group of chosen) this.drawHalo(group, `${className}-inside`, margin - 5);
    }
  }

  drawHalo(group, className, margin) {
    for (const shape of group.querySelectorAll(".segment, .node-circle")) {
      const halo = shape.cloneNode(false);
      halo.removeAttribute("style");
      halo.setAttribute("class", className);
      if (shape.tagName === "circle") halo.setAttribute("r", +shape.getAttribute("r") + margin);
      else halo.style.strokeWidth = parseFloat(getComputedStyle(shape).strokeWidth) + 2 * margin;
      this.halos.append(halo);
    }
  }

  /** Fit everything that is drawn, labels too, into the frame. */
  fit() {
    if (!this.halos) return;
    const boxes = [...this.place.querySelectorAll("#reactions, #nodes, #text-labels")]
      .map((group) => group.getBBox())
      .filter((box) => box.width || box.height);
    if (!boxes.length) return;
    const left = Math.min(...boxes.map((box) => box.x));
    const top = Math.min(...boxes.map((box) => box.y));
    const width = Math.max(...boxes.map((box) => box.x + box.width)) - left;
    const height = Math.max(...boxes.map((box) => box.y + box.height)) - top;
    const margin = 12;
    const wide = this.canvas.clientWidth;
    // In a narrow place the map needs less than its height.
    const needed = ((wide - 2 * margin) * height) / width + 2 * margin;
    this.canvas.style.height = `${Math.min(this.model.get("height"), Math.ceil(needed))}px`;
    const high = this.canvas.clientHeight;
    const scale = Math.min((wide - 2 * margin) / width, (high - 2 * margin) / height);
    this.fitting = true;
    this.builder.zoom_container.goTo(scale, {
      x: wide / 2 - scale * (left + width / 2),
      y: high / 2 - scale * (top + height / 2),
    });
    this.fitting = false;
    this.moved = false;
    this.showScale();
  }

  /** Names of cofactors are left out while they would be too small to read. */
  showScale() {
    const size = NODE_LABEL * this.builder.zoom_container.windowScale;
    this.canvas.classList.toggle("kinetools-map-far", size < LEGIBLE);
  }

  /** The reaction or metabolite at the mouse, or just beside it. */
  at(event) {
    const near = [[0, 0], [0, 1], [1, 0], [0, -1], [-1, 0], [1, 1], [1, -1], [-1, -1], [-1, 1]];
    for (const [dx, dy] of near) {
      const hit = event.view.document.elementFromPoint(
        event.clientX + dx * REACH,
        event.clientY + dy * REACH,
      );
      const group = this.place.contains(hit) && hit.closest("g.node, g.reaction");
      const found = group && this.thing(group);
      if (found) return found;
    }
    return null;
  }

  thing(group) {
    const data = group.__data__;
    if (group.matches("g.reaction")) return { kind: "reactions", data };
    if (data.node_type === "metabolite") return { kind: "metabolites", data };
    // The small circles in the middle of a reaction belong to it.
    const segment = data.connected_segments?.[0];
    const reaction = segment && this.builder.map.reactions[segment.reaction_id];
    return reaction ? { kind: "reactions", data: reaction } : null;
  }

  onClick(event) {
    const found = this.at(event);
    const add = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!found && add) return;
    const selected = this.model.get("selection");
    let next = [];
    if (found && add) {
      const id = found.data.bigg_id;
      next = selected.includes(id) ? selected.filter((one) => one !== id) : [...selected, id];
    } else if (found) {
      next = [found.data.bigg_id];
    }
    this.model.set("selection", next);
    this.model.save_changes();
  }

  onMove(event) {
    if (event.buttons) return this.showTooltip(null); // dragging the map
    this.showTooltip(this.at(event), event);
  }

  showTooltip(found, event) {
    const id = found?.data.bigg_id ?? null;
    if (this.model.get("hovered") !== id) {
      this.model.set("hovered", id);
      this.model.save_changes();
    }
    this.tooltip.hidden = !found;
    if (!found) return;
    const { kind, data } = found;
    const name = this.model.get("_names")[id] || data.name;
    const layer = this.model.get("_layers")[kind];
    this.tooltip.replaceChildren();
    element(this.tooltip, "div", "kinetools-map-name", name || id);
    if (name && name !== id) element(this.tooltip, "div", "kinetools-map-id", id);
    if (data.metabolites) element(this.tooltip, "div", "kinetools-map-equation", equation(data));
    if (layer) {
      const value = layer.values[id] ?? null;
      const text = value === null ? "no data" : withUnit(value, layer.unit);
      element(this.tooltip, "div", "kinetools-map-value", text);
      const lines = layer.notes?.[id]?.split("\n") ?? [];
      for (const line of lines) element(this.tooltip, "div", "kinetools-map-id", line);
    }
    this.placeTooltip(event);
  }

  placeTooltip(event) {
    const frame = this.canvas.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tooltip;
    const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
    const left = x + 14 + width > frame.width ? x - 14 - width : x + 14;
    const top = y + 14 + height > frame.height ? y - 14 - height : y + 14;
    this.tooltip.style.left = `${Math.max(0, left)}px`;
    this.tooltip.style.top = `${Math.max(0, top)}px`;
  }
}

async function render({ model, el }) {
  keepListening(model);
  const bundle = model.get("_escher");
  if (!bundle.byteLength) {
    el.textContent = "This map was made without a page to show it; run its cell again here.";
    return;
  }
  const { Builder } = runEscher(await unzip(bundle));
  const view = new MapView(model, el, Builder);
  const keep = ownKeys((node) => el.contains(node));
  return () => {
    keep();
    view.destroy();
  };
}

export default { render };

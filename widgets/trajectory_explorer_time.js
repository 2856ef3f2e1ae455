/**
 * A slider over logarithmic time with a button that plays it, shown in as many places as one likes.
 *
 * `_place` (0 … 1) is where the slider is, `index` the nearest of the dataset's times. Both move in the
 * page alone; Python learns the index when the slider is let go, and when the play pauses or ends. The
 * map and the chart of time courses follow here, too, without a word from the kernel.
 */

const SECONDS = 9; // that a play lasts

function element(parent, tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

function nearest(places, place) {
  let best = 0;
  places.forEach((one, i) => {
    if (Math.abs(one - place) < Math.abs(places[best] - place)) best = i;
  });
  return best;
}

/** Give a trait of another widget a value for this page only: nothing that the kernel should hear of. */
function show(widget, trait, value) {
  widget.attributes[trait] = value;
  widget.trigger(`change:${trait}`, widget, value);
}

async function widgetOf(model, trait) {
  const reference = model.get(trait);
  return reference ? await model.widget_manager.get_model(reference.replace("IPY_MODEL_", "")) : null;
}

/** The map's data at a time. */
function showOnMap(map, frames, index) {
  const layers = map.get("_layers");
  const next = { ...layers };
  for (const kind of ["reactions", "metabolites"]) {
    if (!layers[kind] || !frames[kind]) return;
    const values = Object.entries(frames[kind]).map(([id, over]) => [id, over[index]]);
    next[kind] = { ...layers[kind], values: Object.fromEntries(values) };
  }
  show(map, "_layers", next);
}

/** The vertical line in the time courses. */
function showInCourses(chart, x) {
  const figure = chart.get("figure");
  const shapes = (figure.layout.shapes ?? []).map((shape) =>
    shape.name === "now" ? { ...shape, x0: x, x1: x } : shape,
  );
  show(chart, "figure", { ...figure, layout: { ...figure.layout, shapes } });
}

async function initialize({ model }) {
  const map = await widgetOf(model, "_map");
  const courses = await widgetOf(model, "_courses");
  let shown = model.get("index");
  let last = null; // moment of the last step of a play
  let frame = 0;

  const follow = () => {
    const index = nearest(model.get("places"), model.get("_place"));
    if (index === shown) return;
    shown = index;
    model.set("index", index);
    if (map) showOnMap(map, model.get("frames"), index);
    if (courses) showInCourses(courses, model.get("xs")[index]);
  };
  const jump = () => {
    const index = model.get("index");
    if (index !== nearest(model.get("places"), model.get("_place"))) {
      model.set("_place", model.get("places")[index]);
    }
  };
  const step = (now) => {
    if (!model.get("playing")) return;
    const place = Math.min(1, model.get("_place") + (now - (last ?? now)) / 1000 / SECONDS);
    last = now;
    model.set("_place", place);
    if (place < 1) frame = requestAnimationFrame(step);
    else model.set("playing", false);
  };
  const play = () => {
    cancelAnimationFrame(frame);
    last = null;
    if (!model.get("playing")) return model.save_changes(); // where it stopped
    if (model.get("_place") >= 1) model.set("_place", 0);
    frame = requestAnimationFrame(step);
  };
  model.on("change:_place", follow);
  model.on("change:index", jump);
  model.on("change:playing", play);
  if (model.get("playing")) play(); // a page that was loaded again
  return () => {
    cancelAnimationFrame(frame);
    model.off("change:_place", follow);
    model.off("change:index", jump);
    model.off("change:playing", play);
  };
}

const ICONS = { play: "M4 2l10 6-10 6z", pause: "M3 2h4v12H3zM9 2h4v12H9z" };

function drawIcon(button, name) {
  const svg = "http://www.w3.org/2000/svg";
  const icon = document.createElementNS(svg, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", ICONS[name]);
  icon.append(path);
  button.replaceChildren(icon);
}

function render({ model, el }) {
  keepListening(model);
  const root = element(el, "div", "kinetools-time");
  const button = element(root, "button", "");
  button.type = "button";
  const middle = element(root, "div", "track");
  const slider = element(middle, "input", "");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.0005 });
  slider.setAttribute("aria-label", "time after the perturbation");
  const scale = element(middle, "div", "ticks");
  const text = element(root, "div", "now");

  const ticks = () => {
    scale.replaceChildren();
    for (const [place, label] of model.get("ticks")) {
      element(scale, "span", "", label).style.left = `${100 * place}%`;
    }
  };
  const put = () => {
    slider.value = model.get("_place");
    const now = model.get("texts")[model.get("index")] ?? "";
    text.textContent = now;
    slider.setAttribute("aria-valuetext", now);
  };
  const mode = () => {
    const playing = model.get("playing");
    drawIcon(button, playing ? "pause" : "play");
    button.title = playing ? "Pause" : "Play";
    button.setAttribute("aria-label", button.title);
  };
  const halt = () => {
    if (model.get("playing")) model.set("playing", false);
  };
  button.addEventListener("click", () => {
    model.set("playing", !model.get("playing"));
    model.save_changes();
  });
  slider.addEventListener("input", () => {
    halt();
    model.set("_place", +slider.value);
  });
  slider.addEventListener("change", () => model.save_changes());
  slider.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 };
    const [index, end] = [model.get("index"), model.get("places").length - 1];
    const wanted = { Home: 0, End: end }[event.key] ?? index + (steps[event.key] ?? NaN);
    if (Number.isNaN(wanted)) return;
    event.preventDefault();
    halt();
    model.set("_place", model.get("places")[Math.min(end, Math.max(0, wanted))]);
    model.save_changes();
  });
  const handlers = {
    "change:_place": put,
    "change:index": put,
    "change:texts": put,
    "change:ticks": ticks,
    "change:playing": mode,
  };
  for (const [event, handler] of Object.entries(handlers)) {
    model.on(event, handler);
    handler();
  }
  return () => {
    for (const [event, handler] of Object.entries(handlers)) model.off(event, handler);
  };
}

export default { initialize, render };

/** Trajectories with markers that move along them, as fast as the page can draw; see PlaneChart. */

const AXES = ["x", "y", "z"];
const SVG = "http://www.w3.org/2000/svg";
// Marks of radius 1, by Plotly's names.
const SHAPES = {
  circle: "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  diamond: "M0-1.3L1.3 0 0 1.3-1.3 0Z",
  square: "M-.9-.9H.9V.9H-.9Z",
  x: "M0-.55L.75-1.3 1.3-.75.55 0 1.3.75.75 1.3 0 .55-.75 1.3-1.3.75-.55 0-1.3-.75-.75-1.3Z",
};

const isMover = (trace) => trace.meta?.kind === "markers";
const inSpace = (figure) => figure.data.some((trace) => trace.type === "scatter3d");

/** Hover texts, which are the same for all points of a trajectory but for the time. */
function withTexts(figure, times) {
  for (const trace of figure.data) {
    if (trace.meta?.kind !== "paths") continue;
    trace.text = trace.meta.labels.flatMap((label) => [
      ...times.map((time) => `${label}<br>at ${time}`),
      "",
    ]);
  }
  return figure;
}

/** Between which of the times a place is, and how far on the way from one to the other. */
function between(places, place) {
  let i = 0;
  while (i < places.length - 2 && places[i + 1] <= place) i += 1;
  const width = places[i + 1] - places[i];
  return [i, width > 0 ? Math.min(1, Math.max(0, (place - places[i]) / width)) : 0];
}

/** Where each trajectory of a trace of paths is; a path that broke off stays at its end. */
function positions(path, letter, length, [i, share]) {
  const values = path[letter];
  return path.meta.rows.map((_, k) => {
    const at = (j) => values[k * (length + 1) + j];
    let j = i;
    while (j > 0 && at(j) === null) j -= 1;
    const next = j === i && j + 1 < length ? at(j + 1) : null;
    return next === null || at(j) === null ? at(j) : at(j) + share * (next - at(j));
  });
}

function draw(parent, tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

/**
 * The markers of a plane: drawn over the chart, since Plotly would draw all the lines again with them.
 */
class Layer {
  constructor(chart) {
    this.chart = chart;
    chart.style.position = "relative";
    this.figure = null;
  }

  /** New marks for a figure. */
  load(figure) {
    this.figure = figure;
    this.svg?.remove();
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "kinetools-movers");
    this.area = draw(this.svg, "svg", { overflow: "hidden" });
    this.groups = [];
    figure.data.forEach((trace, number) => {
      if (!isMover(trace)) return;
      const { color, symbol, size } = trace.marker;
      const group = draw(this.area, "g", { fill: color, stroke: "white" });
      const look = { d: SHAPES[symbol], "stroke-width": 2 / size };
      const marks = trace.meta.rows.map((row) => draw(group, "path", { ...look, "data-row": row }));
      this.groups.push({ group, marks, number, trace, scale: size / 2 });
    });
    this.chart.append(this.svg);
  }

  /** Put the marks where the trajectories are. */
  place(places, place) {
    const { xaxis, yaxis } = this.chart._fullLayout;
    const frame = { x: xaxis._offset, y: yaxis._offset, width: xaxis._length, height: yaxis._length };
    for (const [name, value] of Object.entries(frame)) this.area.setAttribute(name, value);
    const when = between(places, place);
    for (const { group, marks, number, trace, scale } of this.groups) {
      // Hidden by a click on the legend.
      const hidden = this.chart._fullData[number]?.visible === "legendonly";
      group.setAttribute("display", hidden ? "none" : "inline");
      if (hidden) continue;
      const path = this.figure.data[trace.meta.paths];
      const xs = positions(path, "x", places.length, when);
      const ys = positions(path, "y", places.length, when);
      marks.forEach((mark, k) => {
        if (xs[k] === null || ys[k] === null) return mark.setAttribute("display", "none");
        const at = `translate(${xaxis.l2p(xs[k])} ${yaxis.l2p(ys[k])}) scale(${scale})`;
        mark.setAttribute("display", "inline");
        mark.setAttribute("transform", at);
      });
    }
  }

  clear() {
    this.svg?.remove();
    this.figure = null;
  }
}

async function render(context) {
  const { model } = context;
  const id = model.get("_bar").replace("IPY_MODEL_", "");
  const bar = await model.widget_manager.get_model(id);
  let [layer, busy, again] = [null, false, false];

  /** Markers in space: Plotly draws them, one drawing after the other. */
  const moveInSpace = async (chart, Plotly, data) => {
    again = busy; // the last one shows where the time is by then
    if (busy) return;
    busy = true;
    do {
      again = false;
      const when = between(bar.get("places"), bar.get("_place"));
      const moving = data.flatMap((trace, k) => (isMover(trace) ? [k] : []));
      const update = {};
      for (const letter of AXES) {
        update[letter] = moving.map((k) =>
          positions(data[data[k].meta.paths], letter, bar.get("places").length, when),
        );
      }
      await Plotly.restyle(chart, update, moving);
    } while (again);
    busy = false;
  };
  const move = (chart, Plotly) => {
    const figure = model.get("figure");
    if (!figure.data.some(isMover)) return layer?.clear();
    if (inSpace(figure)) return moveInSpace(chart, Plotly, figure.data);
    if (layer?.figure === figure) layer.place(bar.get("places"), bar.get("_place"));
  };
  const drawn = (chart, Plotly) => {
    const figure = model.get("figure");
    layer ??= new Layer(chart);
    if (inSpace(figure) || !figure.data.some(isMover)) layer.clear();
    else if (layer.figure !== figure) layer.load(figure);
    move(chart, Plotly);
  };
  const prepare = (figure) => withTexts(figure, bar.get("texts"));
  const { chart, Plotly, stop } = await showChart(context, prepare, drawn);
  const onMove = () => move(chart, Plotly);
  const onPlot = () => inSpace(model.get("figure")) || onMove();
  bar.on("change:_place", onMove);
  chart.on("plotly_afterplot", onPlot);
  chart.on("plotly_relayouting", onPlot);
  return () => {
    bar.off("change:_place", onMove);
    stop();
  };
}

export default { render };

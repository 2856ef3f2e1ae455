// plotly.js from the kernel, and a chart drawn by it; put together with the other parts by widgets.

// One copy of plotly.js a page, whatever the number of charts.
const SHARED = Symbol.for("kinetools plotly.js");

async function unzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

/** plotly.js as a private CommonJS module: it meets no requirejs and leaves nothing in the page. */
async function runPlotly(bytes) {
  const module = { exports: {} };
  const source = await unzip(bytes);
  new Function("module", "exports", "require", "define", source).call(
    globalThis,
    module,
    module.exports,
    undefined,
    undefined,
  );
  return module.exports;
}

async function loadPlotly(model) {
  const id = model.get("_library").replace("IPY_MODEL_", "");
  const library = await model.widget_manager.get_model(id);
  globalThis[SHARED] ??= runPlotly(library.get("source"));
  return globalThis[SHARED];
}

/** What Python needs of Plotly's points: the positions of their traces and in their traces. */
function places(event) {
  const points = event?.points ?? [];
  return points.map(({ curveNumber, pointNumber }) => [curveNumber, pointNumber]);
}

/**
 * Draw a widget's trait `figure`, again whenever it changes, and tell Python of clicks and selections.
 *
 * prepare: the figure as it is → as it is drawn; drawn: called after every drawing.
 * Returns {chart, Plotly, stop}.
 */
async function showChart({ model, el }, prepare = (figure) => figure, drawn = () => {}) {
  keepListening(model);
  const chart = document.createElement("div");
  chart.className = "kinetools-chart";
  el.append(chart);
  const Plotly = await loadPlotly(model);
  // Plotly tells of selections also when it draws them: those are no news to Python.
  let drawing = 0;
  const draw = async () => {
    const { data, layout } = prepare(structuredClone(model.get("figure")));
    chart.style.height = `${layout.height}px`;
    drawing += 1;
    await Plotly.react(chart, data, layout, { responsive: false, ...model.get("config") });
    drawing -= 1;
    drawn(chart, Plotly);
  };
  let events = 0;
  const tell = (trait, points) => {
    if (drawing) return;
    events += 1; // the same point clicked again is news, too
    model.set(trait, { points, at: `${Date.now()}-${events}` });
    model.save_changes();
  };
  // A page may show a chart before Python has said what is in it, or change it while it is first drawn.
  if (!model.get("figure").layout) {
    await new Promise((resolve) => model.on("change:figure", resolve));
  }
  model.on("change:figure", draw);
  await draw();
  chart.on("plotly_click", (event) => tell("clicked", places(event)));
  chart.on("plotly_selected", (event) => event && tell("selected", places(event)));
  chart.on("plotly_deselect", () => tell("selected", []));
  const observer = new ResizeObserver(() => {
    if (chart.clientWidth > 0) Plotly.Plots.resize(chart);
  });
  observer.observe(chart);
  const stop = () => {
    observer.disconnect();
    model.off("change:figure", draw);
    Plotly.purge(chart);
  };
  return { chart, Plotly, stop };
}

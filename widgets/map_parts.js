// What a map is framed with; put together with the other parts by escher_map.py.

const SVG = "http://www.w3.org/2000/svg";
// Paths in a square of 16 by 16.
const ICONS = {
  in: "M8 3v10M3 8h10",
  out: "M3 8h10",
  fit: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3M6 8h4M8 6v4",
  full: "M9.5 3H13v3.5M13 3L9 7M6.5 13H3V9.5M3 13l4-4",
};

/** An element; text is only ever set as text. */
function element(parent, tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

/** One of ICONS. */
function drawIcon(name) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 16 16");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  icon.append(path);
  return icon;
}

/** A number as people read it, with at most so many digits that count. */
function format(value, digits = 4) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size < 1e5 && size >= 1e-3;
  const text = plain ? `${+value.toPrecision(digits)}` : value.toExponential(digits - 1);
  return text.replaceAll("-", "−");
}

function withUnit(value, unit) {
  return unit ? `${format(value)} ${unit}` : format(value);
}

/** A reaction as text: 1 a + 2 b → c. */
function equation({ metabolites, reversibility }) {
  const side = (sign) =>
    metabolites
      .filter(({ coefficient }) => coefficient * sign > 0)
      .map(({ bigg_id: id, coefficient }) => {
        const count = Math.abs(coefficient);
        return count === 1 ? id : `${format(count)} ${id}`;
      })
      .join(" + ");
  return `${side(-1)} ${reversibility ? "⇌" : "→"} ${side(1)}`;
}

/**
 * A bar as thick and as coloured as the lines on the map, with its stops evenly spaced.
 *
 * without: how many reactions or metabolites of the map have no data.
 */
function drawLegend(parent, name, { scale, unit, signed, no_data: noData }, without) {
  // Unsigned scales look the same on both sides of zero.
  const stops = signed ? scale : scale.filter(({ value }) => value >= 0);
  const legend = element(parent, "div", "kinetools-map-legend");
  const heading = element(legend, "div", "", unit ? `${name} (${unit})` : name);
  if (without) {
    const swatch = element(heading, "span", "kinetools-map-swatch");
    swatch.style.background = noData.color;
    heading.append(`no data: ${without}`);
  }
  const bar = element(legend, "div", "kinetools-map-bar");
  const at = (i) => (100 * i) / (stops.length - 1);
  const colours = stops.map(({ color }, i) => `${color} ${at(i)}%`);
  bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  const thickest = Math.max(...stops.map(({ size }) => size));
  const edge = (side) =>
    stops.map(({ size }, i) => `${at(i)}% ${50 + (side * 50 * size) / thickest}%`);
  bar.style.clipPath = `polygon(${[...edge(-1), ...edge(1).reverse()].join(", ")})`;
  const ticks = element(legend, "div", "kinetools-map-ticks");
  const every = Math.ceil(stops.length / 5);
  stops.forEach(({ value }, i) => {
    if (i % every) return;
    element(ticks, "span", "", format(value, 3)).style.left = `${at(i)}%`;
  });
}

// Elements and numbers for threshold_panel.js, condition_table.js and threshold_plot.js.

function html(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function svg(tag, attributes = {}, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const unicodeMinus = (text) => text.replace("-", "−");
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** What a user may type for a number: −9, -3.6e9, 6,67 or 3.6×10⁹; NaN when it is none. */
function parse(text) {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const plain = text
    .trim()
    .replace(/[×x*·]\s*10\^?(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹\d−-])/, "e")
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (d) => digits.indexOf(d))
    .replace(/[−⁻]/g, "-")
    .replace(",", ".");
  const value = plain === "" ? NaN : Number(plain);
  return Number.isFinite(value) ? value : NaN;
}

function show(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential() : String(value);
  return text.replace("e+", "e").replaceAll("-", "−");
}

/** As `number` in axes.py, for labels: 3.6×10⁹ rather than 3.6e9. */
function pretty(value) {
  const superscript = (digits) => [...digits].map((d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])).join("");
  return show(value).replace(/e(.*)/, (_, power) => `×10${superscript(power.replace("−", "-"))}`);
}

/** Call a function when what was typed into a field is meant: on Enter, and when the field is left. */
function whenTyped(field, act) {
  field.addEventListener("change", act);
  field.addEventListener("keydown", (event) => event.key === "Enter" && act());
}

/** Buttons for files: the kernel makes the text, the page a file of it. */

const TITLES = {
  svg: "the map as it is shown, as a vector picture",
  png: "the map as it is shown, as a picture of 2400 pixels",
  csv: "the table of what is shown, for a spreadsheet",
};
const TYPES = { svg: "image/svg+xml", png: "image/png", csv: "text/csv" };
const PNG_WIDTH = 2400;

function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link); // some browsers want it in the page
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function rasterise(svg) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: TYPES.svg }));
  image.src = address;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = PNG_WIDTH;
  canvas.height = Math.round((PNG_WIDTH * image.naturalHeight) / image.naturalWidth);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(address);
  return await new Promise((done) => canvas.toBlob(done, TYPES.png));
}

export default {
  render({ model, el }) {
    keepListening(model);
    const bar = document.createElement("div");
    bar.className = "kinetools-export";
    const problem = document.createElement("span");
    problem.className = "problem";
    problem.setAttribute("role", "alert");
    const waiting = new Set(); // a page may show the bar twice
    for (const kind of model.get("kinds")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = kind.toUpperCase();
      button.title = `save ${TITLES[kind]}`;
      button.addEventListener("click", () => {
        waiting.add(kind);
        problem.textContent = "";
        model.send({ kind });
      });
      bar.append(button);
    }
    bar.append(problem);
    el.append(bar);
    const arrived = async (content) => {
      if (!waiting.delete(content.kind)) return;
      if (content.problem) {
        problem.textContent = content.problem;
        return;
      }
      const { kind, name, text } = content;
      try {
        const blob = kind === "png" ? await rasterise(text) : new Blob([text], { type: TYPES[kind] });
        save(name, blob);
      } catch (error) {
        problem.textContent = `This browser cannot make a ${kind.toUpperCase()}: ${error}`;
      }
    };
    model.on("msg:custom", arrived);
    return () => model.off("msg:custom", arrived);
  },
};

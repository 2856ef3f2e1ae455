// Running Escher; put together with the other parts by escher_map.py.

async function unzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).text();
}

/**
 * Escher's bundle as a private CommonJS module.
 *
 * It gets its own module, exports, require and define, so that it neither meets the page's
 * requirejs nor leaves anything in the page; the stylesheets that it adds would restyle other
 * elements of the page, and escher_map.css holds what is needed of them.
 */
function runEscher(source) {
  const module = { exports: {} };
  const require = (name) => {
    throw new Error(`Escher runs without ${name}`);
  };
  // It looks for the address of its own script, and finds none.
  const runnable = source.replace(
    /if\(!(\w+)\)throw new Error\("Automatic publicPath[^"]*"\)/,
    'if(!$1)$1="/"',
  );
  const before = new Set(document.head.querySelectorAll("style"));
  new Function("module", "exports", "require", "define", runnable)(
    module,
    module.exports,
    require,
    undefined,
  );
  for (const style of document.head.querySelectorAll("style")) {
    if (!before.has(style)) style.remove();
  }
  return module.exports;
}

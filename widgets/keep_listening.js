// Widgets that go on hearing the kernel, whatever the page was busy with when they were made.

/**
 * Let a model hear the kernel again where anywidget has given it up, and ask for what it missed.
 *
 * anywidget (0.11) has every message wait until the widget's code has been loaded, and gives that up for
 * good after two seconds, which a busy page may well take: then the widget is drawn and never changes.
 */
async function keepListening(model) {
  const raw = itself(model);
  if (!raw?.comm?.on_msg || !raw._handle_comm_msg) return;
  try {
    // Waits as any message does, and then means nothing.
    await raw._handle_comm_msg({ content: { data: { method: "none" } } });
  } catch {
    const heard = Object.getPrototypeOf(raw.constructor.prototype)._handle_comm_msg;
    raw.comm.on_msg((message) => heard.call(raw, message));
    raw.comm.send({ method: "request_state" }, raw.callbacks?.() ?? {});
  }
}

/** The model behind anywidget's proxy of it, which passes it to those who listen. */
function itself(model) {
  let found = null;
  const listen = (raw) => (found = raw);
  model.on("change:_itself", listen);
  model.set("_itself", true); // of no interest to the kernel, which knows no such trait
  model.set("_itself", null);
  model.off("change:_itself", listen);
  return found;
}

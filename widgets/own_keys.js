// Keys for the controls of a widget, where JupyterLab would take them for its own.

/**
 * Let what `inside` (node → whether it is the widget's) says obey the keys; returns how to stop.
 *
 * In command mode the arrows go to other cells and letters are shortcuts, even inside a list or slider.
 * The window hears of a key before JupyterLab does, which passes over elements with this attribute. What
 * is pressed with Ctrl or Shift remains the notebook's own.
 */
function ownKeys(inside) {
  const decide = (event) => {
    if (!inside(event.target)) return;
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !modified);
  };
  window.addEventListener("keydown", decide, true);
  return () => window.removeEventListener("keydown", decide, true);
}

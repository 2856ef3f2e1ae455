// How sure the data of reactions are, and where reactions leave the map; put together by escher_map.py.

/**
 * Give arrowheads to reactions that end in the open, as Escher does when it draws them anew.
 *
 * It forgets them in maps that it loads. Only reactions without products: those are written outwards.
 */
function markOpenEnds(map) {
  const { nodes, reactions } = map[1];
  for (const { metabolites, segments } of Object.values(reactions)) {
    if (metabolites.some(({ coefficient }) => coefficient > 0)) continue;
    const ends = Object.values(segments).flatMap((s) => [s.from_node_id, s.to_node_id]);
    const loose = ends.filter(
      (id) =>
        nodes[id].node_type !== "metabolite" && ends.indexOf(id) === ends.lastIndexOf(id),
    );
    if (loose.length !== 1) continue;
    for (const segment of Object.values(segments)) {
      const { from_node_id: from, to_node_id: to, b1, b2 } = segment;
      if (from !== loose[0] && to !== loose[0]) continue;
      // Escher puts the arrowhead at the first node.
      if (to === loose[0]) {
        Object.assign(segment, { from_node_id: to, to_node_id: from, b1: b2, b2: b1 });
      }
      segment.unconnected_segment_with_arrow = true;
    }
  }
  return map;
}

/** Let arrowheads follow `direction` (id → sign) instead of the sign of the data. */
function turnArrowheads(map, direction) {
  for (const reaction of Object.values(map.reactions)) {
    const sign = direction[reaction.bigg_id] ?? 0;
    reaction.reverse_flux = sign < 0;
    for (const segment of Object.values(reaction.segments)) segment.reverse_flux = sign < 0;
  }
  map.draw_all_reactions(false, false);
}

/** Fade reactions, or put halos in their colours around them into `place`. */
function drawUncertainty(place, groups, uncertainty) {
  place.replaceChildren();
  const { style, amounts = {}, faint } = uncertainty ?? {};
  for (const group of groups) {
    const amount = amounts[group.__data__.bigg_id];
    const opacity = style === "opacity" ? (amount ?? 1) : "";
    const lines = group.querySelectorAll(".segment-group");
    for (const line of lines) line.style.opacity = opacity;
    if (style !== "halo" || !amount) continue;
    const around = document.createElementNS(SVG, "g");
    around.setAttribute("opacity", faint); // of all together: they overlap
    for (const shape of group.querySelectorAll(".segment")) {
      const halo = shape.cloneNode(false);
      const { stroke, strokeWidth } = getComputedStyle(shape);
      halo.removeAttribute("class");
      halo.removeAttribute("pointer-events");
      halo.style.cssText = "fill: none; stroke-linecap: round; pointer-events: none";
      halo.style.stroke = stroke;
      halo.style.strokeWidth = parseFloat(strokeWidth) + 2 * amount;
      around.append(halo);
    }
    place.append(around);
  }
}

/** Lines with halos, or of several opacities, and the values that they stand for. */
function drawUncertaintyLegend(parent, { title, style, faint, stops }) {
  const legend = element(parent, "div", "kinetools-map-legend");
  element(legend, "div", "kinetools-map-heading", title);
  const row = element(legend, "div", "kinetools-map-uncertain");
  for (const { value, amount } of stops) {
    const stop = element(row, "div", "");
    const line = element(stop, "div", "kinetools-map-line");
    if (style === "opacity") line.style.opacity = amount;
    else {
      const halo = element(line, "div", "");
      // The widest as high as the row, whatever the zoom of the map.
      halo.style.cssText = `opacity: ${faint}; height: ${3 + 0.5 * amount}px`;
    }
    element(stop, "div", "", format(value, 3));
  }
}

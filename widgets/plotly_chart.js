/** A Plotly chart whose whole state is a trait, and which tells Python of clicks and selections. */

export default {
  async render(context) {
    const { stop } = await showChart(context);
    return stop;
  },
};

// Joins the script to the figures that Bokeh drew.

function options(select, names, chosen, onChange) {
  select.replaceChildren(...names.map((name) => new Option(name, name, name === chosen, name === chosen)));
  select.addEventListener("change", () => onChange(select.selectedIndex));
  select.parentElement.hidden = names.length < 2;
}

function settled(c) {
  clearTimeout(charts[c].timer);
  charts[c].timer = setTimeout(() => {
    showMarks(c);
    showLabels(c);
    showLegend();
    showExtent();
  }, SETTLED);
}

function connect(c, page) {
  const chart = charts[c];
  chart.page = page;
  chart.source = (name) => page.get_model_by_name(`${name}-${c}`);
  chart.plot = page.get_model_by_name(`plot-${c}`);
  chart.mapper = page.get_model_by_name(`colors-${c}`);
  chart.rowRange = page.get_model_by_name(`rows-${c}`);
  chart.time = page.get_model_by_name("time");
  chart.full = chart.time.bounds;
  for (const range of [chart.time, chart.rowRange]) range.change.connect(() => settled(c));
  chart.plot.properties.inner_width.change.connect(() => settled(c));
  chart.plot.properties.inner_height.change.connect(() => settled(c));
  chart.source("bars").selected.change.connect(() => {
    if (chart.choosing) return;
    const jobsOf = new Set(chart.source("bars").selected.indices.map((r) => chart.bars.job[chart.box.bar[r]]));
    choose([...jobsOf]);
  });
  chart.plot.on_event("mousemove", (event) => readOut(event.x));
  data.loads.forEach((_, k) => page.get_model_by_name(`load-${c}-${k}`).on_event("mousemove", (event) => readOut(event.x)));
  showRows(c);
}

async function start() {
  for (const plot of JSON.parse(at("plots").textContent)) await Bokeh.embed.embed_item(plot);
  const page = Bokeh.documents[0];
  const every = (change) => charts.forEach((chart, c) => change(chart, c));
  every((chart) => {
    chart.coloring = chart.colorings[0];
    chart.layout = chart.layouts.at(data.first);
  });
  every((_, c) => connect(c, page));
  options(at("rows"), charts[0].layouts.map(({name}) => name), charts[0].layout.name, (i) => {
    every((chart) => { chart.layout = chart.layouts[i]; });
    every((_, c) => showRows(c));
    choose(state.chosen);
    if (state.chosen.length === 1) bringChosenInSight();
  });
  options(at("colors"), charts[0].colorings.map(({name}) => name), charts[0].coloring.name, (i) => {
    every((chart, c) => { chart.coloring = chart.colorings[i]; showColors(c); });
    showLegend();
  });
  at("find").addEventListener("input", () => find(at("find").value));
  at("find").addEventListener("keydown", (event) => { if (event.key === "Enter") goToNext(); });
  at("next").addEventListener("click", goToNext);
  at("all").addEventListener("click", () => {
    at("find").value = "";
    find("");
    const {time, full} = charts[0];
    time.setv({start: full[0], end: full[1]});
    every(({rowRange}) => rowRange.setv({start: rowRange.reset_start, end: rowRange.reset_end}));
  });
  at("figures").addEventListener("mousemove", ({clientX, clientY}) => { state.pointer = {x: clientX, y: clientY}; }, true);
  at("figures").addEventListener("mouseleave", () => { at("tip").hidden = true; });
  showLegend();
  showExtent();
  document.body.dataset.ready = "yes";
}

start();

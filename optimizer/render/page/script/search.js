// Jobs that are looked for or clicked at, and what is where the pointer is.

function find(text) {
  const wanted = text.toLowerCase();
  state.matches = [];
  state.next = 0;
  if (wanted) jobs.id.forEach((id, j) => { if (id.toLowerCase().includes(wanted)) state.matches.push(j); });
  const found = state.matches.length;
  at("found").textContent = wanted ? `${found ? found.toLocaleString("en-US") : "no"} job${found === 1 ? "" : "s"}` : "";
  choose(state.matches);
}

// Mark the bars of jobs, all others fade; of a single one show all facts.
function choose(chosen) {
  state.chosen = chosen;
  at("tip").hidden = true;
  const wanted = new Uint8Array(jobs.id.length);
  for (const j of chosen) wanted[j] = 1;
  charts.forEach((chart, c) => {
    const indices = [];
    if (chosen.length) chart.box.bar.forEach((b, r) => { if (wanted[chart.bars.job[b]]) indices.push(r); });
    chart.choosing = true;
    chart.source("bars").selected.indices = indices;
    chart.choosing = false;
    showMarks(c);
    showLabels(c);
  });
  const single = chosen.length === 1;
  at("chosen").hidden = !single;
  at("chosen").replaceChildren(...(single ? charts.map((chart, c) => {
    const block = document.createElement("div"), name = charts.length > 1 ? `${chart.name}\n` : "";
    block.textContent = name + facts(c, chart.firstBar[chosen[0]]);
    return block;
  }) : []));
  showLegend();
}

// Go to the next job that was found: show the time around it, and its rows where they are too thin to be seen.
function goToNext() {
  if (!state.matches.length) return;
  const j = state.matches[state.next % state.matches.length];
  state.next++;
  at("found").textContent = `${((state.next - 1) % state.matches.length + 1).toLocaleString("en-US")} of ${state.matches.length.toLocaleString("en-US")}`;
  choose([j]);
  const begin = Math.min(...charts.map(({bars, firstBar}) => bars.start[firstBar[j]]));
  const finish = Math.max(...charts.map(({bars, firstBar}) => bars.end[firstBar[j + 1] - 1]));
  const {time, full} = charts[0], margin = Math.max((finish - begin) / 2, (full[1] - full[0]) / 200);
  time.setv({start: Math.max(full[0], begin - margin), end: Math.min(full[1], finish + margin)});
  bringChosenInSight();
}

function bringChosenInSight() {
  for (const chart of charts) bringInSight(chart, chart.source("bars").selected.indices[0]);
}

function bringInSight(chart, r) {
  if (r === undefined) return; // rows of units show only jobs that use them
  const {layout: {low, high}, rowRange} = chart, {top, bottom, perRow} = sight(chart);
  const isSeen = top <= low[r] && high[r] <= bottom;
  if (isSeen && (high[r] - low[r]) * perRow >= FOUND_ROW) return;
  const rows = Math.min(bottom - top, (bottom - top) * perRow * (high[r] - low[r]) / FOUND_ROW);
  const first = Math.min(Math.max(0, (low[r] + high[r] - rows) / 2), rowRange.bounds[1] - rows);
  rowRange.setv({start: first + rows, end: first});
}

// Tell all about the bar under the pointer: the first of the rectangles that Bokeh found there, if any.
function pointAt(c, [r]) {
  const tip = at("tip");
  tip.hidden = r === undefined;
  if (tip.hidden) return;
  tip.textContent = facts(c, charts[c].layout.bar[r]);
  const {x, y} = state.pointer, right = x + TIP_GAP + tip.offsetWidth, bottom = y + TIP_GAP + tip.offsetHeight;
  tip.style.left = `${right <= innerWidth ? x + TIP_GAP : Math.max(0, x - TIP_GAP - tip.offsetWidth)}px`;
  tip.style.top = `${Math.max(0, y + TIP_GAP - Math.max(0, bottom - innerHeight))}px`;
}

function readOut(x) {
  const parts = charts.map((chart, c) => {
    const loads = data.loads.map((name, k) => `${name} ${number(valueAt(chart, `usage-${c}-${k}`, x))} of ${number(valueAt(chart, `capacity-${c}-${k}`, x))}`);
    return (charts.length > 1 ? `${chart.name}: ` : "") + loads.join(", ");
  });
  const {start, end} = charts[0].time, digits = Math.max(0, 3 - Math.floor(Math.log10(end - start)));
  const moment = clock.dates ? dateText(Math.round(x / 1000) * 1000) : `${Number(x.toFixed(Math.min(6, digits)))} ${clock.symbol}`;
  at("readout").textContent = [moment, ...parts].join(" · ");
}

// Return the value of a step function at a time.
function valueAt({page}, name, x) {
  const {x: times, high} = page.get_model_by_name(name).data;
  return x < times[0] ? 0 : high[firstAbove(times, x) - 1];
}

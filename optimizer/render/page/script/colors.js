// Colours of bars, labels where there is room for them, and the legend.

function showColors(c) {
  const chart = charts[c], {box, bars, coloring} = chart;
  const color = new Uint8Array(box.bar.length);
  for (let r = 0; r < color.length; r++) color[r] = coloring.ofJob[bars.job[box.bar[r]]];
  chart.mapper.setv({palette: coloring.palette, low: -0.5, high: coloring.palette.length - 0.5});
  chart.source("bars").data = {...box, color};
  showLabels(c);
}

// Write labels when all else is done, once: Bokeh fails where their number changes again before it has measured them.
function showLabels(c) {
  clearTimeout(charts[c].labelTimer);
  charts[c].labelTimer = setTimeout(() => writeLabels(c));
}

function writeLabels(c) {
  const chart = charts[c], {box, bars, coloring, plot, time} = chart;
  const perTime = plot.inner_width / (time.end - time.start), {top, bottom, perRow} = sight(chart);
  const found = {x: [], y: [], text: [], color: []}, isChosen = choice(chart);
  for (let r = 0; r < box.bar.length && found.x.length < MOST_LABELS; r++) {
    const {isAfter, begin, finish} = longerPart(chart, r);
    const left = Math.max(begin, time.start), right = Math.min(finish, time.end);
    const middle = (box.top[r] + box.bottom[r]) / 2;
    if ((right - left) * perTime < 3 * LABEL_MARGIN || (box.bottom[r] - box.top[r]) * perRow < LABEL_SIZE) continue;
    if (middle < top || middle > bottom || isChosen?.(r) === false) continue;
    const job = bars.job[box.bar[r]], text = fitted(barText(chart, job), (right - left) * perTime - 2 * LABEL_MARGIN, LABEL_SIZE);
    if (!text) continue;
    found.x.push(left + LABEL_MARGIN / perTime);
    found.y.push(middle);
    found.text.push(text);
    found.color.push(isAfter ? look.wrongText : coloring.text[coloring.ofJob[job]]);
  }
  chart.source("labels").data = found;
}

const barText = (chart, j) => chart.layout.byJob ? jobs.demands[jobs.demand[jobs.firstMode[j] + chart.mode[j]]] : jobs.id[j];

// Return the longer of the parts of a rectangle before and after its deadline, which differ in colour.
function longerPart({box, bars}, r) {
  const left = box.left[r], right = box.right[r], b = box.bar[r], deadline = jobs.deadline?.[bars.job[b]] ?? Infinity;
  const change = bars.end[b] > deadline ? Math.max(left, deadline) : right;
  const isAfter = right - change > change - left;
  return isAfter ? {isAfter, begin: change, finish: right} : {isAfter, begin: left, finish: change};
}

function showLegend() {
  const {groups, palette} = charts[0].coloring, entries = [];
  const ofAny = new Set(charts.flatMap(({coloring}) => [...new Set(coloring.ofJob)]));
  groups.forEach((name, i) => { if (ofAny.has(i)) entries.push([`background:${palette[i]}`, name]); });
  const hatch = `background:repeating-linear-gradient(135deg,${look.unavailable} 0 1px,white 1px 4px)`;
  const used = (name, column) => charts.some((chart) => chart.source(name).data[column].length);
  if (used("waiting", "x0")) entries.push([`height:2px;background:${look.waiting}`, "waiting since arrival"]);
  if (used("deadlines", "x0")) entries.push([`width:2px;background:${look.wrong}`, "deadline"]);
  if (used("dues", "x0")) entries.push([`width:0;border-left:2px dotted ${look.due}`, "due date"]);
  if (used("joins", "x0")) entries.push([`height:1px;background:${look.join}`, "joins the pieces of a job"]);
  if (used("late", "left")) entries.push([`background:${look.wrong}`, "after the deadline"]);
  entries.push([`background:${look.load}`, "in use"], [`height:1px;background:${look.capacity}`, "capacity"]);
  if (data.closed) entries.push([hatch, "unavailable"]);
  if (data.excess) entries.push([`background:${look.wrong}`, "above capacity"]);
  at("legend").replaceChildren(...entries.map(([style, name]) => {
    const entry = document.createElement("span"), sample = document.createElement("i");
    sample.style.cssText = style;
    entry.append(sample, name);
    return entry;
  }));
}

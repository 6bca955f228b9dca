// Bars in the rows that were chosen, and the names of these rows.

// Fill the figure of chart `c` with the bars of its layout.
function showRows(c) {
  const chart = charts[c], layout = chart.layout, {bars, rowRange, plot} = chart;
  const n = layout.bar.length, {start, end} = bars;
  const depth = Math.max(...charts.map(({layout: {edges}}) => edges.at(-1))); // so that heights compare
  const box = {left: new Float64Array(n), right: new Float64Array(n), top: new Float32Array(n), bottom: new Float32Array(n), bar: layout.bar};
  const padding = layout.byJob ? 0.08 : Math.min(0.04, depth / 400);
  const instant = (chart.full[1] - chart.full[0]) / 5000;
  for (let r = 0; r < n; r++) {
    const b = layout.bar[r];
    box.left[r] = start[b];
    box.right[r] = end[b] > start[b] ? end[b] : start[b] + instant;
    const inset = Math.min(padding, (layout.high[r] - layout.low[r]) / 16);
    box.top[r] = layout.low[r] + inset;
    box.bottom[r] = layout.high[r] - inset;
  }
  chart.box = box;
  const rows = layout.units ? depth * ROW.unit : layout.byJob ? depth * ROW.job : depth * ROW.node;
  const least = layout.units || layout.byJob ? ROW.least : ROW.leastNodes;
  plot.height = Math.min(Math.max(rows, least), charts.length > 1 ? ROW.compared : layout.byJob ? ROW.mostJobs : ROW.most);
  rowRange.bounds = [0, depth]; // first: what lies outside the bounds is cut off
  const shown = layout.byJob ? Math.min(depth, plot.height / (MARKED_ROW + 1)) : depth; // no more than can be told apart
  rowRange.setv({start: shown, end: 0, reset_start: shown, reset_end: 0});
  showBands(chart);
  showColors(c);
  showMarks(c);
}

function showBands(chart) {
  const {edges, closed} = chart.layout, even = Array.from({length: edges.length >> 1}, (_, i) => 2 * i);
  const wide = chart.full[1] - chart.full[0];
  const column = (f) => Float64Array.from(even, f);
  chart.source("bands").data = chart.layout.byJob && edges.length > 400 ? empty(["left", "right", "top", "bottom"]) : {
    left: column(() => chart.full[0] - wide), right: column(() => chart.full[1] + wide),
    top: column((i) => edges[i]), bottom: column((i) => edges[i + 1]),
  };
  chart.source("closed").data = closed;
}

const empty = (names) => Object.fromEntries(names.map((name) => [name, []]));

function lateBoxes({box, bars}, isChosen) {
  const found = empty(["left", "right", "top", "bottom"]);
  if (!jobs.deadline) return found;
  box.bar.forEach((b, r) => {
    const deadline = jobs.deadline[bars.job[b]];
    if (box.right[r] <= deadline || bars.end[b] <= deadline || isChosen?.(r) === false) return;
    found.left.push(Math.max(box.left[r], deadline));
    for (const side of ["right", "top", "bottom"]) found[side].push(box[side][r]);
  });
  return found;
}

// Return lines between the pieces of preempted jobs, from the middle of one to the middle of the next; where there
// are very many, of the chosen jobs only.
function joins({box, bars, firstBar, layout}, isChosen) {
  const found = segments(), many = firstBar.at(-1) - jobs.id.length > MOST_JOINS && !layout.byJob;
  const rect = new Int32Array(bars.job.length).fill(-1);
  box.bar.forEach((b, r) => { if (rect[b] < 0) rect[b] = r; });
  for (let b = 1; b < rect.length; b++) {
    const [from, to] = [rect[b - 1], rect[b]];
    if (bars.job[b] !== bars.job[b - 1] || from < 0 || to < 0 || !(isChosen?.(to) ?? !many)) continue;
    found.add(box.right[from], (box.top[from] + box.bottom[from]) / 2, box.left[to], (box.top[to] + box.bottom[to]) / 2);
  }
  return found;
}

// Return the rows that are in sight, and the pixels that one of height 1 has.
function sight({plot, rowRange: {start, end}}) {
  const [top, bottom] = [Math.min(start, end), Math.max(start, end)];
  return {top, bottom, perRow: (plot.inner_height || plot.height) / (bottom - top)};
}

// Say how many rows are in sight where these are not all.
function showExtent() {
  const {layout, rowRange} = charts[0], all = layout.edges.length - 1, {top, bottom} = sight(charts[0]);
  const shown = Math.min(all, Math.round(bottom - top));
  const isPart = layout.byJob && rowRange.bounds[1] > bottom - top && shown < all;
  at("shown").textContent = isPart ? `${shown.toLocaleString("en-US")} of ${all.toLocaleString("en-US")}, drag for the others` : "";
}

// Show waiting, arrivals, deadlines and due dates, of all jobs in rows of their own that are high enough, else of the
// chosen ones; and what joins the pieces of jobs.
function showMarks(c) {
  const chart = charts[c], {layout, box, bars} = chart, isChosen = choice(chart);
  const marks = {waiting: segments(), arrivals: segments(), deadlines: segments(), dues: segments(), joins: joins(chart, isChosen)};
  chart.source("late").data = lateBoxes(chart, isChosen);
  const wait = (b, until, low, high) => { // since the arrival, or since the job was interrupted, wherever that was
    const isFirst = b === 0 || bars.job[b - 1] !== bars.job[b], middle = (low + high) / 2;
    const since = isFirst ? jobs.arrival[bars.job[b]] : bars.end[b - 1];
    if (until <= since) return;
    marks.waiting.add(since, middle, until, middle);
    if (isFirst) marks.arrivals.add(since, low + (high - low) / 4, since, high - (high - low) / 4);
  };
  const places = new Map(), {top, bottom, perRow} = sight(chart);
  if (isChosen || layout.byJob && perRow >= MARKED_ROW) {
    layout.bar.forEach((b, r) => {
      if (isChosen ? !isChosen(r) : layout.high[r] < top || layout.low[r] > bottom) return;
      const key = layout.byJob ? layout.low[r] : bars.job[b], place = places.get(key);
      const [left, right] = [box.left[r], box.right[r]], [low, high] = [layout.low[r], layout.high[r]];
      if (!place) places.set(key, {job: bars.job[b], low, high, left, right});
      else if (layout.byJob) place.right = Math.max(place.right, right);
      if (!place || layout.byJob) wait(b, left, low, high);
    });
  }
  for (const {job, low, high, left, right} of places.values()) {
    const middle = (low + high) / 2;
    const [deadline, due] = [jobs.deadline?.[job] ?? Infinity, jobs.due?.[job] ?? Infinity];
    const upright = (mark, time) => { // open where it would cross text
      const opening = left < time && time < right ? (high - low) / 4 : 0;
      mark.add(time, low, time, middle - opening);
      mark.add(time, middle + opening, time, high);
    };
    if (deadline <= chart.full[1]) upright(marks.deadlines, deadline);
    if (due <= chart.full[1] && due !== deadline) upright(marks.dues, due);
  }
  for (const [name, {add, ...columns}] of Object.entries(marks)) chart.source(name).data = columns;
}

// Return a function that tells whether a rectangle is chosen; undefined when none is.
function choice(chart) {
  const {indices} = chart.source("bars").selected;
  if (!indices.length) return undefined;
  const chosen = new Set(indices);
  return (r) => chosen.has(r);
}

function segments() {
  const found = empty(["x0", "y0", "x1", "y1"]);
  found.add = (...ends) => ["x0", "y0", "x1", "y1"].forEach((name, i) => found[name].push(ends[i]));
  return found;
}

// Return the middles of the rows that are named: all of them, or as many as there is room for.
function rowTicks(c, range) {
  const {layout, plot} = charts[c];
  if (!plot) return []; // Bokeh draws before there are rows
  const perRow = plot.inner_height / Math.abs(range.start - range.end);
  const [from, to] = [Math.min(range.start, range.end), Math.max(range.start, range.end)];
  const ticks = [];
  let last = -Infinity;
  const add = (tick) => {
    if (tick < from || tick > to || (tick - last) * perRow < LINE) return;
    ticks.push(tick);
    last = tick;
  };
  for (let i = firstAbove(layout.edges, from); i < layout.edges.length; i++) {
    const [low, high] = [layout.edges[i - 1], layout.edges[i]];
    if (low > to) break;
    if (layout.units && perRow >= LINE) for (let u = low; u < high; u++) add(u + 0.5);
    else if (high > low) add((Math.max(low, from) + Math.min(high, to)) / 2);
  }
  return ticks;
}

// Return the first index, >= 1, of an ascending array whose value is above `value`.
function firstAbove(values, value) {
  let [low, high] = [1, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function rowName(c, tick) {
  const {layout, plot, rowRange} = charts[c], i = firstAbove(layout.edges, tick) - 1;
  const name = layout.bands[i] ?? "";
  const perRow = plot.inner_height / Math.abs(rowRange.start - rowRange.end);
  if (!layout.units || perRow < LINE) return fitted(name, NAME_WIDTH, 12, true);
  const unit = ` ${Math.floor(tick - layout.edges[i])}`;
  return name ? fitted(name, NAME_WIDTH - 30, 12, true) + unit : unit;
}

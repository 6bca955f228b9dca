// What Python laid out: jobs, and for each chart its bars, the layouts of its rows, and ways to colour jobs.
// Ids and names only ever become text: of a canvas, of a text node, or names of options.
const ARRAYS = {float64: Float64Array, float32: Float32Array, int32: Int32Array, uint16: Uint16Array, uint8: Uint8Array};
const LABEL_SIZE = 11, LABEL_MARGIN = 4, MOST_LABELS = 600, MOST_JOINS = 300, SHORTEST_LABEL = 8;
const ROW = {least: 160, leastNodes: 240, most: 640, mostJobs: 1000, compared: 380, job: 20, unit: 22, node: 112};
const LINE = 14, NAME_WIDTH = 156, SETTLED = 120, TIP_GAP = 14, MARKED_ROW = 4, FOUND_ROW = 16;
const data = withArrays(JSON.parse(document.getElementById("data").textContent));
const {clock, jobs, nodes, charts, look} = data;
const pen = document.createElement("canvas").getContext("2d");
const at = (id) => document.getElementById(id);
const state = {matches: [], next: 0, chosen: [], pointer: {x: 0, y: 0}};

// Return plain data with its packed arrays unpacked; lists of text, which may be long, are left as they are.
function withArrays(value) {
  if (value === null || typeof value !== "object" || typeof value[0] === "string") return value;
  if (value.bytes !== undefined) return unpacked(value);
  for (const key of Object.keys(value)) value[key] = withArrays(value[key]);
  return value;
}

function unpacked({type, bytes}) {
  const text = atob(bytes), buffer = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) buffer[i] = text.charCodeAt(i);
  return new ARRAYS[type](buffer.buffer);
}

// Give every time its position on the axis.
const positioned = (times) => times && Float64Array.from(times, (time) => clock.origin + time * clock.scale);
for (const name of ["arrival", "deadline", "due"]) jobs[name] = positioned(jobs[name]);
for (const {bars, layouts} of charts) {
  for (const side of ["start", "end"]) bars[side] = positioned(bars[side]);
  for (const {closed} of layouts) for (const side of ["left", "right"]) closed[side] = positioned(closed[side]);
}

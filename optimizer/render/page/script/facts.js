// What is known about a job, and text that fits its room.

const dateText = (x) => {
  const text = new Date(Math.round(x)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, text.endsWith(":00.000Z") ? 16 : text.endsWith(".000Z") ? 19 : 23)}`;
};
const number = (value) => (Math.round(value * 1e6) ? value : 0).toLocaleString("en-US", {maximumFractionDigits: 6}); // no -0
const rounded = (value) => value.toLocaleString("en-US", {maximumSignificantDigits: 4});
const timeText = (x) => clock.dates ? dateText(x) : number(x);
const lengthText = (x) => `${number(x / clock.scale)} ${clock.symbol}`;

// Return `text` cut to `room` pixels; nothing when too little of it would be left, unless it has to be there.
function fitted(text, room, size, always = false) {
  pen.font = `${size}px Helvetica, Arial, sans-serif`;
  if (pen.measureText(text).width <= room) return text;
  const letters = [...text];
  let kept = Math.min(letters.length - 1, Math.ceil(letters.length * room / pen.measureText(text).width) + 1);
  const cut = () => letters.slice(0, kept).join("") + "…";
  while (kept > 1 && pen.measureText(cut()).width > room) kept--;
  return always || kept >= SHORTEST_LABEL ? cut() : "";
}

// Return what is known about bar `bar` of chart `c`, a line each.
function facts(c, bar) {
  const chart = charts[c], {start, end, node, job} = chart.bars, j = job[bar];
  const first = chart.firstBar[j], last = chart.firstBar[j + 1] - 1;
  const [begin, finish, arrival] = [start[first], end[last], jobs.arrival[j]];
  const flow = (finish - arrival) / clock.scale, work = chart.work[j];
  const lines = [jobs.id[j], `runs: ${timeText(begin)} to ${timeText(finish)}`, `processing time: ${number(work)} ${clock.symbol}`];
  if (last > first) lines.push(`piece ${bar - first + 1} of ${last - first + 1}: ${timeText(start[bar])} to ${timeText(end[bar])}`);
  if (jobs.estimate?.[j] >= 0) lines.push(`estimate: ${number(jobs.estimate[j])} ${clock.symbol}`);
  lines.push(`arrives: ${timeText(arrival)}`, `waits: ${number(flow - work)} ${clock.symbol}, slowdown ${rounded(work > 0 ? flow / work : 1)}`);
  lines.push(...limitLines("deadline", jobs.deadline?.[j], finish));
  if (jobs.due?.[j] !== jobs.deadline?.[j]) lines.push(...limitLines("due date", jobs.due?.[j], finish));
  const demand = jobs.demands[jobs.demand[jobs.firstMode[j] + chart.mode[j]]];
  lines.push(`demand: ${demand || "none"}`);
  if (jobs.modes[j] > 1) lines.push(`mode: ${chart.mode[j] + 1} of ${jobs.modes[j]}`);
  if (nodes[node[bar]] !== null) lines.push(`node: ${nodes[node[bar]]}`);
  if (jobs.users[jobs.user[j]]) lines.push(`user: ${jobs.users[jobs.user[j]]}`);
  lines.push(`kind: ${jobs.kinds[jobs.kind[j]]}`);
  if (jobs.priority) lines.push(`priority: ${number(jobs.priority[j])}`);
  if (jobs.weight) lines.push(`weight: ${number(jobs.weight[j])}`);
  const after = [];
  for (let p = jobs.firstAfter[j]; p < jobs.firstAfter[j + 1]; p++) {
    after.push(jobs.id[jobs.after[p]] + (jobs.lag[p] > 0 ? ` and ${number(jobs.lag[p])} ${clock.symbol}` : ""));
  }
  if (after.length) lines.push(`after: ${after.slice(0, 5).join(", ")}${after.length > 5 ? `, and ${after.length - 5} more` : ""}`);
  return lines.join("\n");
}

function limitLines(name, limit, finish) {
  if (limit === undefined || limit === Infinity) return [];
  const kept = finish <= limit;
  return [`${name}: ${timeText(limit)}, ${kept ? `${lengthText(limit - finish)} to spare` : `missed by ${lengthText(finish - limit)}`}`];
}

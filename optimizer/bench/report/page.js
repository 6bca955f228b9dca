// Draws the plots of sections that are open, tells what the pointer is on, sorts tables, hides lines.
const report = (() => {
  const at = (id) => document.getElementById(id);
  const {names} = JSON.parse(at("data").textContent);
  const waiting = new Map();
  for (const [section, plot] of JSON.parse(at("plots").textContent)) {
    waiting.set(section, [...(waiting.get(section) ?? []), plot]);
  }
  const hidden = new Set(), drawn = new Map(), hits = new Map(), pointer = {x: 0, y: 0};
  const GAP = 14;

  const rounded = (value) => value.toLocaleString("en-US", {maximumSignificantDigits: 4});

  function told(data, index, text, x) {
    if (data.text) return data.text[index];
    const reached = data.xs[index].findLastIndex((each) => each <= x), y = data.ys[index][Math.max(0, reached)];
    const words = text.replace("{x}", () => rounded(x)).replace("{y%}", () => `${rounded(100 * y)} %`);
    return `${names[data.entrant[index]]}: ${words}`;
  }

  // Bokeh calls this for each renderer at each move of the pointer, with nothing where it is not on it.
  function pointAt({renderer, index, geometry}, text) {
    const {data} = renderer.data_source;
    const found = data.text ? index.indices.slice(0, 1) : index.indices.filter((line) => data.alpha[line] > 0);
    if (found.length === 0) hits.delete(renderer);
    else hits.set(renderer, found.map((each) => told(data, each, text, geometry.x)).join("\n"));
    requestAnimationFrame(showTip);
  }

  function showTip() {
    const tip = at("tip");
    tip.hidden = hits.size === 0;
    if (tip.hidden) return;
    tip.textContent = [...hits.values()].join("\n");
    const {x, y} = pointer, {offsetWidth: width, offsetHeight: height} = tip;
    tip.style.left = `${Math.max(0, x + GAP + width <= innerWidth ? x + GAP : x - GAP - width)}px`;
    tip.style.top = `${Math.max(0, Math.min(y + GAP, innerHeight - height))}px`;
  }

  function leave() {
    hits.clear();
    showTip();
  }

  function showLines() {
    for (const page of Bokeh.documents) {
      const source = page.get_model_by_name("lines");
      if (source !== null) source.data = {...source.data, alpha: source.data.entrant.map((e) => Number(!hidden.has(e)))};
    }
    for (const key of document.querySelectorAll(".keys button")) {
      key.setAttribute("aria-pressed", String(!hidden.has(Number(key.dataset.entrant))));
    }
  }

  function sort(head) {
    const row = head.parentElement, column = [...row.children].indexOf(head);
    const body = row.closest("table").tBodies[0], numbers = head.classList.contains("figure");
    const up = head.getAttribute("aria-sort") !== "ascending", sign = up ? 1 : -1;
    const value = (line) => line.children[column].dataset.value;
    const compare = (a, b) => numbers ? Number(a) - Number(b) : a.localeCompare(b, "en", {numeric: true});
    const lines = [...body.rows].sort((a, b) => {
      const [first, second] = [value(a), value(b)];
      return first === "" || second === "" ? (first === "") - (second === "") : sign * compare(first, second);
    });
    body.replaceChildren(...lines);
    for (const other of row.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
  }

  async function embed(section) {
    for (const plot of waiting.get(section) ?? []) await Bokeh.embed.embed_item(plot);
    waiting.delete(section);
    showLines();
  }

  function draw(section) {
    if (!drawn.has(section)) drawn.set(section, embed(section));
    return drawn.get(section);
  }

  async function start() {
    document.addEventListener("mousemove", ({clientX, clientY, target}) => {
      Object.assign(pointer, {x: clientX, y: clientY});
      if (!target.closest?.(".plot")) leave();
    }, true);
    document.addEventListener("scroll", leave, true);
    for (const head of document.querySelectorAll("thead th")) head.firstChild.addEventListener("click", () => sort(head));
    for (const key of document.querySelectorAll(".keys button")) {
      key.addEventListener("click", () => {
        const entrant = Number(key.dataset.entrant);
        if (!hidden.delete(entrant)) hidden.add(entrant);
        showLines();
      });
    }
    await draw(0);
    for (const part of document.querySelectorAll("details")) {
      const open = async () => {
        if (!part.open) return;
        await draw(Number(part.dataset.section));
        part.dataset.ready = "yes";
      };
      part.addEventListener("toggle", open);
      await open();
    }
    document.body.dataset.ready = "yes";
  }

  return {pointAt, start};
})();
report.start();

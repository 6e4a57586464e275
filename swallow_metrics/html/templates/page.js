"use strict";
// Glue between the page's data, the table (DataTables) and the charts (Vega). Model text only ever becomes text nodes.
(() => {
  const $ = (id) => document.getElementById(id);
  const page = JSON.parse($("data").textContent);
  const w = page.words;
  const VIEWS = ["summary", "charts", "samples", "facts"];
  const [WRONG, PARTLY, RIGHT, ERROR, UNSCORED, ABSENT] = [0, 1, 2, 3, 4, 5];
  const STATE = ["wrong", "partly", "right", "errored", "unscored", "absent"];
  const MARK = ["✗", "◐", "✓", "!", "·", ""];
  const UNEXTRACTED = 1, TRUNCATED = 2, FOUND = 4;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const number = (value) => value.toLocaleString(page.language);

  // ---- packed data

  async function unpack(id) {
    const text = $(id).textContent;
    const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  }
  const once = (make) => { let made; return () => (made ??= make()); };

  async function library(name) {
    const script = document.createElement("script");
    script.type = "module"; // both libraries keep their names to themselves
    const text = await unpack(`${name}-script`);
    await new Promise((resolve) => {
      addEventListener(`${name}-script`, resolve, { once: true });
      script.textContent = text;
      document.head.append(script);
    });
  }
  const parts = page.starts.map((_, k) => once(async () => JSON.parse(await unpack(`part${k}`))));
  const getIndex = once(async () => JSON.parse(await unpack("index")));

  async function sampleAt(row) {
    let k = page.starts.length - 1;
    while (k > 0 && page.starts[k] > row) k--;
    return (await parts[k]())[row - page.starts[k]];
  }

  // ---- text that can do nothing

  const CONTROLS = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]"
    + "|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]", "g");
  const code = (c) => `U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const visible = (text) => text.replace(CONTROLS, (c) => `⟨${code(c)}⟩`);
  const escaped = (text) => visible(String(text)).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  function nodes(text) {
    const found = [];
    let last = 0;
    for (const match of text.matchAll(CONTROLS)) {
      found.push(text.slice(last, match.index), make("span", { class: "control" }, code(match[0])));
      last = match.index + match[0].length;
      if (found.length > 20000) break;
    }
    return [...found, text.slice(last)];
  }

  // A text, or [start, characters left out, end]; `span` is marked, `query` highlighted.
  function prose(text, { span, query } = {}) {
    const pieces = Array.isArray(text) ? [text[0], text[2]] : [text];
    const box = make("div", { class: "text", dir: "auto" });
    if (/[\u3040-\u30ff]/.test(pieces[0])) box.lang = "ja"; // the Japanese forms of characters
    if (pieces[0].includes("```")) box.classList.add("code");
    pieces.forEach((piece, k) => {
      if (k) box.append(make("span", { class: "left-out" }, fill(w.left_out, { n: number(text[1]) })));
      const cuts = span && !k ? [[piece.slice(0, span[0])], [piece.slice(...span), "read"], [piece.slice(span[1])]] : [[piece]];
      for (const [cut, kind] of cuts) {
        if (kind) box.append(make("mark", { class: kind, title: w.not_marked }, nodes(cut)));
        else box.append(...highlighted(cut, query));
      }
    });
    return box;
  }

  function highlighted(text, query) {
    if (!query) return nodes(text);
    const found = [], low = text.toLowerCase();
    let last = 0;
    for (let at = low.indexOf(query); at >= 0 && found.length < 2000; at = low.indexOf(query, last)) {
      found.push(...nodes(text.slice(last, at)), make("mark", {}, nodes(text.slice(at, at + query.length))));
      last = at + query.length;
    }
    return [...found, ...nodes(text.slice(last))];
  }

  // ---- views

  let index = null, open = -1;
  function show(view) {
    document.body.dataset.view = view;
    for (const link of document.querySelectorAll("nav a")) {
      if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (view === "charts") drawCharts();
  }
  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };

  async function route() {
    const place = location.hash.slice(1);
    if (!place || VIEWS.includes(place)) {
      show(place || "summary");
      if (place === "samples") { await ready(); closeSample(false); }
      return;
    }
    show("samples");
    await ready();
    const slash = place.indexOf("/"), first = decoded(place.slice(0, slash)), rest = decoded(place.slice(slash + 1));
    if (first === "samples") {
      $("filters").reset();
      $("benchmark").value = rest;
      closeSample(false);
      return filter();
    }
    const k = index.benchmarks.indexOf(first);
    const row = index.sample.findIndex((id, at) => id === rest && index.benchmark[at] === k);
    if (row >= 0) return openSample(row);
    $("sample").replaceChildren(make("p", { class: "note bad" }, fill(w.no_sample, { id: visible(`${first}/${rest}`) })));
    document.body.classList.add("reading");
  }
  const hashOf = (row) => `#${encodeURIComponent(index.benchmarks[index.benchmark[row]])}/${encodeURIComponent(index.sample[row]).replaceAll("%2F", "/")}`;

  // ---- filters and table

  let table = null, keep = null, texts = null;
  const ready = once(async () => {
    if (typeof DecompressionStream === "undefined") {
      $("sample").replaceChildren(make("p", { class: "note bad" }, w.old_browser));
      throw new Error(w.old_browser);
    }
    $("count").textContent = `${w.loading} …`;
    [index] = await Promise.all([getIndex(), library("table")]);
    for (const name of index.benchmarks) $("benchmark").append(make("option", { value: name }, visible(page.titles[name] ?? name)));
    index.groups.forEach((name, k) => $("group").append(make("option", { value: k }, visible(name))));
    makeTable();
    filter();
    setTimeout(loadTexts, 500); // so that the first search need not wait
  });

  const columnOf = (name, run = 0) => index.runs[run][name];
  function makeTable() {
    const many = index.runs.length > 1;
    $("table").classList.toggle("many", many);
    const text = (value) => (row, kind) => { const found = value(row); return kind === "display" ? `<bdi>${escaped(found)}</bdi>` : found; };
    const figure = (value, digits) => (row, kind) => {
      const found = value(row);
      if (kind === "display") return found === null || found === undefined ? "" : digits === null ? number(found) : found.toFixed(digits);
      return found ?? -1;
    };
    const columns = [
      { title: w.id, className: "id", render: (row, kind) => kind === "display"
        ? `<a href="${escaped(hashOf(row))}" tabindex="-1"><small>${escaped(index.benchmarks[index.benchmark[row]])}</small> <bdi>${escaped(index.sample[row])}</bdi></a>` : row },
      { title: w.question, className: "preview", orderable: false, render: text((row) => index.preview[row]) },
      { title: w.gold, className: "short", orderable: false, render: text((row) => index.gold[row]) },
    ];
    index.runs.forEach((run, k) => {
      const key = many ? `<i class="key run${k % 6}"></i>` : "";
      columns.push(
        { title: `${key}${w.read}`, className: "short read", orderable: false, render: text((row) => run.read[row]) },
        { title: `${key}${w.score}`, className: "num score", render: (row, kind) => kind === "display"
          ? `<span class="state ${STATE[run.state[row]]}" title="${escaped(w[STATE[run.state[row]]] ?? "")}">${MARK[run.state[row]]}</span>${run.score[row] === null ? "" : run.score[row].toFixed(2)}`
          : run.score[row] ?? (run.state[row] === ERROR ? -1 : -2) },
      );
    });
    const largest = (name) => (row) => index.runs.reduce((most, run) => Math.max(most ?? -1, run[name][row] ?? -1), null);
    const some = (name) => index.runs.some((run) => run[name].some((value) => value !== null));
    if (some("length")) columns.push({ title: w.length_short, className: "num length", render: figure((row) => { const n = largest("length")(row); return n < 0 ? null : n; }, null) });
    if (some("latency")) columns.push({ title: w.latency_short, className: "num latency", render: figure((row) => { const n = largest("latency")(row); return n < 0 ? null : n; }, 2) });
    const rows = Uint32Array.from(index.sample.keys());
    table = DT.jQuery("#table").DataTable({
      data: Array.from(rows, (row) => [row]),
      columns: columns.map((column) => ({ ...column, data: 0, type: "num", searchable: false, render: (row, kind) => kind === "type" ? 0 : column.render(row, kind) })),
      deferRender: true, autoWidth: false, order: [], pageLength: 50, pagingType: "simple",
      layout: { topStart: null, topEnd: null, bottomStart: null, bottomEnd: "paging" },
      createdRow: (element, [row]) => { element.tabIndex = 0; element.dataset.row = row; },
      language: { emptyTable: w.no_match, zeroRecords: w.no_match, paginate: { previous: "‹", next: "›" },
        aria: { paginate: { previous: w.previous_page, next: w.next_page } } },
      drawCallback: () => markOpen(),
    });
    table.search.fixed("page", (_, __, at) => keep === null || keep[at] === 1);
    $("table").addEventListener("click", (event) => {
      const element = event.target.closest("tr[data-row]");
      if (element && !event.metaKey && !event.ctrlKey && !getSelection().toString()) { event.preventDefault(); location.hash = hashOf(+element.dataset.row); }
    });
    $("table").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.dataset.row) location.hash = hashOf(+event.target.dataset.row);
    });
  }

  // All texts in lower case, for the search; a part at a time, so that the page stays alive.
  const loadTexts = once(async () => {
    const found = [];
    for (let k = 0; k < parts.length; k++) {
      for (const sample of await parts[k]()) {
        const heard = [index.sample[found.length]];
        const hear = (text) => heard.push(Array.isArray(text) ? `${text[0]}\n${text[2]}` : text);
        for (const [, text] of sample.question?.messages ?? []) hear(text);
        for (const run of sample.runs) for (const answer of run?.answers ?? []) hear(answer.text);
        found.push(heard.join("\n").toLowerCase());
      }
      if (parts.length > 1 && $("search").value) $("count").textContent = `${w.loading} ${Math.round((100 * (k + 1)) / parts.length)} %`;
      await new Promise((resolve) => setTimeout(resolve));
    }
    texts = found;
  });

  function tests(kind) {
    const flag = (bit) => (run, row) => (run.flags[row] & bit) !== 0;
    const state = (which) => (run, row) => run.state[row] === which;
    return { right: state(RIGHT), wrong: state(WRONG), partly: state(PARTLY), errored: state(ERROR), unscored: state(UNSCORED),
      unextracted: flag(UNEXTRACTED), truncated: flag(TRUNCATED), found: flag(FOUND) }[kind];
  }

  let turn = 0;
  async function filter() {
    const mine = ++turn, query = $("search").value.trim().toLowerCase();
    if (query && !texts) await loadTexts();
    if (mine !== turn) return;
    const benchmark = index.benchmarks.indexOf($("benchmark").value), group = $("group").value === "" ? null : +$("group").value;
    const kind = $("result").value, side = $("side")?.value ?? "";
    const runs = side === "" ? index.runs : [index.runs[+side]], test = tests(kind);
    const total = index.sample.length;
    keep = new Uint8Array(total);
    let left = 0;
    for (let row = 0; row < total; row++) {
      if (benchmark >= 0 && index.benchmark[row] !== benchmark) continue;
      if (group !== null && index.group[row] !== group) continue;
      if (test && !runs.some((run) => test(run, row))) continue;
      if (!test && kind && !flips(kind, row)) continue;
      if (query && !texts[row].includes(query)) continue;
      keep[row] = 1;
      left++;
    }
    table.draw();
    $("count").textContent = fill(w.of, { n: number(left), all: number(total) });
    for (const option of $("group").options) {
      option.hidden = option.value !== "" && benchmark >= 0 && !groupsOf(benchmark).has(+option.value);
    }
  }
  const groupsOf = (() => {
    const known = new Map();
    return (benchmark) => {
      if (!known.has(benchmark)) known.set(benchmark, new Set(index.group.filter((_, row) => index.benchmark[row] === benchmark)));
      return known.get(benchmark);
    };
  })();

  function flips(kind, row) {
    const [a, ...others] = index.runs.map((run) => run.score[row]);
    const moved = others.map((b) => (a === null || b === null ? 0 : Math.sign(b - a)));
    return kind === "flipped" ? moved.some((sign) => sign !== 0) : moved[0] === (kind === "gained" ? 1 : -1);
  }

  // ---- one sample

  function markOpen() {
    for (const element of document.querySelectorAll("#table tr[data-row]")) {
      element.classList.toggle("open", +element.dataset.row === open);
    }
  }

  function closeSample(leave = true) {
    open = -1;
    document.body.classList.remove("reading");
    $("sample").replaceChildren(make("p", { class: "dim" }, w.pick));
    markOpen();
    if (leave) history.pushState(null, "", "#samples");
  }

  function step(by) {
    const shown = table.rows({ search: "applied", order: "applied" }).indexes().toArray();
    const at = shown.indexOf(open) + by;
    const row = open < 0 ? shown[0] : shown[at];
    if (row === undefined) return;
    location.hash = hashOf(row);
  }

  async function openSample(row) {
    open = row;
    const sample = await sampleAt(row);
    if (open !== row) return;
    const query = $("search").value.trim().toLowerCase();
    const benchmark = index.benchmarks[index.benchmark[row]], group = index.groups[index.group[row]];
    const head = make("div", { class: "row sample-head" },
      make("h3", {}, make("span", { class: "dim" }, visible(page.titles[benchmark] ?? benchmark)), " ", make("bdi", {}, visible(index.sample[row])), group === undefined ? "" : make("span", { class: "chip" }, visible(group))),
      make("span", { class: "buttons" },
        make("button", { type: "button", title: `${w.previous} (k)`, onclick: () => step(-1) }, "‹"),
        make("button", { type: "button", title: `${w.next} (j)`, onclick: () => step(1) }, "›"),
        make("button", { type: "button", title: `${w.close} (Esc)`, onclick: () => closeSample() }, "×")));
    const question = sample.question;
    const asked = question === null ? [make("p", { class: "dim" }, w.no_question)] : [
      ...question.messages.map(([role, text], k) => block([w[role] ?? visible(role), question.turns ? ` · ${fill(w.turn, { n: k + 1 })}` : ""], [prose(text, { query })], "prompt")),
      question.choices.length ? block(w.options, [make("ol", { type: "A" }, question.choices.map((choice) => make("li", {}, prose(choice))))]) : null,
      question.gold === null || question.gold === undefined ? null : block(w.gold, [value(question.gold)], "gold"),
    ];
    $("sample").replaceChildren(head, ...asked.filter(Boolean),
      make("div", { class: "sides" }, sample.runs.map((run, k) => side(run, k, row, query))));
    $("sample").scrollTop = 0;
    document.body.classList.add("reading");
    turnTo(row);
    markOpen();
  }

  // Bring the table to the page with a row on it.
  function turnTo(row) {
    const at = table.rows({ search: "applied", order: "applied" }).indexes().indexOf(row);
    const where = Math.floor(at / table.page.len());
    if (at >= 0 && where !== table.page()) table.page(where).draw("page");
    document.querySelector(`#table tr[data-row="${row}"]`)?.scrollIntoView({ block: "nearest" });
  }

  function block(title, children, kind = "") {
    return make("section", { class: `block ${kind}` }, make("h4", {}, title), children);
  }

  function value(found) {
    if (typeof found === "string") return prose(found);
    if (Array.isArray(found) && found.length === 3 && typeof found[1] === "number" && typeof found[0] === "string") return prose(found);
    if (Array.isArray(found) && found.every((each) => typeof each === "string") && found.length) {
      return found.length === 1 ? prose(found[0]) : make("ul", {}, found.slice(0, 200).map((each) => make("li", {}, prose(each))));
    }
    return prose(JSON.stringify(found, null, 1));
  }

  function side(run, k, row, query) {
    const name = make("h4", { class: "run-name" }, make("i", { class: `key run${k % 6}` }), visible(page.names[k]));
    if (run === null) return make("div", { class: "side" }, name, make("p", { class: "dim" }, w.not_in_run));
    const state = columnOf("state", k)[row], flags = columnOf("flags", k)[row];
    const chips = [make("span", { class: `chip ${STATE[state]}` }, `${MARK[state]} ${w[STATE[state]]}`)];
    if (flags & UNEXTRACTED) chips.push(make("span", { class: "chip warn" }, w.unextracted));
    if (flags & TRUNCATED) chips.push(make("span", { class: "chip warn" }, w.truncated));
    for (const kind of run.found) chips.push(make("span", { class: "chip warn" }, visible(kind)));
    const body = [page.names.length > 1 ? name : null, make("p", { class: "chips" }, chips)];
    if (run.error !== null) body.push(block(w.errored, [prose(run.error)], "bad"));
    const many = new Set(run.answers.map((answer) => answer.repeat)).size > 1;
    const turns = run.answers.some((answer) => answer.turn > 0);
    for (const answer of run.answers) body.push(...answered(run, answer, many, turns, query));
    if (!run.answers.length) body.push(make("p", { class: "dim" }, w.no_answer));
    const marked = run.answers.some((answer) => answer.span);
    if (!marked && run.read !== null && run.read !== undefined && !run.outcomes.length) body.push(block(w.not_marked, [value(run.read)]));
    body.push(scores(run.scores));
    return make("div", { class: "side" }, body);
  }

  function answered(run, answer, many, turns, query) {
    const label = [many ? fill(w.generation, { n: answer.repeat + 1 }) : "", turns ? fill(w.turn, { n: answer.turn + 1 }) : ""].filter(Boolean).join(" · ");
    const length = Array.isArray(answer.text) ? answer.text[0].length + answer.text[1] + answer.text[2].length : answer.text.length;
    const told = [fill(w.characters, { n: number(length) }),
      answer.tokens === null ? "" : fill(w.token_count, { n: number(answer.tokens) }),
      answer.latency === null ? "" : fill(w.seconds, { n: answer.latency.toFixed(2) }),
      answer.finish === null ? "" : visible(String(answer.finish))].filter(Boolean).join(" · ");
    const body = [];
    if (answer.reasoning !== undefined) {
      const box = make("details", {}, make("summary", {}, w.reasoning, " ", make("small", {}, fill(w.characters, { n: number(Array.isArray(answer.reasoning) ? answer.reasoning[0].length + answer.reasoning[1] + answer.reasoning[2].length : answer.reasoning.length) }))));
      box.addEventListener("toggle", () => { if (box.open && box.childElementCount === 1) box.append(prose(answer.reasoning)); });
      body.push(box);
    }
    body.push(prose(answer.text, { span: answer.span, query }));
    const outcome = run.outcomes[answer.repeat];
    if (outcome && answer.turn === 0) {
      const passed = outcome.results.filter((each) => each === true || each > 0).length;
      body.push(make("p", { class: "outcome" }, make("span", { class: `chip ${outcome.category === "passed" ? "right" : "wrong"}` }, `${w.outcome}: ${visible(outcome.category)}`),
        outcome.results.length ? ` ${fill(w.tests_passed, { n: passed, all: outcome.results.length })}` : ""),
      outcome.detail ? prose(outcome.detail) : null);
    }
    for (const [judge, repeat, at, attempt, text] of run.verdicts) {
      if (repeat !== answer.repeat || at !== answer.turn) continue;
      const last = !run.verdicts.some(([j, r, t, a]) => j === judge && r === repeat && t === at && a > attempt);
      const rating = last ? run.ratings[judge]?.[at]?.[repeat] : undefined;
      body.push(make("div", { class: "verdict-text" }, make("h5", {}, w.verdicts, judge ? ` ${visible(judge)}` : "", attempt ? ` · ${fill(w.attempt, { n: attempt + 1 })}` : "",
        rating === undefined ? "" : make("span", { class: "chip" }, `${w.rating}: ${rating ?? "–"}`)), prose(text, { query })));
    }
    return [block(label || w.answer, [make("small", { class: "dim told" }, told), body].flat(), "answer")];
  }

  function scores(all) {
    const shown = Object.entries(all ?? {}).slice(0, 60).map(([name, found]) => make("div", {}, make("dt", {}, visible(name)), make("dd", {},
      typeof found === "number" ? String(+found.toFixed(4))
        : Array.isArray(found) && found.every((each) => typeof each === "boolean") ? found.map((each) => (each ? "✓" : "✗")).join(" ")
          : visible(JSON.stringify(found) ?? ""))));
    return shown.length ? make("details", { class: "block" }, make("summary", {}, w.scores), make("dl", { class: "scores-list" }, shown)) : null;
  }

  // ---- charts

  const specs = once(async () => JSON.parse(await unpack("chart-data")));
  const vega = once(() => library("charts"));
  const css = (name) => `var(${name})`; // by name: a page that is dark on the screen is printed light

  function theme() {
    const text = css("--text"), dim = css("--dim"), line = css("--line");
    return {
      background: null, font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { labelColor: text, titleColor: dim, titleFontWeight: "normal", titleFontSize: 12, labelFontSize: 12, gridColor: line, domain: false, ticks: false, labelPadding: 6 },
      axisY: { grid: false, minExtent: LABELS, maxExtent: LABELS, labelLimit: LABELS - 10 },
      legend: { labelColor: text, titleColor: dim, labelFontSize: 12, symbolType: "square" },
      bar: { color: css("--run0") }, rule: { color: text }, tick: { color: text }, text: { color: text, fontSize: 12 },
      style: { chance: { color: css("--bad") }, median: { color: css("--paper") }, grid: { stroke: line, strokeWidth: 1, color: line }, interval: { color: text } },
      range: { category: [0, 1, 2, 3, 4, 5].map((k) => css(`--run${k}`)), reasons: [css("--quiet"), css("--warn"), css("--run1"), css("--run3"), css("--run4"), css("--run5")] },
    };
  }

  const LABELS = 165; // pixels for the names of rows, so that all charts begin at the same place
  async function draw(element, spec) {
    const { fixedWidth, ...rest } = spec;
    const room = Math.max(400, element.clientWidth || roomWhileHidden());
    const width = fixedWidth ? Math.min(fixedWidth, room - 260) : room - LABELS - 35;
    const sized = { ...rest, width, ...(fixedWidth ? { height: width } : {}) };
    element.replaceChildren();
    await vegaEmbed(element, sized, { ast: true, renderer: "svg", actions: false, config: theme(), tooltip: { theme: "custom" } });
  }

  // Columns of at least 540 pixels, as the style sheet makes them; charts are drawn before they are shown.
  function roomWhileHidden() {
    const inside = document.querySelector("main").clientWidth - 50, gap = 42;
    return inside >= 1080 + gap ? (inside - gap) / 2 : inside;
  }

  let drawing = null, drawnFor = 0;
  function drawCharts(again = false) {
    if (drawing && !again && drawnFor === innerWidth) return drawing;
    drawnFor = innerWidth;
    return (drawing = (async () => {
      const [all] = await Promise.all([specs(), vega()]);
      for (const element of document.querySelectorAll("[data-chart]")) {
        const kind = element.dataset.chart;
        const spec = kind === "groups" ? all.groups[$("group-of").value] : all[kind];
        if (spec) await draw(element, spec);
      }
      document.body.dataset.drawn = "yes";
    })());
  }

  // ---- the rest

  const store = { // a page from a file may have no storage
    get: () => { try { return localStorage.getItem("swallow-theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("swallow-theme", value); } catch { /* lasts for this visit */ } },
  };
  const root = document.documentElement;
  if (["dark", "light"].includes(store.get())) root.dataset.theme = store.get();
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    store.set(root.dataset.theme);
    if (drawing) drawCharts(true);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (drawing) drawCharts(true); });

  let resizing = 0;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => { if (document.body.dataset.view === "charts") drawCharts(); }, 200);
  });

  for (const button of document.querySelectorAll(".copy")) {
    button.addEventListener("click", async () => {
      const text = button.closest(".facts").querySelector("pre");
      getSelection().selectAllChildren(text);
      try { await navigator.clipboard.writeText(text.textContent); } catch { document.execCommand("copy"); }
      button.textContent = w.copied;
      setTimeout(() => { button.textContent = w.copy_text; }, 1500);
    });
  }
  $("group-of")?.addEventListener("change", async () => {
    const all = await specs();
    draw(document.querySelector('[data-chart="groups"]'), all.groups[$("group-of").value]);
  });

  let typing = 0;
  $("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(filter, 120); });
  $("filters").addEventListener("change", filter);
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("filters").addEventListener("submit", (event) => { event.preventDefault(); filter(); });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (writing) event.target.blur();
      else if (document.body.classList.contains("reading")) closeSample();
    } else if (writing) return;
    else if (event.key === "/") {
      event.preventDefault();
      if (document.body.dataset.view !== "samples") location.hash = "#samples";
      setTimeout(() => $("search").focus());
    } else if ((event.key === "j" || event.key === "k") && table && document.body.dataset.view === "samples") step(event.key === "j" ? 1 : -1);
  });

  // Charts are drawn before a page is printed only if they have been drawn before: printing does not wait.
  addEventListener("hashchange", route);
  route().then(() => {
    document.body.dataset.ready = "yes";
    const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
    idle(() => drawCharts());
  });
  if (page.live) setInterval(() => { if (open < 0 && !$("search").value) location.reload(); }, 10000);
})();

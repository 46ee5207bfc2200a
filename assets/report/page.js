// Builds the page from the JSON that stands in it. Whatever a file says is put in as text, never as markup; where the plotting
// library would read a few tags of its own in a text, `plain` takes their meaning away.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = new Map(data.words);
  const say = (english, ...values) => {
    let next = 0;
    return (words.get(english) || english).replace(/\{\}/g, () => values[next++]);
  };
  // What would act on a reader's screen (controls, marks of the direction of writing) has a stand-in, as everywhere in Melody.
  const ACTS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]/g;
  const shown = (text) => text.replace(ACTS, "\ufffd");
  const plain = (text) => shown(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = [];

  // An element with attributes and children; a string is text.
  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false && value !== undefined) element.setAttribute(key, shown(value));
    }
    const there = children.flat().filter((child) => child !== null && child !== undefined);
    element.append(...there.map((child) => (typeof child === "string" ? shown(child) : child)));
    return element;
  };

  // --- Plots

  const SYMBOLS = { dots: "circle", diamonds: "diamond", crosses: "x", triangles: "triangle-up", intervals: "circle" };
  const FORMS = { percent: ".0%", whole: "", plain: "" };

  const looks = (printing) => {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue("--" + name).trim();
    if (!printing) return of;
    // Paper is light, whatever the screen is.
    const paper = { ground: "#ffffff", raised: "#f6f7f9", ink: "#1f2937", soft: "#4b5563", line: "#d9dde3", grid: "#e8ebef" };
    return (name) => paper[name] || of(name);
  };

  const trace = (series, look) => {
    const colour = look(series.tone);
    const joined = ["line", "dashes", "steps", "limits"].includes(series.draw);
    const points = series.points;
    const told = points.map((point) => plain(point.said || ""));
    const common = {
      name: plain(series.name), x: points.map((p) => p.x), y: points.map((p) => p.y), legendgroup: series.name,
      showlegend: series.listed, text: told, hovertemplate: "%{text}<extra></extra>",
    };
    if (told.every((text) => text === "")) common.hoverinfo = common.hovertemplate = "skip";
    if (common.hovertemplate === "skip") delete common.hovertemplate;
    if (series.draw === "band") {
      const there = points.filter((p) => p.reach);
      const back = [...there].reverse();
      return {
        type: "scatter", mode: "lines", fill: "toself", fillcolor: colour, opacity: 0.16, line: { width: 0 }, hoverinfo: "skip",
        showlegend: false, legendgroup: series.name, x: [...there, ...back].map((p) => p.x),
        y: [...there.map((p) => p.reach[0]), ...back.map((p) => p.reach[1])],
      };
    }
    if (series.draw === "bars") return { ...common, type: "bar", width: 0.8, textposition: "none", marker: { color: colour } };
    if (joined) {
      const dashed = series.draw === "dashes" || series.draw === "limits";
      const stepped = series.draw === "steps" || series.draw === "limits";
      return {
        ...common, type: "scatter", mode: stepped || dashed || points.length > 80 ? "lines" : "lines+markers",
        line: { color: colour, width: 2, dash: dashed ? "dash" : "solid", shape: stepped ? "hv" : "linear" },
        marker: { size: 5, color: colour }, connectgaps: false,
      };
    }
    const out = {
      ...common, type: "scatter", mode: "markers", cliponaxis: false,
      marker: { symbol: SYMBOLS[series.draw], size: 9, color: colour, line: { color: look("ground"), width: 1 } },
    };
    if (series.draw === "intervals") {
      out.error_x = {
        type: "data", symmetric: false, color: colour, thickness: 2, width: 4,
        array: points.map((p) => (p.reach ? p.reach[1] - p.x : 0)),
        arrayminus: points.map((p) => (p.reach ? p.x - p.reach[0] : 0)),
      };
    }
    return out;
  };

  const axis = (told, look, narrow) => {
    const out = {
      title: { text: plain(told.title), font: { size: 13 }, standoff: 10 }, gridcolor: look("grid"), linecolor: look("line"),
      zerolinecolor: look("line"), tickfont: { size: narrow ? 11 : 12 }, tickformat: FORMS[told.form], automargin: true,
      nticks: narrow ? 6 : 12,
    };
    if (told.unified) out.unifiedhovertitle = { text: say("step {}", "%{x}") };
    if (told.form === "whole" && told.range && Math.abs(told.range[1] - told.range[0]) < 16) out.dtick = 1;
    if (told.range) out.range = told.reversed ? [told.range[1], told.range[0]] : told.range;
    if (told.names) {
      const most = narrow ? 20 : 60;
      const cut = (name) => (name.length > most ? name.slice(0, most - 1) + "…" : name);
      Object.assign(out, {
        tickmode: "array", tickvals: told.names.map((_, i) => i), ticktext: told.names.map((name) => plain(cut(name))),
        zeroline: false, fixedrange: true,
      });
    }
    return out;
  };

  const height = (chart, width) => {
    switch (chart.shape) {
      case "square": return Math.max(260, Math.min(width, 400));
      case "tall": return width < 600 ? 420 : 520;
      case "rows": return 130 + chart.y.names.length * (width < 600 ? 26 : 28);
      default: return width < 600 ? 320 : 360;
    }
  };

  const figure = (chart, width, printing) => {
    const look = looks(printing);
    const narrow = width < 600;
    const labels = chart.series.filter((series) => series.label && !narrow);
    const listed = new Set(chart.series.filter((series) => series.listed).map((series) => series.name));
    const layout = {
      width, height: height(chart, width), paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, color: look("ink"), size: 13 },
      margin: { l: 50, r: labels.length ? 190 : 16, t: 32, b: 44 },
      xaxis: axis({ ...chart.x, unified: chart.steps }, look, narrow), yaxis: axis(chart.y, look, narrow),
      showlegend: listed.size > 1,
      legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom", font: { size: 13 } },
      hovermode: chart.shape === "wide" && chart.steps ? "x unified" : "closest",
      hoverlabel: { bgcolor: look("raised"), bordercolor: look("line"), font: { color: look("ink"), size: 13 }, align: "left" },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: look("soft"), activecolor: look("first") },
      barmode: "overlay", bargap: 0.2, dragmode: "zoom",
      shapes: chart.marks.map((mark) => ({
        type: "line", x0: mark.x, x1: mark.x, yref: "paper", y0: 0, y1: 1, layer: "below", opacity: 0.55,
        line: { color: look(mark.tone), width: 1, dash: "dot" },
      })),
      annotations: labels.map((series) => {
        const last = series.points.filter((point) => point.y !== null).at(-1);
        const title = series.label.length > 24 ? series.label.slice(0, 23) + "…" : series.label;
        return {
          xref: "paper", x: 1, xanchor: "left", xshift: 6, y: last.y, yanchor: "middle", showarrow: false, text: plain(title),
          font: { size: 12, color: look(series.tone) },
        };
      }),
    };
    return { traces: chart.series.map((series) => trace(series, look)), layout };
  };

  const config = (chart) => ({
    displaylogo: false, responsive: false, locale: data.lang === "zh" ? "zh" : "en",
    // The library would offer to send a plot to its maker's cloud. Nothing leaves this page.
    plotlyServerURL: "", modeBarButtonsToRemove: ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
    toImageButtonOptions: { format: "svg", filename: chart.id, width: 1280, height: 640 },
  });

  const room = (plot) => Math.max(260, Math.floor(plot.parentElement.getBoundingClientRect().width));

  const draw = (one, printing) => {
    const width = printing ? (one.chart.shape === "square" ? 320 : 680) : room(one.plot);
    const { traces, layout } = figure(one.chart, width, printing);
    // A zoom outlives a new size or theme.
    if (one.zoom) Object.assign(layout.xaxis, { range: one.zoom, autorange: false });
    one.width = width;
    return Plotly.react(one.plot, traces, layout, config(one.chart)).then(() => quieten(one));
  };

  // What the library draws is one picture to who does not see it, and its buttons are for the mouse: keys have the tables.
  const quieten = (one) => {
    for (const svg of one.plot.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true");
    for (const bar of one.plot.querySelectorAll(".modebar-container, .modebar")) bar.setAttribute("aria-hidden", "true");
    for (const button of one.plot.querySelectorAll(".modebar-btn")) button.setAttribute("tabindex", "-1");
  };

  // Plots over the same steps are zoomed together.
  let following = false;
  const zoomed = (one, part) => (change) => {
    if (following || !one.chart.steps) return;
    const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
    const free = change["xaxis.autorange"];
    if (from === undefined && !free) return;
    following = true;
    const others = drawn.filter((other) => other.part === part && other.chart.steps);
    for (const other of others) other.zoom = free ? null : [from, to];
    const moved = others.filter((other) => other !== one && other.plot.isConnected && other.width);
    Promise.all(moved.map((other) => Plotly.relayout(other.plot, free ? { "xaxis.autorange": true } : { "xaxis.range": [from, to] })))
      .finally(() => { following = false; });
  };

  // Of many lines the one that is pointed at stands out.
  const outstanding = (one) => {
    let shown = null;
    const set = (chosen) => {
      if (chosen === shown) return;
      shown = chosen;
      const all = one.chart.series.map((_, i) => i);
      Plotly.restyle(one.plot, { opacity: all.map((i) => (chosen === null || i === chosen ? 1 : 0.18)) }, all);
    };
    one.plot.on("plotly_hover", (event) => set(event.points[0].curveNumber));
    one.plot.on("plotly_unhover", () => set(null));
  };

  // `alone`: the heading above says what the plot is.
  const plotted = (chart, part, alone) => {
    const plot = make("div", { class: "plot", id: "plot-" + chart.id });
    const one = { chart, plot, part, zoom: null, width: 0 };
    drawn.push(one);
    one.begin = () => draw(one, false).then(() => {
      plot.on("plotly_relayout", zoomed(one, part));
      if (chart.shape === "tall") outstanding(one);
      plot.on("plotly_click", (event) => {
        if (chart.steps && part.go) part.go(event.points[0].x);
      });
    });
    const told = make("figcaption", {}, alone ? null : make("h3", {}, chart.title), chart.about ? make("p", {}, chart.about) : null);
    return { one, figure: make("figure", {}, told, plot) };
  };

  // --- Tables

  const number = (value, digits) => {
    const text = value.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text;
  };
  const cell = (value, column) => {
    if (value === null) return "–";
    if (Array.isArray(value)) return `[${value.map((bound) => number(bound, column.digits)).join(", ")}]`;
    return typeof value === "number" ? number(value, column.digits) : value;
  };

  const scrolled = (title, table) => make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, table);

  const table = (told) => {
    const numeric = (column) => (column.digits === null ? undefined : "number");
    const head = told.columns.map((column) => make("th", { scope: "col", class: numeric(column) }, column.title));
    const rows = told.rows.map((row) => make("tr", {}, row.map((value, i) => {
      const column = told.columns[i];
      return make(i ? "td" : "th", { scope: i ? undefined : "row", class: numeric(column) }, cell(value, column));
    })));
    const body = make("table", {}, make("caption", {}, told.title), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows));
    const whole = scrolled(told.title, body);
    return told.folded ? make("details", {}, make("summary", {}, told.title), whole) : whole;
  };

  // --- Ledgers

  const ledger = (steps, part) => {
    const whole = make("div", {});
    let at = steps.length - 1, chosen = 0;
    const range = make("input", { type: "range", id: `step-${part.number}`, min: "0", max: String(steps.length - 1), value: String(at) });
    const said = make("p", { class: "said", "aria-live": "polite" });
    const queue = make("div", {}), parts = make("div", {});
    const go = (to) => {
      at = Math.max(0, Math.min(steps.length - 1, to));
      chosen = Math.min(chosen, Math.max(0, steps[at].queue.length - 1));
      show();
    };
    const show = () => {
      const step = steps[at];
      range.value = String(at);
      range.setAttribute("aria-valuetext", say("step {}", step.step));
      said.textContent = shown(`${say("step {}", step.step)} · ${step.at} · ${step.said}`);
      queue.replaceChildren(queued(step));
      parts.replaceChildren(...(step.queue.length ? [accounted(step.queue[chosen])] : []));
    };
    const queued = (step) => {
      const told = [[say("place"), "number"], [say("title")], [say("score"), "number"], [say("was"), "number"], [say("artist")]];
      const head = told.map(([text, kind]) => make("th", { scope: "col", class: kind }, text));
      const rows = step.queue.map((place, i) => {
        const pick = make("button", { type: "button", "aria-pressed": String(i === chosen), onclick: () => { chosen = i; show(); focus(i); } }, place.title);
        const mark = place.promoted ? make("span", { class: "promoted-mark" }, " ◆ " + say("promoted")) : null;
        return make("tr", { class: i === chosen ? "chosen" : undefined },
          make("td", { class: "number" }, String(place.position)),
          make("td", {}, pick, mark),
          make("td", { class: "number" }, place.ledger.value.toFixed(6)),
          make("td", { class: "number" }, place.was === null ? say("new") : String(place.was)),
          make("td", {}, place.artist));
      });
      const title = say("queue at step {}", step.step);
      return scrolled(title, make("table", {}, make("caption", {}, title), make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
    };
    const focus = (i) => { const buttons = queue.querySelectorAll("button"); if (buttons[i]) buttons[i].focus(); };
    const accounted = (place) => {
      const rows = [];
      const walk = (node, depth) => {
        rows.push(make("tr", { class: depth ? undefined : "whole" },
          make("th", { scope: "row", style: `padding-left: ${12 + 18 * depth}px` }, node.name),
          make("td", { class: "number" }, node.value.toFixed(6)), make("td", { class: "how" }, node.how)));
        for (const child of node.children || []) walk(child, depth + 1);
      };
      walk(place.ledger, 0);
      const title = say("ledger of {}", place.title);
      const head = make("tr", {}, make("th", { scope: "col" }, say("part")), make("th", { scope: "col", class: "number" }, say("points")),
        make("th", { scope: "col" }, say("how it came about")));
      return scrolled(title, make("table", {}, make("caption", {}, title), make("thead", {}, head), make("tbody", {}, rows)));
    };
    range.addEventListener("input", () => go(Number(range.value)));
    part.go = (step) => {
      const to = steps.findIndex((one) => one.step === Math.round(step));
      if (to >= 0) go(to);
    };
    whole.append(
      make("div", { class: "controls" }, make("label", { for: range.id }, say("Step")),
        make("button", { type: "button", onclick: () => go(at - 1) }, "◀ " + say("earlier")), range,
        make("button", { type: "button", onclick: () => go(at + 1) }, say("later") + " ▶")),
      said, make("div", { class: "two" }, queue, parts));
    show();
    return whole;
  };

  // --- Sections

  const section = (told, part, level) => {
    const whole = make("section", { id: told.id, "aria-labelledby": (part.id ? part.id + " " : "") + told.id + "-title" },
      make(level, { id: told.id + "-title" }, told.title), told.about ? make("p", { class: "about" }, told.about) : null);
    const plots = told.charts.map((chart) => plotted(chart, part, told.charts.length === 1));
    if (told.choice && plots.length > 1) {
      const place = make("div", {});
      const show = (i) => {
        place.replaceChildren(plots[i].figure);
        if (plots[i].one.width) draw(plots[i].one, false); else plots[i].one.begin();
      };
      const select = make("select", { id: told.id + "-choice", onchange: () => show(select.selectedIndex) },
        plots.map(({ one }) => make("option", {}, one.chart.title)));
      whole.append(make("div", { class: "controls" }, make("label", { for: select.id }, told.choice), select), place);
      later.push(() => show(0));
    } else if (plots.length) {
      const squares = plots.filter(({ one }) => one.chart.shape === "square");
      if (squares.length) whole.append(make("div", { class: "squares" }, squares.map((plot) => plot.figure)));
      whole.append(...plots.filter((plot) => !squares.includes(plot)).map((plot) => plot.figure));
      later.push(() => plots.forEach(({ one }) => one.begin()));
    }
    if (told.ledgers.length) whole.append(ledger(told.ledgers, part));
    whole.append(...told.tables.map(table));
    return whole;
  };

  const listed = (facts) => make("dl", {}, facts.map((fact) => make("div", {}, make("dt", {}, fact.name), make("dd", {}, fact.value))));

  // --- The page

  Plotly.register({
    moduleType: "locale", name: "zh",
    dictionary: {
      "Zoom": say("Zoom"), "Pan": say("Pan"), "Zoom in": say("Zoom in"), "Zoom out": say("Zoom out"), "Reset axes": say("Reset axes"),
      "Download plot as a SVG": say("Download plot as SVG"), "Download plot": say("Download plot as SVG"),
      "Double-click to zoom back out": say("Double-click to zoom back out"),
    },
    format: { days: [], shortDays: [], months: [], shortMonths: [], date: "%Y-%m-%d" },
  });

  const later = [];
  const several = data.parts.length > 1;
  const contents = [];
  const main = make("main", {});
  data.parts.forEach((told, i) => {
    const part = { number: i + 1, id: told.title ? `part-${i + 1}` : "", go: null };
    if (told.title) {
      const id = part.id;
      main.append(make("h2", { class: "part", id }, told.title), told.facts.length ? listed(told.facts) : "");
      contents.push([id, told.title]);
    }
    for (const one of told.sections) {
      main.append(section(one, part, told.title ? "h3" : "h2"));
      if (!several) contents.push([one.id, one.title]);
    }
  });
  const links = contents.map(([id, title]) => make("li", {}, make("a", { href: "#" + id }, title)));
  document.getElementById("page").append(
    make("header", {}, make("p", { class: "kind" }, "Melody · " + data.kind), make("h1", {}, data.title),
      data.summary.map((text) => make("p", { class: "summary" }, text)), listed(data.facts)),
    make("nav", { "aria-label": say("Contents") }, make("ul", {}, links)), main);
  later.forEach((begin) => begin());

  const again = (printing) => drawn.filter((one) => one.width && one.plot.isConnected).forEach((one) => draw(one, printing));
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.filter((one) => one.width && one.plot.isConnected && one.width !== room(one.plot)).forEach((one) => draw(one, false)), 120);
  });
  dark.addEventListener("change", () => again(false));
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((one) => { one.open = true; });
    again(true);
  });
  window.addEventListener("afterprint", () => again(false));
})();

// The table of quarantined packets: real buttons, check boxes and a dialog; all state comes from the server
// in one object, all wishes go back as messages.

const NONE = "–";

function make(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "scope") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

function bytes(number) {
  for (const unit of ["B", "kB", "MB"]) {
    if (number < 1000) return `${number < 10 && unit !== "B" ? number.toFixed(1) : Math.round(number)} ${unit}`;
    number /= 1000;
  }
  return `${number.toFixed(1)} GB`;
}

function when(iso) {
  const text = new Date(iso).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

export function render({ model, el }) {
  const chosen = new Set();
  let view = model.view;

  const survey = make("select", { "aria-label": "Survey" });
  const kind = make("select", { "aria-label": "Reason" });
  const count = make("span", { className: "count", role: "status" });
  const retry = make("button", { type: "button", className: "main", textContent: "Retry" });
  const remove = make("button", { type: "button", className: "danger", textContent: "Delete …" });
  const all = make("input", { type: "checkbox", "aria-label": "Select all packets of this page" });
  const body = make("tbody");
  const heads = ["First seen (UTC)", "Survey", "Reason", "Size", "Topic, partition, offset", "Came", "State", "Bytes"];
  const table = make(
    "table",
    { "aria-label": "Quarantined packets" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col", className: "tick" }, all),
      ...heads.map((text) => make("th", { scope: "col", textContent: text })))),
    body,
  );
  const before = make("button", { type: "button", textContent: "Newer" });
  const after = make("button", { type: "button", textContent: "Older" });
  const place = make("span", { className: "faint" });
  const note = make("p", { className: "note", role: "status" });
  const question = make("p");
  const yes = make("button", { type: "button", className: "danger", textContent: "Delete" });
  const no = make("button", { type: "button", textContent: "Keep" });
  const dialog = make("dialog", { "aria-label": "Delete packets" }, question, make("div", { className: "answers" }, no, yes));
  el.append(
    make("div", { className: "bar" },
      make("label", {}, "Survey ", survey), make("label", {}, "Reason ", kind),
      count, make("span", { className: "grow" }), retry, remove),
    make("div", { className: "scroll" }, table),
    make("div", { className: "bar" }, note, make("span", { className: "grow" }), place, before, after),
    dialog,
  );

  const send = (message) => model.send_msg(message);
  const page = (changes) => send({ act: "page", survey: survey.value, kind: kind.value, skip: 0, ...changes });
  const selected = () => view.entries.filter((entry) => chosen.has(entry.id)).map((entry) => entry.id);

  survey.onchange = () => page({});
  kind.onchange = () => page({});
  before.onclick = () => page({ skip: Math.max(0, view.skip - view.limit) });
  after.onclick = () => page({ skip: view.skip + view.limit });
  all.onchange = () => {
    for (const entry of view.entries) all.checked ? chosen.add(entry.id) : chosen.delete(entry.id);
    draw();
  };
  retry.onclick = () => { send({ act: "retry", ids: selected() }); chosen.clear(); draw(); };
  remove.onclick = () => {
    const number = selected().length;
    question.textContent = `Delete ${number === 1 ? "this packet" : `these ${number} packets`} for good? ` +
      "The bytes are kept nowhere else.";
    dialog.showModal();
    no.focus();
  };
  no.onclick = () => { dialog.close(); remove.focus(); };
  yes.onclick = () => { dialog.close(); send({ act: "delete", ids: selected() }); chosen.clear(); draw(); };

  function options(select, names, value, first) {
    const wanted = [["", first], ...names];
    const text = JSON.stringify(wanted);
    if (select.dataset.made !== text) {
      select.replaceChildren(...wanted.map(([name, label]) => make("option", { value: name, textContent: label })));
      select.dataset.made = text;
    }
    select.value = value;
  }

  function line(entry) {
    const tick = make("input", { type: "checkbox", checked: chosen.has(entry.id), disabled: !view.may_write });
    tick.setAttribute("aria-label", `Select the packet of ${when(entry.at)}`);
    tick.onchange = () => { tick.checked ? chosen.add(entry.id) : chosen.delete(entry.id); draw(); };
    const state = make("span", { className: `state ${entry.state.replace(" ", "-")}`, textContent: entry.state });
    if (entry.tries) state.title = `tried again ${entry.tries} time${entry.tries > 1 ? "s" : ""}`;
    const link = make("a", { href: `${view.base}/packets/${entry.id}`, textContent: "Download" });
    link.setAttribute("aria-label", `Download the bytes of the packet of ${when(entry.at)}`);
    const from = entry.topic ? `${entry.topic}, ${entry.partition}, ${entry.offset}` : NONE;
    const reason = make("td", { className: "reason", textContent: entry.reason, title: entry.reason });
    return make("tr", {}, make("td", { className: "tick" }, tick),
      make("td", { textContent: when(entry.at) }), make("td", { textContent: entry.survey ?? "unknown" }), reason,
      make("td", { className: "number", textContent: bytes(entry.size) }), make("td", { className: "from", textContent: from, title: from }),
      make("td", { className: "number", textContent: `${entry.count}×` }), make("td", {}, state), make("td", {}, link));
  }

  function draw() {
    const focused = el.getRootNode().activeElement;
    const row = focused && body.contains(focused) ? [...body.children].indexOf(focused.closest("tr")) : -1;
    const tag = focused?.tagName;
    options(survey, view.surveys.map((name) => [name, name]), view.survey, "all");
    options(kind, view.kinds.map((one) => [one.kind, `${one.kind.slice(0, 70)} (${one.count})`]), view.kind, "all");
    body.replaceChildren(...view.entries.map(line));
    for (let i = view.entries.length; i < view.limit; i++) {
      const text = i === 0 && view.loaded ? (view.total ? "Nothing of this kind." : "Nothing is in quarantine: every packet could be read.") : "";
      body.append(make("tr", { className: "void" }, make("td", { colSpan: 9, textContent: text })));
    }
    if (row >= 0) body.children[row]?.querySelector(tag)?.focus();
    const number = selected().length;
    for (const button of [retry, remove]) {
      button.disabled = !view.may_write || !number || view.busy;
      button.title = view.may_write ? "" : "Your role may look, not change";
    }
    retry.textContent = number ? `Retry ${number}` : "Retry";
    remove.textContent = number ? `Delete ${number} …` : "Delete …";
    all.disabled = !view.may_write || !view.entries.length;
    all.checked = number > 0 && number === view.entries.length;
    all.indeterminate = number > 0 && number < view.entries.length;
    count.textContent = `${view.matching} of ${view.total}` + (view.retrying ? `, ${view.retrying} being retried` : "");
    const last = Math.min(view.matching, view.skip + view.entries.length);
    place.textContent = view.entries.length ? `${view.skip + 1} to ${last}` : "";
    before.disabled = view.skip === 0;
    after.disabled = last >= view.matching;
    note.textContent = view.note;
    note.classList.toggle("bad", view.failed);
  }

  model.on("view", () => { view = model.view; draw(); });
  draw();
}

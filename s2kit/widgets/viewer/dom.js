// Elements with their attributes, and the controls that both widgets use.

const FOCUSABLE = ["button", "select", "input", "canvas"];

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  // JupyterLab's own keys (dd deletes a cell, 1 makes it a heading) must not fire in here. It looks
  // for the attribute from the focused element up, but matches that element's selectors first.
  if (FOCUSABLE.includes(tag)) node.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// A sign is read aloud by its title, less the key in brackets.
function button(text, title, onclick, attributes = {}) {
  const sign = text && !/\p{L}/u.test(text);
  const name = sign ? title.replace(/ \(.*\)$/, "") : null;
  const given = { type: "button", title, onclick, "aria-label": name, ...attributes };
  return element("button", given, text);
}

// A labelled choice; options are [value, text].
function choice(label, options, value, onchange) {
  const select = element(
    "select",
    { "aria-label": label, onchange: (event) => onchange(event.target.value) },
    ...options.map(([v, text]) => element("option", { value: v }, text)),
  );
  const node = element("label", { class: "s2kit-field" }, element("span", {}, label), select);
  node.choose = (chosen) => {
    select.value = chosen;
  };
  node.choose(value);
  return node;
}

function tick(label, title, checked, onchange) {
  const box = element("input", {
    type: "checkbox",
    onchange: (event) => onchange(event.target.checked),
  });
  box.checked = checked;
  const node = element("label", { class: "s2kit-tick", title }, box, label);
  node.set = (value) => {
    box.checked = value;
  };
  return node;
}

// Buttons of which one is pressed; options are [value, text, title].
function buttons(label, options, value, onchange) {
  const node = element("div", { class: "s2kit-group", role: "radiogroup", "aria-label": label });
  const all = options.map(([v, text, title]) =>
    button(text, title, () => onchange(v), { role: "radio", "data-value": v }),
  );
  node.append(...all);
  node.choose = (chosen) => {
    for (const each of all) {
      const on = each.dataset.value === chosen;
      each.setAttribute("aria-checked", on);
      each.tabIndex = on ? 0 : -1;
    }
  };
  // As in any radio group, arrows move between the buttons and Tab leaves them.
  node.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (all.indexOf(event.target) + step + all.length) % all.length;
    all[next].focus();
    all[next].click();
  });
  node.choose(value);
  return node;
}

function helpOf(keys) {
  const node = element("div", { class: "s2kit-help", hidden: true });
  for (const [key, text] of keys) node.append(element("kbd", {}, key), ` ${text} `);
  return node;
}

// Call `action` once things have been quiet for `wait` milliseconds.
function debounced(action, wait) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
}

// Call `action` once before the next frame, however often it is asked for.
function onceAFrame(action) {
  let frame = 0;
  return () => {
    if (!frame) {
      frame = requestAnimationFrame(() => {
        frame = 0;
        action();
      });
    }
  };
}

function thousands(count) {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

// Metres as people read coordinates: 585 420.
function metres(value) {
  return thousands(Math.round(value));
}

function download(canvas, name) {
  canvas.toBlob((blob) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

// The class a digit stands for: the first of the list is 1, the tenth is 0.
function classOfKey(model, key) {
  return model.get("classes")[(Number(key) || 10) - 1];
}

// The theme before anything is painted, and the way back when the page lost its server.
(() => {
  const KEY = "nightdesk-stream-theme";
  const NAMES = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = () => { try { return localStorage.getItem(KEY) || "auto"; } catch { return "auto"; } };
  let wish = read();

  function model() {
    return window.Bokeh?.documents?.[0]?.get_model_by_name("nightdesk-theme");
  }

  function apply() {
    const theme = wish === "auto" ? (system.matches ? "dark" : "light") : wish;
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = NAMES[wish];
    // the plots are painted on canvases, whose colours the server sets
    const found = model();
    if (found && found.value !== theme) found.value = theme;
    return Boolean(found);
  }

  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      wish = { auto: "light", light: "dark", dark: "auto" }[wish];
      try { localStorage.setItem(KEY, wish); } catch { /* the choice lasts as long as the page */ }
      apply();
    });
    const wait = setInterval(() => { if (apply()) clearInterval(wait); }, 50);
    // a library of the page sends this event again
  }, { once: true });

  let lost = false;
  window.nightdeskLost = () => {
    if (lost) return;
    lost = true;
    document.getElementById("lost").hidden = false;
    const prefix = document.getElementById("main").dataset.prefix;
    setInterval(async () => {
      try {
        const answer = await fetch(`${prefix}/health`, { cache: "no-store" });
        if (answer.ok) location.reload();
      } catch { /* not yet */ }
    }, 2000);
  };
})();

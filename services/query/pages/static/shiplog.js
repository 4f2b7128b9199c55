// Everything the pages do beyond plain HTML: times in the reader's zone, and parts that follow live.
"use strict";

const root = document.documentElement;
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(options) {
  for (const language of [root.lang === "en" ? "en-GB" : root.lang, "en-GB"]) {
    try {
      const named = new Intl.DateTimeFormat(language, options);
      // a browser that has no names of months in that language writes M11: then figures are better
      return /M\d/.test(named.format()) ? new Intl.DateTimeFormat(language, { ...options, month: "2-digit" }) : named;
    } catch {
      // a browser without that language
    }
  }
  return new Intl.DateTimeFormat(undefined, options);
}

const moments = format({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
const days = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });

// The server writes times in the zone of the cookie, else in UTC: only then is there something to turn.
function showOwnTimes(part) {
  if (root.dataset.zone) return;
  for (const element of part.querySelectorAll("time[data-moment], time[data-day]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.textContent = ("day" in element.dataset ? days : moments).format(at);
  }
}

function rememberZone() {
  if (root.dataset.zone || !ownZone) return;
  const note = document.querySelector("[data-zone-note]");
  if (note) note.textContent = note.dataset.zoneNote.replace("{zone}", ownZone);
  document.cookie = `zone=${ownZone}; path=/; max-age=86400; SameSite=Lax`;
}

// A part with data-live follows that stream of events; each change fetches data-part and puts it in place.
class LivePart {
  constructor(element) {
    this.element = element;
    this.wanted = false;
    this.busy = false;
    this.seen = null;
    this.open();
  }

  open() {
    this.stream = new EventSource(this.element.dataset.live);
    this.stream.addEventListener("open", () => this.element.classList.add("is-live"));
    for (const name of ["change", "left", "reset"]) {
      this.stream.addEventListener(name, (event) => this.heard(event));
    }
    this.stream.addEventListener("error", () => {
      this.element.classList.remove("is-live");
      // the browser comes back by itself unless the server has said no
      if (this.stream.readyState === EventSource.CLOSED) this.later();
    });
  }

  heard(event) {
    const first = this.seen === null;
    this.seen = event.lastEventId || this.seen || "";
    // the first event is what the page shows already, unless it changed while the page was on its way
    if (first && this.element.dataset.at && this.element.dataset.at === event.lastEventId) return;
    this.renew();
  }

  later() {
    window.setTimeout(() => {
      this.renew();
      this.open();
    }, 15000 + 5000 * Math.random());
  }

  async renew() {
    this.wanted = true;
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.fetchPart();
      }
    } catch {
      // the next event tries again
    } finally {
      this.busy = false;
    }
  }

  async fetchPart() {
    const answer = await fetch(this.element.dataset.part, { headers: { Accept: "text/html" } });
    // taken back, signed out, over: what the page says of that is shown whole
    if (answer.status === 401 || answer.status === 404) window.location.reload();
    if (!answer.ok) return;
    const text = await answer.text();
    if (text === this.text) return;
    this.text = text;
    this.replace(new DOMParser().parseFromString(text, "text/html"));
  }

  replace(fresh) {
    showOwnTimes(fresh);
    const held = document.activeElement && this.element.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...this.element.querySelectorAll("details[open][id]")].map((each) => each.id);
    const typed = [...this.element.querySelectorAll("input[id]:not([type=hidden]), select[id], textarea[id]")]
      .map(({ id, value, checked }) => ({ id, value, checked }));
    this.element.replaceChildren(...fresh.body.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const { id, ...was } of typed) Object.assign(document.getElementById(id) ?? {}, was);
    if (held) document.getElementById(held)?.focus();
    const said = document.querySelector("[data-announce]");
    if (said) said.textContent = said.dataset.announce;
  }
}

// A form that was sent is not sent again by a second click; a form marked data-now goes when a choice is made.
function guardForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  document.addEventListener("change", (event) => event.target.closest("form[data-now]")?.requestSubmit());
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
}

showOwnTimes(document);
rememberZone();
guardForms();
for (const element of document.querySelectorAll("[data-live]")) new LivePart(element);

// The calendar: sessions and busy times by week, month or as a list. Times are those of the reader's clock, without a
// zone. What is dragged opens the dialog that asks before anything is moved or mailed; closed, it goes back.
import { Calendar } from "@fullcalendar/core";
import dayGrid from "@fullcalendar/daygrid";
import interaction from "@fullcalendar/interaction";
import list from "@fullcalendar/list";
import timeGrid from "@fullcalendar/timegrid";
import htmx from "htmx.org";
import { icon } from "./page.js";
import { toast } from "./toast.js";

const VIEWS = { week: "timeGridWeek", month: "dayGridMonth", list: "listWeek" };
const PLACES = { phone: "phone", in_person: "map-pin", zoom: "video", meet: "video", teams: "video", skype: "video", other: "calendar-event" };
const DAY = 86_400_000;
const nameOf = (view) => Object.keys(VIEWS).find((name) => VIEWS[name] === view.type);
const dateOf = (time) => time.toISOString().slice(0, 10);

export function show(place) {
  const { zone, coach } = place.dataset;
  const narrow = window.matchMedia("(width < 760px)");
  let trace = null;
  place.replaceChildren();

  /** The reader's clock now, as the calendar counts: without an offset. */
  const now = () => new Date().toLocaleString("sv-SE", { timeZone: zone }).replace(" ", "T");

  async function load({ start, end }) {
    // Two days more, so that a weekend that is hidden is known of.
    const query = new URLSearchParams({ from: dateOf(start), to: dateOf(new Date(end.getTime() + 2 * DAY)), coach_id: coach });
    const answer = await fetch(`/calendar/events?${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The calendar was answered with ${answer.status}.`);
    const found = await answer.json();
    fit(found, start);
    return found;
  }

  /** The week is as long as it has sessions, and its days, too. */
  function fit(found, start) {
    const until = new Date(start.getTime() + 7 * DAY);
    const week = found.filter((event) => event.extendedProps.state !== "busy" && event.start >= dateOf(start) && event.start < dateOf(until));
    const hours = week.flatMap((event) => (event.start.slice(0, 10) === event.end.slice(0, 10) ? [event.start, event.end] : [`${event.start.slice(0, 11)}00:00`, `${event.start.slice(0, 11)}24:00`])).map((time) => time.slice(11, 16));
    const begin = hours.reduce((least, time) => (time < least ? time : least), "08:00");
    const end = hours.reduce((most, time) => (time > most ? time : most), "18:30");
    const wanted = {
      slotMinTime: `${begin.slice(0, 2)}:00`,
      slotMaxTime: end,
      weekends: week.some((event) => [0, 6].includes(new Date(`${event.start}Z`).getUTCDay())) || nameOf(calendar.view) !== "week",
    };
    for (const [option, value] of Object.entries(wanted)) if (calendar.getOption(option) !== value) calendar.setOption(option, value);
  }

  function content({ event, timeText, view }) {
    const { place: kind, program, coach: whose } = event.extendedProps;
    const parts = [Object.assign(document.createElement("strong"), { textContent: event.title })];
    if (kind) {
      const what = whose ? `${program}, ${whose}` : program;
      const time = document.createElement("span");
      time.append(icon(PLACES[kind]), view.type === VIEWS.list ? what : timeText);
      parts.push(time);
      const isShort = event.end - event.start < 50 * 60_000 && view.type === VIEWS.week;
      if (view.type !== VIEWS.list && !isShort) parts.push(Object.assign(document.createElement("span"), { textContent: what }));
    }
    const box = Object.assign(document.createElement("div"), { className: "event" });
    box.append(...parts);
    return { domNodes: [box] };
  }

  /** The dialog asks; what it answers leads on, and closing it puts the session back. */
  async function ask({ event, oldEvent, revert }) {
    const back = () => {
      trace?.remove();
      revert();
    };
    trace = calendar.addEvent({ title: oldEvent.title, start: oldEvent.startStr, end: oldEvent.endStr, classNames: ["event-trace"], editable: false, extendedProps: oldEvent.extendedProps });
    const query = new URLSearchParams({ starts_at: event.startStr.slice(0, 16), next: window.location.pathname + window.location.search });
    // What clocks show is no measure of how long it lasts, so only a new end says so.
    if (event.endStr !== oldEvent.endStr && event.startStr === oldEvent.startStr) query.set("duration_minutes", Math.round((event.end - event.start) / 60_000));
    const dialog = document.getElementById("dialog");
    try {
      await htmx.ajax("GET", `/sessions/${event.id}/reschedule?${query}`, "#dialog");
    } catch {
      back(); // there is no connection, which a toast says
      return;
    }
    if (dialog.open) dialog.addEventListener("close", back, { once: true });
    else back();
  }

  function told({ view }) {
    document.querySelector("[data-calendar-title]").textContent = view.title;
    const address = new URL(window.location);
    address.searchParams.set("view", nameOf(view));
    address.searchParams.set("date", dateOf(calendar.getDate()));
    window.history.replaceState(window.history.state, "", address);
    for (const name of ["view", "date"]) {
      const field = document.querySelector(`.calendar-tools input[name=${name}]`);
      if (field) field.value = address.searchParams.get(name);
    }
    for (const link of document.querySelectorAll("[data-calendar-view]")) {
      if (link.dataset.calendarView === nameOf(view)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  const calendar = new Calendar(place, {
    plugins: [dayGrid, timeGrid, list, interaction],
    initialView: VIEWS[narrow.matches && !new URLSearchParams(window.location.search).has("view") ? "list" : place.dataset.view],
    initialDate: place.dataset.date,
    timeZone: "UTC",
    now,
    nowIndicator: true,
    firstDay: 1,
    weekends: false,
    headerToolbar: false,
    height: "auto",
    allDaySlot: false,
    slotMinTime: "08:00",
    slotMaxTime: "18:30",
    slotEventOverlap: false,
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    locale: "en-GB",
    titleFormat: { year: "numeric", month: "long", day: "numeric" },
    defaultRangeSeparator: "–",
    views: {
      timeGridWeek: { dayHeaderContent: ({ date }) => ({ html: `${date.toLocaleDateString("en-GB", { weekday: "short", timeZone: "UTC" })} <b>${date.getUTCDate()}</b>` }) },
      dayGridMonth: { titleFormat: { year: "numeric", month: "long" }, dayMaxEvents: 4 },
      listWeek: { noEventsText: "No session this week", listDayFormat: { weekday: "long", day: "numeric", month: "long" }, listDaySideFormat: false },
    },
    // A cell's name is all that stands in it, not its date alone.
    dayCellDidMount: ({ el }) => el.removeAttribute("aria-labelledby"),
    events: load,
    eventContent: content,
    editable: true,
    eventDurationEditable: true,
    eventDrop: ask,
    eventResize: ask,
    datesSet: told,
    loading: (is) => place.setAttribute("aria-busy", String(is)),
    eventSourceFailure: () => toast({ text: "The calendar does not answer just now. Try again in a moment.", failed: true }),
  });
  calendar.render();

  for (const link of document.querySelectorAll("[data-calendar-go]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      calendar[link.dataset.calendarGo]();
    });
  }
  for (const link of document.querySelectorAll("[data-calendar-view]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      calendar.changeView(VIEWS[link.dataset.calendarView]);
    });
  }
}

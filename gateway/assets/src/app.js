import "htmx.org";
import { each } from "./js/page.js";
import "./js/busy.js";
import "./js/dialog.js";
import "./js/draft.js";
import "./js/fields.js";
import "./js/invoice.js";
import "./js/menu.js";
import "./js/panes.js";
import "./js/search.js";
import "./js/sort.js";
import "./js/theme.js";
import "./js/toast.js";
import "./js/upload.js";
import "./js/wording.js";

// The editor and the calendar are large: they come when a page has one.
each("[data-editor]", async (form) => (await import("./js/editor.js")).edit(form));
each("[data-calendar]", async (place) => (await import("./js/calendar.js")).show(place));

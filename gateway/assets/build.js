// Bundles the portal's assets into ../static/dist: app.css, app.js, woff2/, svg/ and icons.svg.
import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../static/dist");
const outline = join(here, "node_modules/@tabler/icons/icons/outline");

const MARK = '<symbol id="mark" viewBox="0 0 24 24"><path fill="currentColor" stroke="none" d="M12 2c.7 6.2 3.8 9.3 10 10-6.2.7-9.3 3.8-10 10-.7-6.2-3.8-9.3-10-10 6.2-.7 9.3-3.8 10-10z"/></symbol>';

function files(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

/** The sprite holds each Tabler icon whose name stands in quotes in the portal or in a script. */
function sprite() {
  const portal = join(here, "../portal");
  const sources = [...files(portal, ".html"), ...files(portal, ".py"), ...files(join(here, "src"), ".js")];
  const names = new Set(sources.flatMap((text) => [...text.matchAll(/["']([a-z][a-z0-9-]*)["']/g)].map((match) => match[1])));
  const symbols = [...names]
    .filter((name) => existsSync(join(outline, `${name}.svg`)))
    .sort()
    .map((name) => {
      const body = readFileSync(join(outline, `${name}.svg`), "utf8").replace(/<!--[\s\S]*?-->/g, "");
      const paths = body.slice(body.indexOf(">") + 1, body.lastIndexOf("</svg>"))
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "").replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24">${paths}</symbol>`;
    });
  return `<svg xmlns="http://www.w3.org/2000/svg">${MARK}${symbols.join("")}</svg>\n`;
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: ["src/app.js", "src/app.css"],
  outdir: dist,
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  assetNames: "[ext]/[name]",
  bundle: true,
  minify: true,
  format: "esm",
  splitting: true,
  target: "es2022",
  loader: { ".woff2": "file", ".svg": "file" },
  legalComments: "none",
});
writeFileSync(join(dist, "icons.svg"), sprite());

// Holds the payloads in a folder against the types that Slack publishes: node check.mjs FOLDER
// A file <kind>-<anything>.json is assigned to the type of its kind, and the TypeScript compiler has the word. What lies in
// refused/ must not pass, or the check is blind.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const most = 20; // payloads of which the complaints are printed
const types = { blocks: "KnownBlock[]", view: "View", metadata: "MessageMetadata" };
const here = dirname(fileURLToPath(import.meta.url));
const compiler = join(here, "node_modules", "typescript", "bin", "tsc");

function fail(why) {
  console.error("blockkit: " + why);
  process.exit(1);
}

// payloads are the files of a folder that hold one, with their kinds.
function payloads(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".json")).sort().map((name) => {
    const kind = name.split("-", 1)[0];
    if (!(kind in types)) fail(`${join(folder, name)}: its name begins with none of ${Object.keys(types).join(", ")}`);
    return { name, kind, json: readFileSync(join(folder, name), "utf8") };
  });
}

// complaints are what the compiler says of payloads, by the name of their file.
function complaints(all, work) {
  mkdirSync(work, { recursive: true });
  for (const p of all) {
    const type = types[p.kind];
    writeFileSync(join(work, p.name.replace(/json$/, "ts")),
      `import type { ${type.replace("[]", "")} } from "@slack/types";\nexport const payload: ${type} = ${p.json};\n`);
  }
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, module: "nodenext", target: "es2022", types: [] },
    include: ["*.ts"],
  }));
  const run = spawnSync(process.execPath, [compiler, "-p", work, "--pretty", "false"], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (run.error) fail(`the compiler: ${run.error.message}`);
  const said = new Map();
  let about = "";
  for (const line of run.stdout.split("\n").filter(Boolean)) {
    const found = /^(?:.*[/\\])?([^/\\(]+)\.ts\(\d+,\d+\)/.exec(line);
    if (found) about = found[1] + ".json";
    said.set(about, (said.get(about) ?? "") + line + "\n");
  }
  if (run.status !== 0 && said.size === 0) fail(`the compiler ended with ${run.status}: ${run.stderr}`);
  if (said.has("")) fail(said.get(""));
  return said;
}

const folder = process.argv[2];
if (!folder || !existsSync(folder)) fail("usage: node check.mjs FOLDER");
if (!existsSync(compiler)) fail("the types and the compiler are not here: run npm ci in " + here);
const all = payloads(folder);
if (all.length === 0) fail(`${folder}: no payloads: the tests kept none`);
const refused = payloads(join(here, "refused"));

const work = join(here, "work");
rmSync(work, { recursive: true, force: true });
const said = complaints(all, join(work, "good"));
const blind = refused.filter((p) => !complaints(refused, join(work, "refused")).has(p.name));
rmSync(work, { recursive: true, force: true });

if (blind.length > 0) fail("passes, and must not: " + blind.map((p) => p.name).join(", "));
for (const text of [...said.values()].slice(0, most)) console.error(text);
if (said.size > 0) fail(`${said.size} of ${all.length} payloads are not what Slack's types say`);
const count = Object.keys(types).map((kind) => `${all.filter((p) => p.kind === kind).length} ${kind}`).join(", ");
const { version } = JSON.parse(readFileSync(join(here, "node_modules", "@slack", "types", "package.json"), "utf8"));
console.log(`blockkit: ${all.length} payloads (${count}) are what @slack/types ${version} says, and ${refused.length} that must be refused are`);

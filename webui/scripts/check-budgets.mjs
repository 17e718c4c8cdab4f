// Fails the build when what a visitor must load grows past what a phone on a slow line bears.
// Sizes are gzip at level 9 for code and raw bytes for fonts (woff2 is compressed already).
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const budgets = {
  'first route JS': 140,
  'words of a language': 10,
  'CSS of one screen': 20,
  'preloaded fonts': 90,
  'editor chunk JS': 150,
  'any other lazy route JS': 70,
};

const read = (file) => readFileSync(new URL(file, dist));
const gzipped = (file) => gzipSync(read(file), { level: 9 }).length;
const sum = (files) => [...files].reduce((total, file) => total + gzipped(file), 0);
const manifest = JSON.parse(read('build-manifest.json'));

// Everything that a chunk pulls in before it can run.
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}
const scripts = (keys) => new Set([...keys].map((key) => manifest[key].file));
const styles = (keys) => new Set([...keys].flatMap((key) => manifest[key].css ?? []));

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
// Data that grows with the product, fetched beside the first route; it has a budget of its own.
const words = Object.keys(manifest).find((key) => key.endsWith('i18n/en.json'));
if (!entry || !words) throw new Error('the entry or its words are not where this check looks');
const entryKeys = closure(entry);
const entryScripts = scripts(entryKeys);
const entryStyles = styles(entryKeys);

const rows = [
  ['first route JS', 'index', sum(entryScripts)],
  ['words of a language', words, gzipped(manifest[words].file)],
];
let heaviestStyles = ['CSS of one screen', 'index', sum(entryStyles)];
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || key === words) continue;
  const keys = closure(key);
  const own = [...scripts(keys)].filter((file) => !entryScripts.has(file));
  const editor = key.startsWith('src/editor/') || key.startsWith('src/scenes/StoryEditor/');
  rows.push([editor ? 'editor chunk JS' : 'any other lazy route JS', key, sum(own)]);
  const css = sum(new Set([...entryStyles, ...styles(keys)]));
  if (css > heaviestStyles[2]) heaviestStyles = ['CSS of one screen', key, css];
}
rows.push(heaviestStyles);

const preloads = [
  ...read('index.html')
    .toString()
    .matchAll(/href="\/([^"]+\.woff2)"/g),
];
rows.push([
  'preloaded fonts',
  `${preloads.length} files`,
  preloads.reduce((total, [, file]) => total + read(file).length, 0),
]);
if (preloads.length === 0)
  throw new Error('index.html preloads no font: is the check still right?');

let breached = false;
for (const [budget, name, bytes] of rows) {
  const over = bytes > budgets[budget] * 1024;
  breached ||= over;
  const size = `${(bytes / 1024).toFixed(1)} of ${budgets[budget]} KB`;
  console.log(`${over ? 'OVER' : 'ok  '} ${size.padStart(18)}  ${budget}: ${name}`);
}
if (breached) process.exit(1);

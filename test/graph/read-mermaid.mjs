// @ts-check
// Reads diagrams by Mermaid's own parser: a list of texts as JSON on standard input, and for each an error, or its nodes and edges.
import { register } from 'node:module';
import { stdin, stdout } from 'node:process';
import { json } from 'node:stream/consumers';

// Mermaid cleans what it read with DOMPurify, which needs a browser. Whether a text can be read does not depend on it.
const cleaner = 'data:text/javascript,export default { addHook() {}, sanitize: (text) => text }';
const hook = `export const resolve = (name, context, next) =>
  name === 'dompurify' ? { url: ${JSON.stringify(cleaner)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { default: mermaid } = await import('mermaid');

/** What a reader sees in the end: Mermaid keeps `#35;` in a form of its own until it draws it. */
const decoded = (/** @type {string} */ text) =>
  text
    .replace(/ﬂ°°(\d+)¶ß/g, (/** @type {string} */ _, /** @type {string} */ code) => String.fromCodePoint(Number(code)))
    .replace(/<br>/g, '\n');

const results = [];
for (const text of /** @type {string[]} */ (await json(stdin))) {
  try {
    await mermaid.parse(text);
    const { db } = /** @type {{ db: any }} */ (await mermaid.mermaidAPI.getDiagramFromText(text));
    const [vertices, subGraphs, edges] = /** @type {[any[], any[], any[]]} */ ([
      [...db.getVertices().values()],
      db.getSubGraphs(),
      db.getEdges(),
    ]);
    results.push({
      nodes: vertices.map(({ id, text: label }) => ({ id, text: decoded(label) })),
      boxes: subGraphs.map(({ id, title, nodes }) => ({ id, title: decoded(title), nodes })),
      edges: edges.map(({ start, end, text: label }) => ({ from: start, to: end, text: decoded(label) })),
    });
  } catch (error) {
    results.push({ error: String(error) });
  }
}
stdout.write(JSON.stringify(results));

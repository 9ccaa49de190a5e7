/**
 * Writes imports/GROUP.ts for each group of imports/crds: the types of what people write of its kinds, which is their `spec`. Types alone, so
 * that a synth loads nothing for them.
 *
 *     npm run import:crds
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { loadAll } from 'js-yaml';
import { child, field, listAt, textAt, textsAt } from '../lib/manifest/plain-data';

const IMPORTS = join(__dirname, '..', 'imports');
const FOLDER = join(IMPORTS, 'crds');

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'] as const;

/** A structural schema as JSON Schema, as far as types follow from it. */
function toSchema(node: unknown): JSONSchema {
  const type = TYPES.find((each) => each === child(node, 'type'));
  const properties = Object.entries(child(node, 'properties') ?? {});
  const [values, items, more] = ['enum', 'items', 'additionalProperties'].map((name) => child(node, name));
  if (child(node, 'x-kubernetes-int-or-string') === true) {
    return { type: ['integer', 'string'] };
  }
  if (Array.isArray(values)) {
    return { enum: values.filter((value) => typeof value === 'string' || typeof value === 'number').toSorted() };
  }
  if (properties.length > 0) {
    return {
      type: 'object',
      properties: Object.fromEntries(properties.map(([name, value]) => [name, toSchema(value)])),
      required: [...textsAt(node, 'required')],
      additionalProperties: false,
    };
  }
  return {
    ...(type !== undefined && { type }),
    ...(items !== undefined && { items: toSchema(items) }),
    ...(type === 'object' && { additionalProperties: typeof more === 'object' ? toSchema(more) : true }),
  };
}

async function main(): Promise<void> {
  const definitions = readdirSync(FOLDER)
    .toSorted()
    .flatMap((file) => loadAll(readFileSync(join(FOLDER, file), 'utf8')).map((definition) => ({ file, definition })));
  const texts = new Map<string, string[]>();
  for (const { file, definition } of definitions) {
    const group = textAt(definition, 'spec', 'group');
    const kind = textAt(definition, 'spec', 'names', 'kind');
    const version = listAt(definition, 'spec', 'versions').find((each) => child(each, 'storage') === true);
    const spec = field(version, 'schema', 'openAPIV3Schema', 'properties', 'spec');
    const text = await compile(toSchema(spec), `${kind}Spec`, {
      bannerComment: `/** \`spec\` of ${group}/${textAt(version, 'name')} ${kind}, by crds/${file}. */`,
      ignoreMinAndMaxItems: true,
      style: { singleQuote: true, printWidth: 140 },
    });
    texts.set(group, [...(texts.get(group) ?? []), text]);
  }
  for (const [group, parts] of texts) {
    writeFileSync(join(IMPORTS, `${group}.ts`), ['// Written by "npm run import:crds".', ...parts].join('\n'));
  }
}

void main();

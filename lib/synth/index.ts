/**
 * From charts to files: YAML that every parser reads alike, in time linear in the number of objects.
 *
 * @module synth
 */
export { type ChartManifests, forgetManifest, manifestOf, renderCharts, synthesizeCharts } from './manifests';
export { immutableChanges } from './immutable-fields';
export { MARK, type Output, type OutputFile, type OutputFiles, replaceOutput } from './output';
export { UserError } from './user-error';
export { toYaml, toYamlByLibrary, toYamlStream } from './yaml';

// Replaces a folder several times by files whose number depends on the text that they hold: `replace-output.ts FOLDER TEXT TIMES`.
import { replaceOutput } from '../../lib/synth/output';

const [folder = '', text = 'new', times = '1'] = process.argv.slice(2);
const names = ['x', ...Array.from({ length: 40 }, (_, index) => `a/${text}${index}`)];
const files = new Map(names.map((name) => [name, { content: text.repeat(1000) }]));

try {
  for (let count = 0; count < Number(times); count += 1) {
    replaceOutput({ folders: new Map([[folder, files]]) });
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Tells each test of a file as it ends, and leaves out what follows a failure. Jest itself says nothing until a file is over, which on a cluster
 * takes long; and what a test has left in the middle makes later ones wait for what does not come, each to its limit.
 */
export default class ClusterEnvironment extends TestEnvironment {
  private readonly start = Date.now();
  private readonly tier: string;
  private hasFailed = false;

  public constructor(...args: ConstructorParameters<typeof TestEnvironment>) {
    super(...args);
    this.tier = args[0].projectConfig.displayName?.name ?? '';
  }

  /** Called by Jest for whatever happens to the tests of a file. */
  public handleTestEvent(event: Circus.Event): void {
    if (event.name === 'run_describe_start' && this.hasFailed) {
      event.describeBlock.mode = 'skip';
    } else if (event.name === 'test_start' && this.hasFailed) {
      event.test.mode = 'skip';
    } else if (event.name === 'test_fn_success') {
      this.say('passed', titleOf(event.test));
    } else if (event.name === 'test_fn_failure') {
      this.fail(titleOf(event.test), event.error);
    } else if (event.name === 'hook_failure') {
      this.fail(`${event.hook.type} of ${titleOf(event.hook.parent)}`, event.error);
    }
  }

  private fail(title: string, error: unknown): void {
    this.hasFailed = true;
    this.say('FAILED', `${title}\n${String(error)}`);
  }

  private say(what: string, title: string): void {
    const seconds = Math.round((Date.now() - this.start) / 1000);
    process.stderr.write(`[test/${this.tier}] ${what} at ${seconds} s: ${title}\n`);
  }
}

/** A title with those of the blocks around it. */
function titleOf({ name, parent }: Circus.TestEntry | Circus.DescribeBlock): string {
  const isRoot = parent?.parent === undefined;
  return isRoot || parent.name === 'ROOT_DESCRIBE_BLOCK' ? name : `${titleOf(parent)} > ${name}`;
}

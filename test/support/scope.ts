/** What a test leaves behind is cleared away when it ends, whether it runs alone or beside others. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished, type TestContext } from 'vitest';

type Action = () => unknown;

const scopes = new AsyncLocalStorage<Action[]>();

/** Runs an action when the current test is over; the last one first. */
export function atEnd(action: Action): void {
  const scope = scopes.getStore();
  if (scope !== undefined) scope.push(action);
  else
    onTestFinished(async () => {
      await action();
    });
}

/** Runs something, and then what it left to be done at its end. */
export function inScope(body: () => unknown): Promise<void> {
  return scopes.run([], async () => {
    try {
      await body();
    } finally {
      for (const action of scopes.getStore()!.reverse()) await action();
    }
  });
}

/** The body of a test in a describe.concurrent, for which vitest does not know whose onTestFinished is called. */
export function scoped(
  body: (context: TestContext) => Promise<unknown>,
): (context: TestContext) => Promise<void> {
  return (context) => inScope(() => body(context));
}

/** A render that takes longer than this is followed by a turn of the event loop. */
const SLOW_MS = 10;

/**
 * Runs renders one after another, and lets locks be renewed and answers be read after a slow one. A template may take a
 * second to be refused, and the renders of all attempts under way fall due in one turn of the event loop: together they
 * would freeze the process past its locks.
 */
export function createRenderLane(): <T>(render: () => T) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (render) => {
    const turn = last.then(async () => {
      const begun = performance.now();
      const rendered = render();
      if (performance.now() - begun > SLOW_MS) await nextTurnOfTheLoop();
      return rendered;
    });
    last = turn.catch(() => {});
    return turn;
  };
}

function nextTurnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

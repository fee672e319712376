/**
 * Something that is open while it is used, and between uses until it is given up. Attempts that a gateway was opened for may
 * wait for a connection, or not have begun, when its settings change: they are made all the same.
 */
export function whileUsed<Opened extends { close(): void }>(open: () => Opened) {
  let opened: Opened | undefined;
  let users = 0;
  let givenUp = false;
  const closeUnused = () => {
    if (!givenUp || users > 0) return;
    opened?.close();
    opened = undefined;
  };
  return {
    async use<T>(use: (opened: Opened) => Promise<T>): Promise<T> {
      users++;
      try {
        return await use((opened ??= open()));
      } finally {
        users--;
        closeUnused();
      }
    },
    giveUp() {
      givenUp = true;
      closeUnused();
    },
  };
}

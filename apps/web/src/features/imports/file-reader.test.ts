import { expect, test } from "bun:test";
import { FileReader, type Reject } from "./file-reader.ts";
import { LONGEST } from "./record-reader.ts";

const HEADER = "email\n";
const file = Buffer.from(
  `${HEADER}anna@example.com\n${"x".repeat(2 * LONGEST)}\nben@example.com\n"open\neva@example.com\n`,
);

/** Batches of one row, each read by a reader of its own: as if web died after every one of them. */
async function readBatchByBatch() {
  const rows: string[] = [];
  const rejects: Pick<Reject, "line" | "reason">[] = [];
  for (let place = { bytes: 0, lines: 0 }; ;) {
    const reader = new FileReader(
      {
        separator: ",",
        hasHeader: true,
        width: 1,
        size: file.length,
        readChunk: async (position) => (position === 0 ? file : undefined),
      },
      {
        batch: 1,
        read: ([canonical = ""]) => ({ canonical }),
        merge: (before) => before,
      },
      place,
    );
    const batch = await reader.next();
    if (batch === undefined) break;
    rows.push(...batch.rows.map(({ canonical }) => canonical));
    rejects.push(...batch.rejects.map(({ line, reason }) => ({ line, reason })));
    if (batch.isLast) break;
    place = { bytes: batch.to, lines: batch.nextLine - 1 };
  }
  return { rows, rejects };
}

test("a batch that ends with a row that is too long leaves nothing of it to the next one", async () => {
  expect(await readBatchByBatch()).toEqual({
    rows: ["anna@example.com", "ben@example.com", "eva@example.com"],
    rejects: [
      { line: 3, reason: "The row is longer than 131072 characters." },
      { line: 5, reason: "A quotation mark is opened here and never closed." },
    ],
  });
});

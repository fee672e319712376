import { FATES } from "./teller.ts";

/** Buttons that tell what became of one message. */
export function TellOne({ n }: { n: number }) {
  return (
    <form method="post" action={`/messages/${n}/fate`}>
      <h2>Tell what became of it</h2>
      <p class="buttons">
        {Object.entries(FATES).map(([fate, { label }]) => (
          <button name="fate" value={fate}>
            {label}
          </button>
        ))}
      </p>
    </form>
  );
}

/** A button that tells it of all that are shown. */
export function TellAll({ shown }: { shown: number }) {
  return (
    <form method="post" action="/fates">
      <p class="buttons">
        <button>
          {shown === 1 ? "Tell what became of it" : `Tell what became of these ${shown}`}
        </button>
        <span>
          Of every twenty one bounces hard, one softly, one is blocked and one complained about.
        </span>
      </p>
    </form>
  );
}

/** What came back of it. */
export function Told({ answer }: { answer: string }) {
  return (
    <p class="told" role="status">
      {answer}
    </p>
  );
}

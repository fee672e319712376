import type { Provider } from "./provider.ts";
import { seed } from "./seed.ts";

/** Every provider that tells what became of emails. */
export const PROVIDERS: readonly Provider[] = [seed];
